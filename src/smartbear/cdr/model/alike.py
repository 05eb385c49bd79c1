"""Readings of one kind: by one device of one person, in one unit, they differ in id, times and value alone.

What the first of a kind is found by holds for the others too, but for those; working it out for one reading
alone takes eight times as long.
"""

from dataclasses import replace
from typing import Any, NamedTuple, Self

from smartbear.contracts.readings import Reading
from smartbear.fhir.search import dates, numbers, tokens
from smartbear.fhir.search.values import Indexes


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


def indexes_like(first: Indexes, observation: dict[str, Any]) -> Indexes:
    """Index values of an Observation, given those of another reading of its kind."""
    [value] = numbers.quantity(observation["valueQuantity"])
    own = {
        "_id": tokens.identity(observation["id"]),
        "identifier": tokens.identifier(observation["identifier"][0]),
    }
    return replace(
        first,
        tokens=first.tokens | own,
        dates={"date": dates.moment(observation["effectiveDateTime"])},
        quantities={code: [value] for code in first.quantities},
        composites={code: [(token, value) for token, _ in pairs] for code, pairs in first.composites.items()},
    )
