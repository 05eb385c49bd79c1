"""patch over HTTP: JSON Patch, XML Patch, FHIRPath Patch in any format of FHIR, and JSON Merge Patch."""

from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.modify import Make, modify, modify_match
from smartbear.cdr.actions.patch import (
    JSON_PATCH,
    MERGE_PATCH,
    XML_PATCH,
    by_fhirpath_patch,
    by_json_patch,
    by_merge_patch,
    by_xml_patch,
)
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import expected_versions
from smartbear.cdr.routes.http import Answer, Call
from smartbear.cdr.routes.writes import written_answer
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json


async def patch_route(repository: Repository, call: Call) -> Answer:
    """``PATCH [base]/[type]/[id]``."""
    expected = expected_versions(call.header(b"if-match"))
    make = await _make(repository, call)
    return written_answer(call, await modify(repository, call.access, LocalId(*call.path), make, expected))


async def conditional_patch_route(repository: Repository, call: Call) -> Answer:
    """``PATCH [base]/[type]?…``."""
    condition = Condition(call.path[0], call.query)
    expected = expected_versions(call.header(b"if-match"))
    make = await _make(repository, call)
    return written_answer(call, await modify_match(repository, call.access, condition, make, expected))


async def _make(repository: Repository, call: Call) -> Make:
    """What the body makes of a resource; JSON that is no resource is taken for a merge patch."""
    limit = repository.settings.resource_bytes
    named = call.header(b"content-type").partition(";")[0].strip().lower()
    if named == JSON_PATCH:
        return by_json_patch(json.decode(await call.body(limit)))
    if named == XML_PATCH:
        return by_xml_patch(await call.body(limit))
    if named == MERGE_PATCH:
        return by_merge_patch(json.decode(await call.body(limit)))
    given = await call.resource(limit)
    is_merge = named == "application/json" and isinstance(given, dict) and "resourceType" not in given
    return by_merge_patch(given) if is_merge else by_fhirpath_patch(given)
