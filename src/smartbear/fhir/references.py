"""Literal references (https://hl7.org/fhir/R4/references.html#literal): what a string points at."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from smartbear.fhir import definitions

Kind = Literal["relative", "absolute", "contained", "urn", "conditional", "other"]

_RESTFUL = re.compile(
    r"(?P<base>https?://[^\s?#]+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9\-.]{1,64}))?(?:#\S*)?"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?(?P<query>\S+)")


@dataclass(frozen=True, slots=True)
class LiteralReference:
    """What a reference says about its target; parts it does not say are empty.

    `base` is the service address of an absolute reference, with its final slash. `query` is the search of a
    conditional reference, without the question mark. `id` of a contained reference is the fragment: empty
    for `#`, the resource that contains.
    """

    kind: Kind
    type: str = ""
    id: str = ""
    version: str = ""
    base: str = ""
    query: str = ""


def parse(text: str) -> LiteralReference:
    """Read a Reference.reference. Text that names no resource type known to R4 is `other`."""
    if text.startswith("#"):
        return LiteralReference("contained", id=text[1:])
    if text.startswith(("urn:uuid:", "urn:oid:")):
        return LiteralReference("urn")
    restful = _RESTFUL.fullmatch(text)
    if restful and restful["type"] in definitions.resource_types():
        base = restful["base"] or ""
        kind: Kind = "absolute" if base else "relative"
        return LiteralReference(kind, restful["type"], restful["id"], restful["version"] or "", base)
    conditional = _CONDITIONAL.fullmatch(text)
    if conditional and conditional["type"] in definitions.resource_types():
        return LiteralReference("conditional", conditional["type"], query=conditional["query"])
    return LiteralReference("other")


def is_absolute(text: str) -> bool:
    """Whether `text` is an address on its own, with a scheme."""
    return bool(urlsplit(text).scheme)
