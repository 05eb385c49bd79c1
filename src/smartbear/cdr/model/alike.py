"""Observations of one kind differ in id, identifier, times and value alone.

Such are the readings of one device of one person, in one unit, and most of what a Bundle holds. What the
first of a kind is found by holds for the others too, but for those; working it out for one alone takes eight
times as long.
"""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, NamedTuple, Self

from smartbear.cdr.model.change import Draft, First
from smartbear.contracts.readings import Reading
from smartbear.fhir.json import encode
from smartbear.fhir.search import dates, numbers, tokens
from smartbear.fhir.search.values import Indexes

_OWN = frozenset({"id", "identifier", "effectiveDateTime", "issued", "valueQuantity"})
_OF_SEVERAL = frozenset({"component", "text", "note"})  # have values of their own, or are found by all words
_PLAIN = frozenset({"system", "value"})


_MOST_KEPT = 4000  # some 8 kB each


class Firsts:
    """The first Observation of each kind that came lately."""

    def __init__(self) -> None:
        self._known: dict[Hashable, First] = {}

    def find(self, kind: Hashable) -> First | None:
        """The first of a kind, if one is known; None is no kind."""
        return self._known.get(kind)

    def keep(self, kind: Hashable, draft: Draft) -> First:
        """Make others of a kind like this one from now on."""
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        return self._known.setdefault(kind, First(draft))


class Kind(NamedTuple):
    """Everything that two readings of a kind have in common."""

    subject: str
    device_id: str | None
    code: str
    unit: str | None
    entry: str

    @classmethod
    def of(cls, reading: Reading) -> Self | None:
        """None for a reading that is not one value, which is of no kind."""
        if reading.components or reading.value is None:
            return None
        return cls(reading.subject, reading.device_id, reading.code, reading.unit, reading.entry)


def kind_of(resource: dict[str, Any]) -> bytes | None:
    """What a valid Observation has in common with all of its kind; None for what is of no kind."""
    if resource["resourceType"] != "Observation" or not _OF_SEVERAL.isdisjoint(resource):
        return None
    identifiers = resource.get("identifier", ())
    if len(identifiers) > 1 or not all(one.keys() <= _PLAIN for one in identifiers):
        return None
    if resource.get("valueQuantity", {}).get("value") is None:
        return None
    return encode({name: None if name in _OWN else value for name, value in resource.items()})


def indexes_like(first: Indexes, observation: dict[str, Any]) -> Indexes:
    """Index values of an Observation, given those of another of its kind.

    Both hold the same lists where they have the same values.
    """
    values = numbers.quantity(observation["valueQuantity"])
    own = {}
    if "identifier" in observation:
        own["identifier"] = tokens.identifier(observation["identifier"][0])
    if "id" in observation:
        own["_id"] = tokens.identity(observation["id"])
    at = observation.get("effectiveDateTime")
    return replace(
        first,
        tokens=first.tokens | own,
        dates=first.dates | {"date": dates.moment(at)} if at else first.dates,
        quantities=dict.fromkeys(first.quantities, values),
        composites={
            code: [(token, *values) for token, _ in pairs] for code, pairs in first.composites.items()
        },
    )
