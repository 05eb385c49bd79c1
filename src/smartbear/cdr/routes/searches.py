"""search over HTTP, by GET and by POST."""

from smartbear.cdr.actions.search import search
from smartbear.cdr.routes.bundles import searchset
from smartbear.cdr.routes.http import Answer, Call
from smartbear.cdr.routes.preferences import is_strict
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.search import grammar
from smartbear.fhir.search.query import Query
from smartbear.kit.errors import BadInput, FieldError, UnsupportedMediaType

_FORM = "application/x-www-form-urlencoded"


async def search_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]?…``."""
    return await _answer(repository, call, grammar.pairs(call.query))


async def search_by_post_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/[type]/_search``: parameters of the body beside those of the address."""
    if call.header(b"content-type").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMediaType(f"A search is posted as {_FORM}.")
    body = await call.body(repository.settings.resource_bytes)
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise BadInput("A form is percent-encoded.") from None
    return await _answer(repository, call, [*grammar.pairs(call.query), *grammar.pairs(text)])


async def _answer(repository: Repository, call: Call, given: list[tuple[str, str]]) -> Answer:
    query = grammar.parse(call.path[0], given, now=repository.context.clock.now())
    if is_strict(call):
        _expect_known(query)
    page = await search(repository, call.access, query)
    return Answer(200, searchset(call, query, page))


def _expect_known(query: Query) -> None:
    """BadInput if the search has parameters that mean nothing here (R4 search 3.1.1.3.2)."""
    if query.unknown:
        faults = (FieldError(one.name[:100], "not-supported", one.reason) for one in query.unknown)
        raise BadInput("The search has parameters that are not known here.", errors=tuple(faults))
