"""Trains the dictionary that bodies are packed with: ``python -m smartbear.cdr.store.training``.

It learns from Observations as the platform itself writes them, which are nearly all it will ever store. A
dictionary that has been released stays as it is, since bodies cannot be read without it; a better one is
another file and another method in ``packing``.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import zstandard

from smartbear.cdr.model.body import stored_form
from smartbear.cdr.store.packing import DICTIONARY
from smartbear.contracts.readings import Component, Reading
from smartbear.fhir.vital_signs import observation

_SIZE = 4096  # bytes: all there is to learn from so few shapes
_SAMPLES = 2000
_START = datetime(2026, 1, 1, tzinfo=UTC)
_VALUES = {
    "8867-4": (45, 140, "/min"),
    "2708-6": (88, 100, "%"),
    "29463-7": (48, 120, "kg"),
    "8310-5": (35, 40, "Cel"),
    "41950-7": (200, 16000, "{steps}"),
    "93832-4": (3, 11, "h"),
}


def _readings() -> Iterator[Reading]:
    dice = random.Random(1)  # noqa: S311 - samples, the same each time
    for number in range(_SAMPLES):
        at = _START + timedelta(minutes=dice.randrange(500_000))
        shared = {
            "reading_id": str(uuid.UUID(int=dice.getrandbits(128))),
            "subject": str(uuid.UUID(int=dice.getrandbits(128))),
            "device_id": str(uuid.UUID(int=dice.getrandbits(128))),
            "measured_at": at,
            "received_at": at + timedelta(seconds=dice.randrange(3600)),
            "entry": dice.choice(["device", "device", "manual", "simulated"]),
        }
        if number % 3 == 0:
            parts = (("8480-6", dice.randrange(95, 190)), ("8462-4", dice.randrange(55, 110)))
            components = tuple(Component(code=code, value=value, unit="mm[Hg]") for code, value in parts)
            yield Reading(code="85354-9", components=components, **shared)
        else:
            code = dice.choice(sorted(_VALUES))
            low, high, unit = _VALUES[code]
            yield Reading(code=code, value=round(dice.uniform(low, high), 1), unit=unit, **shared)


if __name__ == "__main__":
    samples: "list[bytes | bytearray | memoryview[int]]" = [
        stored_form(observation(reading), reading.reading_id) for reading in _readings()
    ]
    DICTIONARY.write_bytes(zstandard.train_dictionary(_SIZE, samples).as_bytes())
