"""Observations as rows of ``obs``: the search parameters that patients, dashboards and rules ask by.

One row for each coding of the observation's code, with its value beside it, and one for each coding of a
component's code, with the component's. The first row leads: it stands for the resource where the code does
not matter. ``once`` marks one row for each code, whatever its system. Status and categories are tokens as
they are anywhere, but kept once for all observations that agree in them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from smartbear.cdr.model.references import LocalId, local_id
from smartbear.cdr.store.dictionary import NO_SYSTEM, bounded
from smartbear.cdr.store.numbers import Numbers
from smartbear.fhir import json
from smartbear.fhir.search.values import OPEN_START, Indexes, Quantity, Reference, Token

SERVED = frozenset(
    {
        "patient",
        "date",
        "code",
        "value-quantity",
        "code-value-quantity",
        "component-code",
        "component-value-quantity",
        "component-code-value-quantity",
        "combo-code",
        "combo-value-quantity",
        "combo-code-value-quantity",
    }
)
"""Search parameters of Observation that ``obs`` answers, and that have no rows elsewhere."""

TRAITS = frozenset({"status", "category"})
"""Search parameters of Observation whose tokens are kept once for all that have the same."""

_MOST_SHARED = 500  # characters: more is nothing that others are likely to have

_Coding = tuple[str | None, int]
_UNCODED: _Coding = (None, NO_SYSTEM)
_NO_VALUE = (None, None, None, None, None, None)
_AT, _AFTER_AT, _VALUE, _AFTER_VALUE = 2, 4, 7, 13  # where a row has its time and its value

Row = tuple[Any, ...]


def rows_of(indexes: Indexes, numbers: Numbers, traits: int | None) -> Iterator[Row]:
    """Rows as ``tables.COLUMNS`` has them, without rid; the patient is a LocalId, own traits are None."""
    shared = (_patient(indexes, numbers), traits, *_effective(indexes))
    quantity = next(iter(indexes.quantities.get("value-quantity", ())), None)
    value = _value(quantity, numbers)
    own = indexes.tokens.get("code", [])
    codings = list(dict.fromkeys(_coding(token, numbers) for token in own if token.code)) or [_UNCODED]
    seen: set[str | None] = set()
    for position, coding in enumerate(codings):
        words = _words(own) if position == 0 else None
        yield (*shared, *coding, words, *value, False, position == 0, coding[0] not in seen)
        seen.add(coding[0])
    words = _words(indexes.tokens.get("component-code", []))
    for coding, measured in _components(indexes, numbers):
        yield (*shared, *coding, words, *_value(measured, numbers), True, False, False)
        words = None


def rows_like(rows: Iterable[Row], indexes: Indexes, numbers: Numbers) -> list[Row]:
    """``rows_of`` an observation, given those of another of its kind that has no components."""
    [quantity] = indexes.quantities["value-quantity"]
    at, value = _effective(indexes), _value(quantity, numbers)
    return [(*row[:_AT], *at, *row[_AFTER_AT:_VALUE], *value, *row[_AFTER_VALUE:]) for row in rows]


def traits_of(indexes: Indexes, numbers: Numbers) -> str | None:
    """Status and categories as ``Dictionary.traits`` takes them; None if others are not to share them.

    A text without a code is somebody's own words, and must go when the resource does.
    """
    keys = numbers.keys["Observation"]
    tokens = [(keys[name], token) for name in sorted(TRAITS) for token in indexes.tokens.get(name, ())]
    if not all(token.code for _, token in tokens):
        return None
    rows = [(key, *_coding(token, numbers), token.text) for key, token in tokens]
    names = ("param", "code", "system", "words")
    written = json.encode([dict(zip(names, row, strict=True)) for row in rows]).decode()
    return written if len(written) <= _MOST_SHARED else None


def elsewhere(indexes: Indexes, numbers: Numbers) -> list[Reference]:
    """References to patients that are not of this repository, for which ``obs`` has no place."""
    return [one for one in indexes.references.get("patient", ()) if local_id(one, numbers.bases) is None]


def _patient(indexes: Indexes, numbers: Numbers) -> LocalId | None:
    references = indexes.references.get("patient", ())
    return next((found for one in references if (found := local_id(one, numbers.bases))), None)


def _effective(indexes: Indexes) -> Row:
    dates = indexes.dates.get("date")
    return tuple(dates[0]) if dates else (OPEN_START, None)


def _coding(token: Token, numbers: Numbers) -> _Coding:
    return (bounded(token.code) if token.code else None), numbers.systems[token.system]


def _words(tokens: Sequence[Token]) -> str | None:
    """What ``:text`` looks at, of all tokens together; null if there are none."""
    return "".join(f"\n{token.text}" for token in tokens if token.text) if tokens else None


def _value(quantity: Quantity | None, numbers: Numbers) -> Row:
    if quantity is None:
        return _NO_VALUE
    canonical = numbers.canonicals[quantity.canonical]
    written = (numbers.units[quantity[2:5]], float(quantity.low), float(quantity.high))
    if quantity.canonical_low is None or quantity.canonical_high is None:
        return (*written, None, None, None)
    return (*written, float(quantity.canonical_low), float(quantity.canonical_high), canonical)


def _components(indexes: Indexes, numbers: Numbers) -> list[tuple[_Coding, Quantity | None]]:
    """Each component's coding with its quantity; codings without one and quantities without a coding too."""
    composites: list[Any] = indexes.composites.get("component-code-value-quantity", [])
    pairs = [(token, quantity) for token, quantity in composites if token.code]
    tokens = indexes.tokens.get("component-code", [])
    coded, measured = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    quantities = indexes.quantities.get("component-value-quantity", ())
    found: list[tuple[_Coding, Quantity | None]] = [(_coding(token, numbers), q) for token, q in pairs]
    found += [(_coding(token, numbers), None) for token in tokens if token.code and token not in coded]
    found += [(_UNCODED, quantity) for quantity in quantities if quantity not in measured]
    return found or [(_UNCODED, None) for _ in tokens[:1]]  # words alone
