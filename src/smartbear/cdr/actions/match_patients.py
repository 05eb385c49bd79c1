"""``Patient/$match`` (https://hl7.org/fhir/R4/patient-operation-match.html): who a description may be of.

Candidates share an identifier, a telephone number or address, the date of birth, or a family and given name
with the description, and are patients the caller sees; they are then compared one by one.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from smartbear.cdr.actions.search import search
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.likeness import Grade, Likeness, identifiers, likeness, names, telecoms
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.search import grammar
from smartbear.fhir.search.escapes import escape

_MOST_SEARCHES = 20

_Asked = list[tuple[str, str]]


class Matched(NamedTuple):
    """A patient as a client gets it, and how like the description."""

    id: str
    resource: bytes
    likeness: Likeness


class Matches(NamedTuple):
    """The best first; ``cut`` says that there were more candidates than were compared."""

    found: list[Matched]
    cut: bool


def describes(patient: dict[str, Any]) -> bool:
    """Whether there is anything in it to look for."""
    return any(_searches(patient))


async def match_patients(
    repository: Repository, access: Access, patient: dict[str, Any], *, certain: bool, count: int
) -> Matches:
    """At most ``count`` patients; with ``certain`` the one who is it beyond doubt, or nobody."""
    candidates, cut = await _candidates(repository, access, patient)
    compared = (Matched(*one, likeness(patient, json.decode(one[1]))) for one in candidates.items())
    alike = (one for one in compared if one.likeness.grade)
    found = sorted(alike, key=lambda one: (-one.likeness.score, one.id))
    if certain:
        sure = [one for one in found if one.likeness.grade is Grade.CERTAIN]
        return Matches(sure if len(sure) == 1 else [], cut)
    return Matches(found[:count], cut)


async def _candidates(
    repository: Repository, access: Access, patient: dict[str, Any]
) -> tuple[dict[str, bytes], bool]:
    """Resources by id, and whether there are more."""
    now, catalogue = repository.context.clock.now(), await repository.parameters.fresh()
    found: dict[str, bytes] = {}
    searches, most = list(_searches(patient)), repository.settings.page_limit
    cut = len(searches) > _MOST_SEARCHES
    for asked in searches[:_MOST_SEARCHES]:
        if len(found) >= most:
            return found, True
        limited = [*asked, ("_count", str(most))]
        query = grammar.parse("Patient", limited, now=now, catalogue=catalogue)
        page = await search(repository, access, query)
        found |= {json.decode(one.json)["id"]: one.json for one in page.matches}
        cut = cut or page.next is not None
    return found, cut


def _searches(patient: dict[str, Any]) -> Iterator[_Asked]:
    """What candidates are found by, the most telling first."""
    for system, value in sorted(identifiers(patient)):
        yield [("identifier", f"{escape(system)}|{escape(value)}")]
    yield from ([("telecom", escape(value))] for value in telecoms(patient))
    if "birthDate" in patient:
        yield [("birthdate", patient["birthDate"])]
    given = sorted(names(patient, "given"))
    for family in sorted(names(patient, "family")):
        if given:
            yield [("family", escape(family)), ("given", ",".join(map(escape, given)))]
