"""``$translate`` (https://hl7.org/fhir/R4/conceptmap-operation-translate.html)."""

from collections.abc import Iterable, Sequence
from typing import Any

from smartbear.cdr.actions.terminology.canonical import find, matching
from smartbear.cdr.actions.terminology.codes import Code
from smartbear.cdr.actions.terminology.members import Terms
from smartbear.fhir.search.escapes import escape
from smartbear.fhir.terminology.concepts import Resource
from smartbear.fhir.terminology.translation import translated, translations
from smartbear.kit.errors import NotFound

_MOST_MAPS = 100


def translate(
    maps: Iterable[Resource], asked: Sequence[Code], target_system: str | None, *, reverse: bool
) -> dict[str, Any]:
    """What the maps say of the codes in question."""
    return translated(
        found
        for one in maps
        for code in asked
        for found in translations(one, code.system, code.code, target_system, reverse=reverse)
    )


async def find_map(terms: Terms, address: str) -> Resource:
    """The map with this address; NotFound if the caller sees none."""
    found = await find(terms.repository, terms.connection, terms.access, "ConceptMap", address)
    if found is None:
        raise NotFound("The concept map is not held here.")
    return found


async def maps_between(terms: Terms, source: str | None, target: str | None) -> list[Resource]:
    """Maps whose groups lead from one code system to another, the newest first."""
    asked = [("source-system", escape(source))] if source else []
    asked += [("target-system", escape(target))] if target else []
    return await matching(terms.repository, terms.connection, terms.access, "ConceptMap", asked, _MOST_MAPS)
