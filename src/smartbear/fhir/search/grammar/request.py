"""A whole search: every name and value of a request, each read on its own, all faults reported together."""

from collections import defaultdict
from collections.abc import Callable, Sequence
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
        self.faults: list[FieldError] = []
        self._type, self._catalogue = resource_type, catalogue
        self._criteria = CriteriaReader(now, catalogue)
        self._seen: set[str] = set()
        self._lists: dict[str, list[Any]] = defaultdict(list)  # fields of the query with several values
        self._singles: dict[str, Any] = {}  # and with one

    @property
    def query(self) -> Query:
        """The search, if it has no faults."""
        several: dict[str, Any] = {name: tuple(values) for name, values in self._lists.items()}
        return Query(self._type, **several, **self._singles)

    def read(self, name: str, value: str) -> None:
        """One name and value."""
        try:
            self._understand(name, value)
        except InvalidSearch as error:
            self.faults += error.errors
        except UnknownParameterError as error:
            self._lists["unknown"].append(Unknown(name, str(error)))
        else:
            if name != CURSOR:
                self._lists["applied"].append((name, value))

    def _understand(self, name: str, value: str) -> None:
        """Put what this parameter says into the fields of the query."""
        if len(value) > _LONGEST_VALUE or "\0" in value:
            raise invalid(name, "The value is too long or contains a null character.")
        if name in _ONCE and name in self._seen:
            raise invalid(name, "Give this parameter once.")
        self._seen.add(name)
        if name.partition(":")[0] in {"_include", "_revinclude"}:
            self._lists["includes"].append(results.include(self._catalogue, name, value))
        elif name == "_sort":
            self._lists["sort"] += results.sort(self._catalogue, self._type, value)
        elif name == "_type" and (self._type is None or results.types(value) == (self._type,)):
            self._singles["types"] = results.types(value)
        elif name in _SINGLE:
            self._singles[name.removeprefix("_")] = _SINGLE[name](value)
        elif criterion := self._criteria.criterion(self._type, name, value):
            self._lists["criteria"].append(criterion)
