"""The parameters of ``$import``, and which addresses it may read from.

The form is that of the proposal https://github.com/smart-on-fhir/bulk-import: ``inputFormat``, and for each
input a ``type`` and a ``url``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from smartbear.cdr.model.bulk import Source
from smartbear.fhir import definitions
from smartbear.kit.errors import BadInput, FieldError

_FORMATS = frozenset({"application/fhir+ndjson", "application/ndjson"})
_MOST = 1000  # inputs
_PORTS = {"http": 80, "https": 443}
_ODD = re.compile(r"[\x00-\x20\x7f\\@#]|%2e|%2f|%5c|/\.\.?(?:/|$)", re.IGNORECASE)
"""In no address that is allowed: not everybody reads these alike."""


def read_sources(parameters: Mapping[str, Any], allowed: Iterable[str]) -> tuple[Source, ...]:
    """The inputs that a valid Parameters resource names; BadInput with every fault by place."""
    prefixes = tuple(allowed)
    faults: list[FieldError] = []
    sources: list[Source] = []
    for index, parameter in enumerate(parameters.get("parameter", ())):
        place = f"Parameters.parameter[{index}]"
        if parameter["name"] == "inputFormat" and _value(parameter) not in _FORMATS:
            faults.append(FieldError(place, "not-supported", "write application/fhir+ndjson"))
        if parameter["name"] == "input":
            parts = {part["name"]: _value(part) for part in parameter.get("part", ())}
            sources.append(Source(parts.get("type", ""), parts.get("url", "")))
            faults += _faults(sources[-1], place, prefixes)
    if not 0 < len(sources) <= _MOST:
        faults.append(FieldError("Parameters.parameter", "required", f"name from 1 to {_MOST} inputs"))
    if faults:
        raise BadInput("The import cannot be started.", errors=tuple(faults))
    return tuple(sources)


def is_allowed(url: str, allowed: Iterable[str]) -> bool:
    """Whether an address is one of those under ``allowed``: same scheme, host and port, and path below."""
    if _ODD.search(url):
        return False
    try:
        asked = urlsplit(url)
        return any(_is_below(asked, urlsplit(prefix)) for prefix in allowed)
    except ValueError:
        return False


def _is_below(asked: SplitResult, prefix: SplitResult) -> bool:
    folder = prefix.path.rstrip("/") + "/"
    return _origin(asked) == _origin(prefix) and asked.scheme in _PORTS and asked.path.startswith(folder)


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)


def _faults(source: Source, place: str, allowed: tuple[str, ...]) -> Iterable[FieldError]:
    if source.type not in definitions.resource_types():
        yield FieldError(f"{place}.part", "value", "the part «type» must name a FHIR R4 resource type")
    if not is_allowed(source.url, allowed):
        message = (
            "the part «url» must be an address that this service may read (SMARTBEAR_CDR_IMPORT_SOURCES)"
        )
        yield FieldError(f"{place}.part", "not-supported", message)


def _value(parameter: Mapping[str, Any]) -> str:
    value = next((one for name, one in parameter.items() if name.startswith("value")), "")
    return value if isinstance(value, str) else ""
