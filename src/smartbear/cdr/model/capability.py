"""What this service can do, as a CapabilityStatement made from what is really there."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

from smartbear.cdr.model.operations import operations_of
from smartbear.fhir import definitions
from smartbear.fhir.search.catalogue import Catalogue
from smartbear.fhir.search.parameters import Parameter, SearchType, parameters

_CORE = "http://hl7.org/fhir"
_FHIR_VERSION = "4.0.1"
_INTERACTIONS = {
    ("type", "GET"): "search-type",
    ("type", "POST"): "create",
    ("type/id", "GET"): "read",
    ("type/id", "PUT"): "update",
    ("type/id", "PATCH"): "patch",
    ("type/id", "DELETE"): "delete",
    ("type/id/_history", "GET"): "history-instance",
    ("type/_history", "GET"): "history-type",
    ("type/id/_history/version", "GET"): "vread",
}
_WEBSOCKET = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket"
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_SYSTEM_INTERACTIONS = {
    ("", "POST"): ("transaction", "batch"),
    ("", "GET"): ("search-system",),
    ("_history", "GET"): ("history-system",),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is: shapes of addresses («type/id») with the methods they take, and what is allowed."""

    routes: frozenset[tuple[str, str]]
    patch_formats: tuple[str, ...]
    update_create: bool
    delete_matches: int
    catalogue: Catalogue

    @property
    def addresses(self) -> list[list[str]]:
        """The shapes, each as its segments."""
        return [route.split("/") for route in sorted({route for route, _ in self.routes})]


def capability_statement(offer: Offer, base: str, since: date) -> dict[str, Any]:
    """The statement of a service at ``base``."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": since.isoformat(),
        "kind": "instance",
        "software": {"name": "SMART BEAR", "version": version("smartbear")},
        "implementation": {"description": "SMART BEAR clinical data repository", "url": base.rstrip("/")},
        "fhirVersion": _FHIR_VERSION,
        "format": ["application/fhir+json", "json", "application/fhir+xml", "xml"],
        "patchFormat": list(offer.patch_formats),
        "rest": [_rest(offer, base)],
    }


def _rest(offer: Offer, base: str) -> dict[str, Any]:
    interactions = (codes for route, codes in _SYSTEM_INTERACTIONS.items() if route in offer.routes)
    centres = sorted({segments[0] for segments in offer.addresses if segments[1:] == ["id", "member"]})
    return {
        "extension": [{"url": _WEBSOCKET, "valueUri": f"{base.replace('http', 'ws', 1)}websocket"}],
        "mode": "server",
        "security": {"service": [{"coding": [{"system": _SECURITY, "code": "SMART-on-FHIR"}]}]},
        "resource": [_resource(kind, offer) for kind in sorted(definitions.resource_types())],
        "interaction": [{"code": code} for codes in interactions for code in codes],
        "searchParam": [_parameter("Patient", one) for one in offer.catalogue.of(None).values()],
        "operation": operations_of(None, offer.addresses),
        "compartment": [f"{_CORE}/CompartmentDefinition/{centre.lower()}" for centre in centres],
    }


def _resource(resource_type: str, offer: Offer) -> dict[str, Any]:
    found, offered = offer.catalogue.of(resource_type), offer.routes
    references = [code for code, one in found.items() if one.type is SearchType.REFERENCE]
    statement = {
        "type": resource_type,
        "interaction": [{"code": code} for route, code in _INTERACTIONS.items() if route in offered],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": offer.update_create,
        "conditionalCreate": ("type", "POST") in offered,
        "conditionalRead": "full-support",
        "conditionalUpdate": ("type", "PUT") in offered,
        "conditionalDelete": _conditional_delete(offer),
        "referencePolicy": ["literal", "logical"],
        "searchInclude": ["*", *(f"{resource_type}:{code}" for code in references)],
        "searchRevInclude": ["*", *_pointing_at()[resource_type]],
        "searchParam": [_parameter(resource_type, one) for one in found.values()],
        "operation": operations_of(resource_type, offer.addresses),
    }
    return {name: value for name, value in statement.items() if value != []}


def _conditional_delete(offer: Offer) -> str:
    if ("type", "DELETE") not in offer.routes:
        return "not-supported"
    return "multiple" if offer.delete_matches > 1 else "single"


def _parameter(resource_type: str, parameter: Parameter) -> Mapping[str, str]:
    statement = {"name": parameter.code, "type": str(parameter.type)}
    defined = definitions.search_parameters(resource_type).get(parameter.code)
    return statement | ({"definition": f"{_CORE}/SearchParameter/{defined.id}"} if defined else {})


@cache
def _pointing_at() -> Mapping[str, list[str]]:
    """Type → reference parameters that may point at it."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in sorted(definitions.resource_types()):
        for code, parameter in parameters(source).items():
            for target in parameter.targets if parameter.type is SearchType.REFERENCE else ():
                found[target].append(f"{source}:{code}")
    return found
