"""``$lastn`` over HTTP."""

from smartbear.cdr.actions.lastn import lastn
from smartbear.cdr.routes.bundles import Link, bundle
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, given_to, refused
from smartbear.cdr.routes.operations.searchsets import address, entry
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.search import grammar
from smartbear.fhir.search.query import Query
from smartbear.kit.errors import BadInput, FieldError

_MAX = "max"
_MOST_EACH = 10_000
_SUBJECTS = frozenset({"patient", "subject"})
_OF_A_SEARCH = frozenset({"_count", "_elements", "_include", "_revinclude", "_sort", "_summary", "_total"})


async def lastn_route(repository: Repository, call: Call) -> Answer:
    """``[base]/Observation/$lastn?…``: search parameters and ``max``."""
    given = await given_to(repository, call)
    criteria = [(name, text) for name, text in given.primitives() if name != _MAX]
    catalogue = await repository.parameters.fresh()
    query = grammar.parse("Observation", criteria, now=repository.context.clock.now(), catalogue=catalogue)
    _expect_criteria_alone(query)
    found = await lastn(repository, call.access, query, _max(given))
    entries = [entry(call, stored, "match") for stored in found]
    links = [Link("self", address(call, given.primitives()))]
    return Answer(200, bundle("searchset", entries, links, len(entries)))


def _expect_criteria_alone(query: Query) -> None:
    """BadInput unless a subject is named, and nothing that only a search can do is asked."""
    known = {name.partition(":")[0] for name, _ in query.applied}
    strange = [*(one.name for one in query.unknown), *sorted(known & _OF_A_SEARCH)]
    if strange:
        faults = (FieldError(name[:100], "not-supported", "is not known here") for name in strange)
        raise BadInput("The operation has parameters that are not known here.", errors=tuple(faults))
    if not {name.partition(".")[0] for name in known} & _SUBJECTS:
        raise refused("patient", "required", "name the patient or subject")


def _max(given: Given) -> int:
    text = given.text(_MAX) or "1"
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _MOST_EACH):
        raise refused(_MAX, "value", f"must be a whole number from 1 to {_MOST_EACH}")
    return int(text)


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("Observation", "$lastn"): {"GET": lastn_route, "POST": lastn_route},
}
"""Shape of an address → method → interaction."""
