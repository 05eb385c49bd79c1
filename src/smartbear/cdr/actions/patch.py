"""patch (https://hl7.org/fhir/R4/http.html#patch): what the kinds of patch make of a resource."""

import base64
from typing import Any

from smartbear.cdr.actions.accept import expect_valid
from smartbear.cdr.actions.modify import Make
from smartbear.fhir import json
from smartbear.fhir.bundle.entries import Entry
from smartbear.fhir.patch import fhirpath_patch, json_patch, merge_patch, xml_patch
from smartbear.fhir.patch.pruning import pruned
from smartbear.kit.errors import BadInput, FieldError

JSON_PATCH = "application/json-patch+json"
XML_PATCH = "application/xml-patch+xml"
MERGE_PATCH = "application/merge-patch+json"


def by_json_patch(operations: Any) -> Make:
    """The change that an array of operations makes (RFC 6902)."""
    return lambda resource: pruned(json_patch.apply(resource, operations))


def by_xml_patch(document: bytes) -> Make:
    """The change that a document of operations makes (RFC 5261); BadInput if it is not one."""
    operations = xml_patch.operations_of(document)
    return lambda resource: xml_patch.apply(resource, operations)


def by_fhirpath_patch(parameters: Any) -> Make:
    """The change that a Parameters resource makes; BadInput or Unprocessable if it is not a valid one."""
    expect_valid(parameters, "Parameters")
    return lambda resource: pruned(fhirpath_patch.apply(resource, parameters))


def by_merge_patch(patch: Any) -> Make:
    """The change that an object in the shape of the resource makes (RFC 7396)."""
    return lambda resource: pruned(merge_patch.apply(resource, patch))


def made_by(entry: Entry) -> Make:
    """The change of a PATCH in a Bundle: Parameters, or a Binary with another patch (R4 http 3.1.0.11)."""
    body = entry.resource or {}
    if body.get("resourceType") == "Parameters":
        return by_fhirpath_patch(body)
    kind = body.get("contentType") if body.get("resourceType") == "Binary" else None
    if kind not in {JSON_PATCH, XML_PATCH}:
        must = f"must be Parameters, or a Binary of type {JSON_PATCH} or {XML_PATCH}"
        fault = FieldError(f"{entry.place}.resource", "not-supported", must)
        raise BadInput("The patch is of a kind that is not offered.", errors=(fault,))
    document = base64.b64decode(body.get("data", ""))
    return by_xml_patch(document) if kind == XML_PATCH else by_json_patch(json.decode(document))
