"""``ConceptMap/$translate`` over HTTP."""

from smartbear.cdr.actions.terminology.members import Terms
from smartbear.cdr.actions.terminology.translate import find_map, maps_between, translate
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, refused
from smartbear.cdr.routes.operations.terminology import asked_of, codes_of, flag, said
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.terminology.concepts import Resource

_KNOWN = frozenset(
    {"url", "conceptMap", "conceptMapVersion", "code", "system", "version", "coding", "codeableConcept"}
    | {"source", "target", "targetsystem", "reverse"}
)


async def translate_route(repository: Repository, call: Call) -> Answer:
    """``[base]/ConceptMap/$translate`` and for one map by its id."""
    async with asked_of(repository, call) as (terms, given):
        given.expect_among(_KNOWN)
        asked, reverse, target = codes_of(given), flag(given, "reverse"), given.text("targetsystem")
        source = asked[0].system
        if given.text("code") is not None and not source:
            raise refused("system", "required", "name the code system")
        between = (target, source) if reverse else (source, target)
        maps = await _maps(terms, given, call) or await maps_between(terms, *between)
        return said(translate(maps, asked, target, reverse=reverse))


async def _maps(terms: Terms, given: Given, call: Call) -> list[Resource]:
    """The map that is named or given; none if all that are held may answer."""
    inline = given.structures("conceptMap")
    if any(one.get("resourceType") != "ConceptMap" for one in inline):
        raise refused("conceptMap", "invalid", "must be a ConceptMap")
    if inline:
        return list(inline)
    if call.path[1][0] != "$":
        return [await find_map(terms, f"ConceptMap/{call.path[1]}")]
    url, version = given.text("url"), given.text("conceptMapVersion")
    return [await find_map(terms, f"{url}|{version}" if version else url)] if url else []


_METHODS: dict[str, Interaction] = {"GET": translate_route, "POST": translate_route}
ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("ConceptMap", "$translate"): _METHODS,
    ("ConceptMap", "id", "$translate"): _METHODS,
}
"""Shape of an address → method → interaction."""
