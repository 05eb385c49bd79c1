"""What this service can do, as a CapabilityStatement made from what is really there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import Parameter, SearchType, parameters

_FHIR_VERSION = "4.0.1"
_INTERACTIONS = {
    ("type", "GET"): "search-type",
    ("type", "POST"): "create",
    ("type/id", "GET"): "read",
    ("type/id", "PUT"): "update",
    ("type/id", "DELETE"): "delete",
    ("type/id/_history", "GET"): "history-instance",
    ("type/id/_history/version", "GET"): "vread",
}
_SYSTEM_INTERACTIONS = {("", "POST"): ("transaction", "batch"), ("", "GET"): ("search-system",)}


def capability_statement(routes: Iterable[tuple[str, str]], base: str, since: date) -> dict[str, Any]:
    """The statement; ``routes`` are shapes of addresses («type/id») with the methods they take."""
    offered = frozenset(routes)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": since.isoformat(),
        "kind": "instance",
        "software": {"name": "SMART BEAR", "version": version("smartbear")},
        "implementation": {"description": "SMART BEAR clinical data repository", "url": base.rstrip("/")},
        "fhirVersion": _FHIR_VERSION,
        "format": ["application/fhir+json", "json", "application/fhir+xml", "xml"],
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(kind, offered) for kind in sorted(definitions.resource_types())],
                "interaction": [
                    {"code": code}
                    for route, codes in _SYSTEM_INTERACTIONS.items()
                    if route in offered
                    for code in codes
                ],
            }
        ],
    }


def _resource(resource_type: str, offered: frozenset[tuple[str, str]]) -> dict[str, Any]:
    found = parameters(resource_type)
    references = [code for code, one in found.items() if one.type is SearchType.REFERENCE]
    statement = {
        "type": resource_type,
        "interaction": [{"code": code} for route, code in _INTERACTIONS.items() if route in offered],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": ("type", "PUT") in offered,
        "conditionalDelete": "single" if ("type", "DELETE") in offered else "not-supported",
        "searchInclude": ["*", *(f"{resource_type}:{code}" for code in references)],
        "searchRevInclude": _pointing_at()[resource_type],
        "searchParam": [_parameter(one) for one in found.values()],
    }
    return {name: value for name, value in statement.items() if value != []}


def _parameter(parameter: Parameter) -> Mapping[str, str]:
    return {"name": parameter.code, "type": str(parameter.type)}


@cache
def _pointing_at() -> Mapping[str, list[str]]:
    """Type → reference parameters that may point at it."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in sorted(definitions.resource_types()):
        for code, parameter in parameters(source).items():
            for target in parameter.targets if parameter.type is SearchType.REFERENCE else ():
                found[target].append(f"{source}:{code}")
    return found
