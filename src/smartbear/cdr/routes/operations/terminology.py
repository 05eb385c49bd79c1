"""Terminology operations over HTTP: ``$expand``, ``$validate-code``, ``$lookup``, ``$subsumes``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from smartbear.cdr.actions.terminology import codes
from smartbear.cdr.actions.terminology.codes import Code
from smartbear.cdr.actions.terminology.expand import expand
from smartbear.cdr.actions.terminology.members import Terms
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, given_to, refused
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.terminology import concepts
from smartbear.fhir import json
from smartbear.fhir.terminology.concepts import Resource
from smartbear.fhir.terminology.expansion import Wish
from smartbear.kit.errors import NotFound

_CODED = ("code", "system", "version", "display", "coding", "codeableConcept", "date")
_OF_SET = ("url", "valueSet", "valueSetVersion", "context", "date")
_OF_EXPANSION = (
    *("filter", "offset", "count", "includeDesignations", "includeDefinition", "activeOnly"),
    *("excludeNested", "excludeNotForUI", "excludePostCoordinated", "displayLanguage", "exclude-system"),
)
_MOST = 2**31 - 1
_FLAGS = {"true": True, "false": False, None: False}


@asynccontextmanager
async def asked_of(repository: Repository, call: Call) -> AsyncIterator[tuple[Terms, Given]]:
    """What the caller sees of terminology, and the parameters of the call."""
    given = await given_to(repository, call)
    async with repository.db.connection() as connection:
        yield Terms(repository, connection, call.access), given


def said(answer: Resource) -> Answer:
    """The answer that is this resource."""
    return Answer(200, json.encode(answer))


async def expand_route(repository: Repository, call: Call) -> Answer:
    """``[base]/ValueSet/$expand`` and ``[base]/ValueSet/[id]/$expand``."""
    async with asked_of(repository, call) as (terms, given):
        given.expect_among({*_OF_SET, *_OF_EXPANSION})
        wish = Wish(
            text=given.text("filter") or "",
            offset=_number(given, "offset") or 0,
            count=_number(given, "count"),
            active_only=flag(given, "activeOnly"),
            without_abstract=flag(given, "excludeNotForUI"),
            designations=flag(given, "includeDesignations"),
            definition=flag(given, "includeDefinition"),
            language=given.text("displayLanguage") or "",
        )
        value_set = await _value_set(terms, given, call)
        return said(await expand(terms, value_set, wish, given.texts("exclude-system")))


async def validate_in_set_route(repository: Repository, call: Call) -> Answer:
    """``[base]/ValueSet/$validate-code`` and for one value set by its id."""
    async with asked_of(repository, call) as (terms, given):
        given.expect_among({*_OF_SET, *_CODED, "systemVersion", "abstract", "displayLanguage"})
        asked = codes_of(given)
        value_set = await _value_set(terms, given, call)
        return said(await codes.validate_in_set(terms, value_set, asked))


async def validate_in_system_route(repository: Repository, call: Call) -> Answer:
    """``[base]/CodeSystem/$validate-code`` and for one code system by its id."""
    async with asked_of(repository, call) as (terms, given):
        given.expect_among({*_CODED, "url", "abstract", "displayLanguage"})
        asked = codes_of(given)
        url = await _system_of(terms, call) or given.text("url")
        if url is None and not asked[0].system:
            raise refused("url", "required", "name the code system")
        asked = [one._replace(system=url or one.system) for one in asked]
        return said(await codes.validate_in_system(terms, asked))


async def look_up_route(repository: Repository, call: Call) -> Answer:
    """``[base]/CodeSystem/$lookup``."""
    async with asked_of(repository, call) as (terms, given):
        given.expect_among({"code", "system", "version", "coding", "date", "displayLanguage", "property"})
        [asked] = codes_of(given)[:1]
        if not asked.system:
            raise refused("system", "required", "name the code system")
        properties, language = given.texts("property"), given.text("displayLanguage") or ""
        return said(await codes.look_up(terms, asked, properties=properties, language=language))


async def subsumes_route(repository: Repository, call: Call) -> Answer:
    """``[base]/CodeSystem/$subsumes`` and for one code system by its id."""
    async with asked_of(repository, call) as (terms, given):
        given.expect_among({"codeA", "codeB", "codingA", "codingB", "system", "version"})
        own = await _system_of(terms, call)
        first, second = (_one_of_two(given, letter, own) for letter in "AB")
        if not first.system or first.system != second.system:
            raise refused("system", "invalid", "both codes must be of one code system")
        return said(await codes.subsumes(terms, first, second))


def _one_of_two(given: Given, letter: str, own: str | None) -> Code:
    codings = given.structures(f"coding{letter}")
    if codings:
        return _coded(codings[0])
    code = given.text(f"code{letter}")
    if code is None:
        raise refused(f"code{letter}", "required", "name both codes")
    return Code(own or given.text("system"), code, given.text("version"))


async def _value_set(terms: Terms, given: Given, call: Call) -> Resource:
    """The value set of the address, of the body, or with the address that is named."""
    inline = given.structures("valueSet")
    if inline:
        if inline[0].get("resourceType") != "ValueSet":
            raise refused("valueSet", "invalid", "must be a ValueSet")
        return inline[0]
    named = call.path[1] if call.path[1][0] != "$" else None
    url, version = given.text("url"), given.text("valueSetVersion")
    if named is None and url is None:
        raise refused("url", "required", "name the value set")
    address = f"ValueSet/{named}" if named else f"{url}|{version}" if version else url or ""
    found = await terms.value_set(address)
    if found is None:
        raise NotFound("The value set is not held here.")
    return found


async def _system_of(terms: Terms, call: Call) -> str | None:
    """The address of the code system that the call names by its id."""
    if call.path[1][0] == "$":
        return None
    kind = terms.repository.dictionary.types["CodeSystem"]
    found = await concepts.find_by_id(terms.connection, kind, call.path[1])
    if found is None or not terms.access.sees("CodeSystem", None):
        raise NotFound("The code system is not held here.")
    version = found.head.version
    return f"{found.head.url}|{version}" if version else found.head.url


def codes_of(given: Given) -> list[Code]:
    """The codes in question, in whichever way they are given."""
    code = given.text("code")
    if code is not None:
        version = given.text("version") or given.text("systemVersion")
        return [Code(given.text("system"), code, version, given.text("display"))]
    codings = given.structures("coding")
    codings += [one for concept in given.structures("codeableConcept") for one in concept.get("coding", ())]
    found = [_coded(one) for one in codings if "code" in one]
    if not found:
        raise refused("code", "required", "name a code")
    return found


def _coded(coding: dict[str, Any]) -> Code:
    if "code" not in coding:
        raise refused("coding", "required", "a coding needs its code")
    return Code(coding.get("system"), coding["code"], coding.get("version"), coding.get("display"))


def _number(given: Given, name: str) -> int | None:
    text = given.text(name)
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > len(str(_MOST)):
        raise refused(name, "invalid", "must be a number from 0")
    return int(text)


def flag(given: Given, name: str) -> bool:
    """Whether a parameter is «true»; BadInput if it is something else than that or «false»."""
    text = given.text(name)
    if text not in _FLAGS:
        raise refused(name, "invalid", "must be true or false")
    return _FLAGS[text]


_Route = Callable[[Repository, Call], Awaitable[Answer]]


def _both(
    kind: str, name: str, route: _Route, *, by_id: bool = True
) -> dict[tuple[str, ...], dict[str, Interaction]]:
    methods: dict[str, Interaction] = {"GET": route, "POST": route}
    return {(kind, name): methods} | ({(kind, "id", name): methods} if by_id else {})


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    **_both("ValueSet", "$expand", expand_route),
    **_both("ValueSet", "$validate-code", validate_in_set_route),
    **_both("CodeSystem", "$validate-code", validate_in_system_route),
    **_both("CodeSystem", "$lookup", look_up_route, by_id=False),
    **_both("CodeSystem", "$subsumes", subsumes_route),
}
"""Shape of an address → method → interaction."""
