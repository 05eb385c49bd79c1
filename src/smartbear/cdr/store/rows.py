"""What a resource is found by, as rows of the index tables.

A row lacks the resource's own rid, which comes last and is not known yet; a ``LocalId`` stands where the rid
of another resource belongs. Observations have their hot parameters in ``obs`` instead.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from smartbear.cdr.model.references import LocalId, local_id
from smartbear.cdr.store import observations
from smartbear.cdr.store.dictionary import bounded, code_of_type
from smartbear.cdr.store.numbers import Numbers
from smartbear.fhir.search.values import (
    DateRange,
    Indexes,
    Number,
    Position,
    Quantity,
    Reference,
    Text,
    Token,
)
from smartbear.fhir.search.words import CONTENT, NARRATIVE

Row = tuple[Any, ...]

_TARGET = {"obs": 0, "ix_ref": 2}  # position of the reference in rows of these tables
_OF_RESOURCE = frozenset({"_id", "_lastUpdated"})  # columns of the table `resource`
_OF_OBSERVATION = _OF_RESOURCE | observations.SERVED
_ALL_OF_OBSERVATION = _OF_OBSERVATION | observations.TRAITS
_ALONE = 0  # the part of a value that is not of a composite


class Rows(NamedTuple):
    """Rows by table, and every resource they refer to."""

    by_table: Mapping[str, list[Row]]
    targets: frozenset[LocalId]
    generation: int | None
    """Of the catalogue of search parameters by which they were made; None if by none."""

    def completed(self, rid: int, rids: Mapping[LocalId, int]) -> Iterator[tuple[str, list[Row]]]:
        """The rows of resource ``rid`` as they are stored; ``rids`` knows all ``targets``."""
        for table, rows in self.by_table.items():
            at = _TARGET.get(table)
            if table == "obs":
                yield table, [(row[0] and rids[row[0]], row[1] or rid, *row[2:], rid) for row in rows]
            elif at is None:
                yield table, [(*row, rid) for row in rows]
            else:
                yield table, [(*row[:at], row[at] and rids[row[at]], *row[at + 1 :], rid) for row in rows]


NO_ROWS = Rows({}, frozenset(), None)


def index_rows(resource_type: str, indexes: Indexes, numbers: Numbers, traits: int | None) -> Rows:
    """Every row the resource is found by, but those of an Observation's traits if they have a number."""
    rows: dict[str, list[Row]] = defaultdict(list)
    keys = numbers.keys[resource_type]
    served = _OF_RESOURCE
    if resource_type == "Observation":
        served = _OF_OBSERVATION if traits is None else _ALL_OF_OBSERVATION
        rows["obs"] = list(observations.rows_of(indexes, numbers, traits))
        for reference in observations.elsewhere(indexes, numbers):
            rows["ix_ref"].append(_reference(reference, keys["patient"], _ALONE, numbers))
    for code, part, value in _keyed(indexes, served):
        table, make = _TABLES[value.__class__]
        rows[table].append(make(value, keys[code], part, numbers))
    if indexes.words:
        rows["ix_words"].append(_words(indexes.words))
    for head, nodes in indexes.concepts.items():
        rows["ix_code_system"].append(tuple(head))
        rows["ix_concept"] += nodes
    named = (row[at] for table, at in _TARGET.items() for row in rows.get(table, ()))
    return Rows(rows, frozenset(target for target in named if target), numbers.generation)


def rows_like(first: Rows, indexes: Indexes, numbers: Numbers) -> Rows:
    """``index_rows`` of an Observation, given those of the first of its kind (see ``model/alike.py``)."""
    identifier = numbers.keys["Observation"]["identifier"]
    tokens = [row for row in first.by_table.get("ix_token", ()) if row[0] != identifier]
    tokens += [_token(each, identifier, _ALONE, numbers) for each in indexes.tokens.get("identifier", ())]
    own = {"obs": observations.rows_like(first.by_table["obs"], indexes, numbers)}
    if tokens:
        own["ix_token"] = tokens
    return Rows({**first.by_table, **own}, first.targets, first.generation)


def _keyed(indexes: Indexes, served: frozenset[str]) -> Iterator[tuple[str, int, Any]]:
    """Index key, part and value of everything that is not ``served`` by ``obs``."""
    plain: tuple[Mapping[str, list[Any]], ...] = (
        indexes.tokens,
        indexes.strings,
        indexes.dates,
        indexes.numbers,
        indexes.quantities,
        indexes.references,
        indexes.uris,
        indexes.positions,
    )
    for code, values in chain.from_iterable(by_code.items() for by_code in plain):
        if code not in served:
            yield from ((code, _ALONE, value) for value in values)
    for code, types in indexes.identifier_types.items():
        yield from (
            (f"{code}:of-type", _ALONE, Token(one.system, code_of_type(one.code, one.value))) for one in types
        )
    for code, logical in indexes.reference_identifiers.items():
        yield from ((f"{code}:identifier", _ALONE, token) for token in logical)
    for code, composites in indexes.composites.items():
        if code not in served:
            for part, composite in enumerate(composites):
                yield from ((f"{code}${position}", part, one) for position, one in enumerate(composite))


def _words(found: Mapping[str, list[str]]) -> Row:
    narrative = found.get(NARRATIVE)
    return narrative and " ".join(narrative), " ".join(found[CONTENT])


def _token(value: Token, key: int, part: int, numbers: Numbers) -> Row:
    code = bounded(value.code) if value.code else None
    return key, part, numbers.systems[value.system], code, value.text


def _text(value: Text, key: int, part: int, _numbers: Numbers) -> Row:
    return key, part, value.folded, value.exact


def _date(value: DateRange, key: int, part: int, _numbers: Numbers) -> Row:
    return key, part, value.start, value.end


def _number(value: Number, key: int, part: int, _numbers: Numbers) -> Row:
    return key, part, float(value.low), float(value.high)


def _quantity(value: Quantity, key: int, part: int, numbers: Numbers) -> Row:
    canonical = (
        (None, None)
        if value.canonical_low is None or value.canonical_high is None
        else (float(value.canonical_low), float(value.canonical_high))
    )
    written = (float(value.low), float(value.high))
    return key, part, numbers.units[value[2:5]], numbers.canonicals[value.canonical], *written, *canonical


def _reference(value: Reference, key: int, part: int, numbers: Numbers) -> Row:
    target = local_id(value, numbers.bases)
    url = value.url if target is None else None
    return key, part, target, url, value.version


def _uri(value: str, key: int, part: int, _numbers: Numbers) -> Row:
    return key, part, value


def _position(value: Position, key: int, _part: int, _numbers: Numbers) -> Row:
    return key, float(value.latitude), float(value.longitude)


_Make = Callable[[Any, int, int, Numbers], Row]
_TABLES: Mapping[type, tuple[str, _Make]] = {
    Token: ("ix_token", _token),
    Text: ("ix_text", _text),
    DateRange: ("ix_date", _date),
    Number: ("ix_number", _number),
    Quantity: ("ix_quantity", _quantity),
    Reference: ("ix_ref", _reference),
    str: ("ix_uri", _uri),
    Position: ("ix_position", _position),
}
