"""A whole search: every name and value of a request, each read on its own, all faults reported together."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from smartbear.fhir.search.catalogue import CORE, Catalogue
from smartbear.fhir.search.grammar import results
from smartbear.fhir.search.grammar.criteria import CriteriaReader
from smartbear.fhir.search.grammar.faults import InvalidSearch, UnknownParameterError, invalid
from smartbear.fhir.search.query import Query, Unknown
from smartbear.kit.errors import FieldError

CURSOR = "_cursor"

_MOST_PARAMETERS = 200
_LONGEST_VALUE = 500_000  # characters
_OF_THE_TRANSPORT = {"_format", "_pretty"}  # for whoever renders the answer
_SINGLE: dict[str, Callable[[str], Any]] = {
    "_count": results.count,
    "_total": results.total,
    "_summary": results.summary,
    "_elements": results.elements,
    CURSOR: str,
}
_ONCE = {*_SINGLE, "_type"}


def pairs(query_string: str) -> list[tuple[str, str]]:
    """A query string or an ``application/x-www-form-urlencoded`` body as names and values, in their order."""
    try:
        return parse_qsl(
            query_string, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        raise InvalidSearch("The search is not percent-encoded UTF-8.") from None
    except ValueError:
        raise InvalidSearch(f"A search has at most {_MOST_PARAMETERS} parameters.") from None


def parse(
    resource_type: str | None,
    given: Sequence[tuple[str, str]],
    *,
    now: datetime,
    catalogue: Catalogue = CORE,
) -> Query:
    """The search over one type, or over the system when that is ``None``; raises ``InvalidSearch``.

    ``now`` gives ``ap`` on dates its measure. What is not known here is in ``Query.unknown``, not an error.
    A search over the system that names one ``_type`` is one over that type.
    """
    if resource_type is None:
        named = [results.types(value) for name, value in given if name == "_type"]
        resource_type = named[0][0] if len(named) == 1 and len(named[0]) == 1 else None
    request = _Request(resource_type, now, catalogue)
    for name, value in given:
        if value and name not in _OF_THE_TRANSPORT:
            request.read(name, value)
    if request.faults:
        raise InvalidSearch(errors=tuple(request.faults))
    return request.query


class _Request:
    """What has been read of a request so far."""

    def __init__(self, resource_type: str | None, now: datetime, catalogue: Catalogue) -> None:
        self.query = Query(resource_type)
        self.faults: list[FieldError] = []
        self._catalogue = catalogue
        self._criteria = CriteriaReader(now, catalogue)
        self._seen: set[str] = set()

    def read(self, name: str, value: str) -> None:
        """One name and value."""
        try:
            changes = self._understood(name, value)
        except InvalidSearch as error:
            self.faults += error.errors
        except UnknownParameterError as error:
            unknown = (*self.query.unknown, Unknown(name, str(error)))
            self.query = replace(self.query, unknown=unknown)
        else:
            applied = () if name == CURSOR else ((name, value),)
            self.query = replace(self.query, applied=self.query.applied + applied, **changes)

    def _understood(self, name: str, value: str) -> dict[str, Any]:
        """Fields of the query with what this parameter makes of them."""
        if len(value) > _LONGEST_VALUE or "\0" in value:
            raise invalid(name, "The value is too long or contains a null character.")
        if name in _ONCE and name in self._seen:
            raise invalid(name, "Give this parameter once.")
        self._seen.add(name)
        kind = self.query.type
        if name.partition(":")[0] in {"_include", "_revinclude"}:
            return {"includes": (*self.query.includes, results.include(self._catalogue, name, value))}
        if name == "_sort":
            return {"sort": self.query.sort + results.sort(self._catalogue, kind, value)}
        if name == "_type" and (kind is None or results.types(value) == (kind,)):
            return {"types": results.types(value)}
        if name in _SINGLE:
            return {name.removeprefix("_"): _SINGLE[name](value)}
        criterion = self._criteria.criterion(kind, name, value)
        return {"criteria": (*self.query.criteria, criterion)} if criterion else {}
