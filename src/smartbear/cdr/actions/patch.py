"""patch (https://hl7.org/fhir/R4/http.html#patch): what the kinds of patch make of a resource."""

import base64
from typing import Any

from smartbear.cdr.actions.accept import expect_valid
from smartbear.cdr.actions.modify import Make
from smartbear.fhir import json
from smartbear.fhir.bundle.entries import Entry
from smartbear.fhir.patch import fhirpath_patch, json_patch, merge_patch
from smartbear.fhir.patch.pruning import pruned
from smartbear.kit.errors import BadInput, FieldError

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"


def by_json_patch(operations: Any) -> Make:
    """The change that an array of operations makes (RFC 6902)."""
    return lambda resource: pruned(json_patch.apply(resource, operations))


def by_fhirpath_patch(parameters: Any) -> Make:
    """The change that a Parameters resource makes; BadInput or Unprocessable if it is not a valid one."""
    expect_valid(parameters, "Parameters")
    return lambda resource: pruned(fhirpath_patch.apply(resource, parameters))


def by_merge_patch(patch: Any) -> Make:
    """The change that an object in the shape of the resource makes (RFC 7396)."""
    return lambda resource: pruned(merge_patch.apply(resource, patch))


def by_entry(entry: Entry) -> Make:
    """The change of a PATCH in a Bundle: Parameters, or a Binary with a JSON Patch (R4 http 3.1.0.11)."""
    body = entry.resource or {}
    if body.get("resourceType") == "Parameters":
        return by_fhirpath_patch(body)
    place = f"{entry.place}.resource"
    if body.get("resourceType") != "Binary" or body.get("contentType") != JSON_PATCH:
        fault = FieldError(place, "not-supported", f"must be Parameters, or a Binary of type {JSON_PATCH}")
        raise BadInput("The patch is of a kind that is not offered.", errors=(fault,))
    return by_json_patch(json.decode(base64.b64decode(body.get("data", ""))))
