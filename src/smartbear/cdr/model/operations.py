"""Where the operations of this service are defined (https://hl7.org/fhir/R4/operations.html)."""

from collections.abc import Iterable, Sequence

_CORE = "http://hl7.org/fhir/OperationDefinition"
_BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_OURS = "https://smart-bear.eu/fhir/OperationDefinition"

_OF_EVERY_TYPE = frozenset({"meta", "meta-add", "meta-delete", "validate"})
_ELSEWHERE = {
    ("", "export"): f"{_BULK}/export",
    ("Patient", "export"): f"{_BULK}/patient-export",
    ("Group", "export"): f"{_BULK}/group-export",
}
_OWN = frozenset({"expunge", "get-resource-counts", "import", "reindex"})


def operations_of(resource_type: str | None, addresses: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    """Name and definition of what may be called on a type or its resources; for None, on the service."""
    called = (segments for segments in addresses if segments[-1].startswith("$"))
    places = {resource_type, "type"} if resource_type else {""}
    names = {segments[-1][1:] for segments in called if (segments[0] if len(segments) > 1 else "") in places}
    return [{"name": name, "definition": definition(resource_type or "", name)} for name in sorted(names)]


def definition(place: str, name: str) -> str:
    """The canonical address of an operation that is called on a type, or on the service («»)."""
    if (place, name) in _ELSEWHERE:
        return _ELSEWHERE[place, name]
    if name in _OWN:
        return f"{_OURS}/{name}"
    return f"{_CORE}/{'Resource' if name in _OF_EVERY_TYPE or not place else place}-{name}"
