"""``$meta``, ``$meta-add`` and ``$meta-delete`` over HTTP."""

from typing import Any

from smartbear.cdr.actions.meta import add, meta_of, metas_of, take
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import expected_versions, tag_of
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import given_to, refused
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions, json

_CHANGES = {"$meta-add": add, "$meta-delete": take}


async def meta_route(repository: Repository, call: Call) -> Answer:
    """``[base]/$meta``, ``[base]/[type]/$meta`` and ``[base]/[type]/[id]/$meta``."""
    (await given_to(repository, call)).expect_among(())
    place = call.path[:-1]
    if len(place) == len(("type", "id")):
        return _answer(await meta_of(repository, call.access, LocalId(*place)))
    types = place or tuple(definitions.resource_types())
    return _answer(await metas_of(repository, call.access, types))


async def change_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/[type]/[id]/$meta-add`` and ``$meta-delete``, with the Meta as the parameter ``meta``."""
    given = await given_to(repository, call)
    given.expect_among({"meta"})
    metas = given.structures("meta")
    if len(metas) != 1:
        raise refused("meta", "required", "must be given once")
    resource_type, resource_id, operation = call.path
    target, expected = LocalId(resource_type, resource_id), expected_versions(call.header(b"if-match"))
    result = await _CHANGES[operation](repository, call.access, target, metas[0], expected)
    etag = (b"etag", tag_of(result.written.version).encode())
    return _answer(json.decode(result.json())["meta"], etag)


def _answer(meta: dict[str, Any], *headers: tuple[bytes, bytes]) -> Answer:
    """The Meta as Parameters; where nothing has any, there is nothing to return."""
    returned = {"parameter": [{"name": "return", "valueMeta": meta}]} if meta else {}
    return Answer(200, json.encode({"resourceType": "Parameters", **returned}), headers)


_BY_EITHER: dict[str, Interaction] = {"GET": meta_route, "POST": meta_route}
ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("$meta",): _BY_EITHER,
    ("type", "$meta"): _BY_EITHER,
    ("type", "id", "$meta"): _BY_EITHER,
    ("type", "id", "$meta-add"): {"POST": change_route},
    ("type", "id", "$meta-delete"): {"POST": change_route},
}
"""Shape of an address → method → interaction."""
