"""Values of a search as conditions on one row of an index table.

Each is the SQL reading of what ``smartbear.fhir.search.agreement`` says in Python, and a test holds the two
together. A condition that nothing can meet is FALSE.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from smartbear.cdr.store.dictionary import NO_SYSTEM, bounded, code_of_type
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups, is_local
from smartbear.cdr.store.search.sql import FALSE, TRUE, all_of, any_of, select
from smartbear.fhir.search.intervals import End, Test, date_test, number_test
from smartbear.fhir.search.parameters import Parameter, SearchType
from smartbear.fhir.search.query import (
    CompositeValue,
    DateValue,
    IdentifierTypeValue,
    Match,
    NearValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    SearchValue,
    TextValue,
    TokenValue,
    UriValue,
)

_EARTH_RADIUS = 6_371_008.8  # metres, mean (IUGG)
_METRES_A_DEGREE = 110_000  # at least so many: for the index only
_PREFIX = 64  # characters of a string that the index holds
_URI_PREFIX = 256
_ON_TEXT = {
    "contains": "strpos({0}, {1}) > 0",
    "starts": "starts_with({0}, {1})",
    "ends": "right({0}, length({1})) = {1}",
    "gt": "{0} > {1}",
    "lt": "{0} < {1}",
    "ge": "{0} >= {1}",
    "le": "{0} <= {1}",
}
"""Comparisons of a folded text or an address, which no index serves."""

_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Values:
    """Writes conditions on the row ``alias`` of the table that holds values of the given kind."""

    arguments: Arguments
    lookups: Lookups

    def any(self, alias: str, criterion: Match) -> str:
        """Any value of a criterion, on a row of the table that its parameter and modifier look at."""
        if criterion.modifier == "ne":
            return self._other(alias, criterion)
        tokens = [value for value in criterion.values if isinstance(value, TokenValue)]
        others = (value for value in criterion.values if not isinstance(value, TokenValue))
        found = [self.one(alias, criterion.parameter, value, criterion.modifier) for value in others]
        return any_of([self.tokens(alias, tokens), *found])

    def _other(self, alias: str, criterion: Match) -> str:
        """That a value is another than all of those asked about."""
        exact = "eq" if criterion.parameter.type is SearchType.STRING else None
        same = any_of(self.one(alias, criterion.parameter, value, exact) for value in criterion.values)
        named = f"{alias}.code IS NOT NULL" if criterion.parameter.type is SearchType.TOKEN else TRUE
        return all_of([named, f"({same}) IS NOT TRUE"])

    def all(self, aliases: Sequence[str], parameter: Parameter, value: CompositeValue) -> str:
        """Every part of a composite's value, each on its own alias."""
        parts = zip(aliases, value.parts, strict=True)
        return all_of(self.one(alias, parameter, part, None) for alias, part in parts)

    def one(  # noqa: C901, PLR0911 - one case for each kind of value
        self, alias: str, parameter: Parameter, value: SearchValue, modifier: str | None = None
    ) -> str:
        """One value, on a row of the table that its parameter and modifier look at."""
        match value:
            case TokenValue():
                return self.token(alias, value)
            case TextValue() if modifier == "text":
                return f"starts_with({alias}.words, {self.text(value.folded)})"
            case TextValue():
                return self._folded(alias, value, modifier)
            case IdentifierTypeValue(system, code, identifier):
                return self.token(alias, TokenValue(system, code_of_type(code, identifier)))
            case DateValue():
                return self.date(f"{alias}.t0", f"{alias}.t1", value)
            case NumberValue():
                return self._number(f"{alias}.low", f"{alias}.high", value)
            case QuantityValue():
                return self.quantity(alias, value)
            case ReferenceValue():
                return self.reference(alias, parameter, value)
            case UriValue():
                return self._uri(alias, value, modifier)
            case NearValue():
                return self._near(alias, value)
            case CompositeValue():
                return self.all([alias] * len(value.parts), parameter, value)
            case _:
                return FALSE  # what stands for others has been resolved, or is not kept in such a table

    def token(self, alias: str, value: TokenValue) -> str:
        """On ``code`` and ``system``."""
        conditions = []
        if value.code is not None:
            conditions.append(f"{alias}.code = {self.arguments.add(bounded(value.code), 'text')}")
        else:
            conditions.append(f"{alias}.code IS NOT NULL")
        if value.system is not None:
            number = self.lookups.system(value.system)
            if number is None:
                return FALSE
            conditions.append(f"{alias}.system = {self.arguments.add(number, 'int')}")
        return all_of(conditions)

    def tokens(self, alias: str, values: Iterable[TokenValue]) -> str:
        """Any of them: codes of one system are compared as a list, since a value set may have hundreds."""
        by_system: dict[str | None, list[TokenValue]] = {}
        conditions: list[str] = []
        for value in values:
            if value.code is None:
                conditions.append(self.token(alias, value))
            else:
                by_system.setdefault(value.system, []).append(value)
        for system, some in by_system.items():
            if len(some) == 1:
                conditions.append(self.token(alias, some[0]))
                continue
            codes = self.arguments.add([bounded(value.code) for value in some], "text[]")
            number = NO_SYSTEM if system is None else self.lookups.system(system)
            of = TRUE if system is None else f"{alias}.system = {self.arguments.add(number, 'int')}"
            conditions.append(FALSE if number is None else all_of([of, f"{alias}.code = ANY({codes})"]))
        return any_of(conditions)

    def _folded(self, alias: str, value: TextValue, modifier: str | None) -> str:
        """On ``folded`` and ``exact``; the index serves the start of the folded form."""
        if modifier in _ON_TEXT:
            return _ON_TEXT[modifier].format(f"{alias}.folded", self.text(value.folded))
        start = _prefix_range(f"left({alias}.folded, {_PREFIX})", value.folded[:_PREFIX], self.arguments)
        if modifier == "exact":
            return f"{start} AND {alias}.exact = {self.text(value.exact)}"
        if modifier == "eq":
            return f"{start} AND {alias}.folded = {self.text(value.folded)}"
        return f"{start} AND starts_with({alias}.folded, {self.text(value.folded)})"

    def date(self, low: str, high: str, value: DateValue) -> str:
        """On the columns or expressions that hold the two ends of the indexed range."""
        return self._test(date_test(value), {End.LOW: low, End.HIGH: high}, self._instant)

    def _number(self, low: str, high: str, value: NumberValue) -> str:
        """On the columns of the two ends."""
        return self._test(number_test(value), {End.LOW: low, End.HIGH: high}, self._float)

    def quantity(self, alias: str, value: QuantityValue) -> str:
        """On the canonical columns if the value has a canonical unit, else on those as written."""
        if value.canonical is not None and value.canonical_number is not None:
            unit = self.text(bounded(value.canonical))
            same = select("unit_id", "unit", f"code = {unit}", "system = ''", "words = ''")
            test = self._number(f"{alias}.canonical_low", f"{alias}.canonical_high", value.canonical_number)
            return f"{alias}.canonical = ({same}) AND {test}"
        test = self._number(f"{alias}.low", f"{alias}.high", value.number)
        if value.code is None and value.system is None:
            return test
        return f"{alias}.unit IN ({select('unit_id', 'unit', *self._unit(value))}) AND {test}"

    def reference(self, alias: str, parameter: Parameter, value: ReferenceValue) -> str:
        """On ``target``, or ``url`` for what is not of this repository; and on the version, if any."""
        if value.type and parameter.targets and value.type not in parameter.targets:
            return FALSE
        version = f"{alias}.version = {self.text(value.version)}" if value.version else TRUE
        if is_local(value, self.lookups.bases):
            rids = self.lookups.rids(parameter, value)
            return all_of([self.among(f"{alias}.target", rids), version])
        url = value.url or ""
        start = f"left({alias}.url, {_URI_PREFIX}) = {self.text(url[:_URI_PREFIX])}"
        return all_of([start, f"{alias}.url = {self.text(url)}", version])

    def among(self, column: str, rids: list[int]) -> str:
        """Whether a column holds one of some rids."""
        if len(rids) == 1:
            return f"{column} = {self.arguments.add(rids[0], 'bigint')}"
        return f"{column} = ANY({self.arguments.add(rids, 'bigint[]')})" if rids else FALSE

    def _uri(self, alias: str, value: UriValue, modifier: str | None) -> str:
        """On ``uri``: equal, ``:below`` or ``:above``."""
        uri = value.uri
        column = f"{alias}.uri"
        equal = (
            f"left({column}, {_URI_PREFIX}) = {self.text(uri[:_URI_PREFIX])} AND {column} = {self.text(uri)}"
        )
        if modifier == "below":
            inside = uri.rstrip("/") + "/"
            start = _prefix_range(f"left({column}, {_URI_PREFIX})", inside[:_URI_PREFIX], self.arguments)
            return any_of([f"({equal})", f"({start} AND starts_with({column}, {self.text(inside)}))"])
        if modifier == "above":
            return any_of([f"({equal})", f"starts_with({self.text(uri)}, rtrim({column}, '/') || '/')"])
        if modifier in _ON_TEXT:
            return _ON_TEXT[modifier].format(column, self.text(uri))
        return equal

    def _near(self, alias: str, value: NearValue) -> str:
        """Within a distance along the surface of the earth (haversine formula)."""
        latitude, longitude = self._float(value.latitude), self._float(value.longitude)
        metres = self._float(value.metres)
        return (
            f"{alias}.latitude BETWEEN {latitude} - {metres} / {_METRES_A_DEGREE}"
            f" AND {latitude} + {metres} / {_METRES_A_DEGREE}"
            f" AND 2 * {_EARTH_RADIUS} * asin(least(1, sqrt("
            f"sin(radians({latitude} - {alias}.latitude) / 2) ^ 2 + cos(radians({alias}.latitude))"
            f" * cos(radians({latitude})) * sin(radians({longitude} - {alias}.longitude) / 2) ^ 2)))"
            f" <= {metres}"
        )

    def _test(
        self, test: Test[datetime] | Test[Decimal], ends: Mapping[End, str], write: Callable[..., str]
    ) -> str:
        return any_of(
            f"({all_of(f'{ends[c.end]} {c.operator} {write(c.value)}' for c in every)})" for every in test
        )

    def _unit(self, value: QuantityValue) -> list[str]:
        conditions = []
        if value.code is not None:
            code = self.text(bounded(value.code))
            conditions.append(any_of([f"code = {code}", f"words = {code}"]))
        if value.system is not None:
            conditions.append(f"system = {self.text(bounded(value.system))}")
        return conditions

    def text(self, value: str) -> str:
        """A placeholder for a text."""
        return self.arguments.add(value, "text")

    def _float(self, value: Decimal) -> str:
        return self.arguments.add(float(value), "float8")

    def _instant(self, value: datetime) -> str:
        return self.arguments.add(value, "timestamptz")


def _prefix_range(column: str, prefix: str, arguments: Arguments) -> str:
    """A condition that an index on ``column`` can serve, met by the texts that start so."""
    low = arguments.add(prefix, "text")
    high = arguments.add(prefix + _LAST_CHARACTER, "text")
    return f"{column} >= {low} AND {column} <= {high}"
