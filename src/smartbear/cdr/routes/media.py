"""Media types of FHIR (https://hl7.org/fhir/R4/http.html#mime-type), as requests name them.

The specification's own types, the generic ones it asks servers to know, and the short names of ``_format``.
"""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from smartbear.kit.errors import UnsupportedMediaType


class Format(StrEnum):
    """What a body is written in; the value is the media type to say so."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"


OFFERED = {
    "application/fhir+json": Format.JSON,
    "application/json": Format.JSON,
    "text/json": Format.JSON,
    "application/fhir+xml": Format.XML,
    "application/xml": Format.XML,
    "text/xml": Format.XML,
}
"""In the order in which the service likes to answer."""

_SHORT = {"json": Format.JSON, "xml": Format.XML}
_CHARSETS = {"utf-8", "utf8", "us-ascii"}
_VERSION = "4.0"
_SPECIFICITY = ("{0}/{1}", "{0}/*", "*/*")


class _Range(NamedTuple):
    """One member of an Accept header."""

    type: str
    parameters: dict[str, str]

    @property
    def quality(self) -> float:
        """0 refuses; so does what is no number, and a version of FHIR that is not this one."""
        weight = self.parameters.get("q", "1")
        is_number = weight.replace(".", "", 1).isdecimal() and weight.isascii()
        return min(float(weight), 1.0) if is_number and _is_version(self.parameters) else 0.0


@lru_cache(maxsize=64)
def format_of(content_type: str) -> Format:
    """What a Content-Type says, or UnsupportedMediaType."""
    named, parameters = _range(content_type)
    if named not in OFFERED:
        raise UnsupportedMediaType("Resources are read as application/fhir+json or application/fhir+xml.")
    if parameters.get("charset", "utf-8").lower() not in _CHARSETS:
        raise UnsupportedMediaType("Resources are read in UTF-8.")
    if not _is_version(parameters):
        raise UnsupportedMediaType(f"Resources are those of FHIR {_VERSION}.")
    return OFFERED[named]


@lru_cache(maxsize=64)
def named(text: str) -> str | None:
    """The media type that ``_format`` asks for, or None if it is not offered."""
    # A «+» in a query is a space; clients forget to write application/fhir%2Bjson.
    asked = _range(text)
    found = _SHORT.get(asked.type) or OFFERED.get(asked.type.replace(" ", "+"))
    return found if found and _is_version(asked.parameters) else None


@lru_cache(maxsize=64)
def preferred(accept: str) -> str | None:
    """The offered media type that an Accept header likes best, or None (RFC 9110 12.5.1)."""
    if not accept.strip():
        return Format.JSON
    ranges = [_range(one) for one in accept.split(",")]
    qualities = {offered: _quality(offered, ranges) for offered in OFFERED}
    best = max(OFFERED, key=lambda offered: qualities[offered])
    return best if qualities[best] else None


def _quality(offered: str, ranges: list[_Range]) -> float:
    """What the most specific range says about a type."""
    for pattern in _SPECIFICITY:
        matching = [one for one in ranges if one.type == pattern.format(*offered.split("/"))]
        if matching:
            return max(one.quality for one in matching)
    return 0.0


def _range(text: str) -> _Range:
    kind, *given = (part.strip() for part in text.split(";"))
    pairs = (one.partition("=") for one in given)
    return _Range(kind.lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs})


def _is_version(parameters: dict[str, str]) -> bool:
    return parameters.get("fhirversion", _VERSION) in {_VERSION, f"{_VERSION}.1"}
