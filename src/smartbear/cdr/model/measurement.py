"""The value that an observation gives for a code: its own, or that of its component."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

Coding = tuple[str | None, str]
"""System, where one is asked for, and code."""


class Measurement(NamedTuple):
    """A number and its unit as coded."""

    value: Decimal
    system: str | None
    code: str
    unit: str


def measurement(observation: Mapping[str, Any], coding: Coding) -> Measurement | None:
    """None unless there is an exact number with a coded unit."""
    holders = [observation, *observation.get("component", ())]
    named = (holder for holder in holders if _is_named(holder.get("code", {}), coding))
    quantity: Mapping[str, Any] = next((holder.get("valueQuantity", {}) for holder in named), {})
    if "value" not in quantity or "comparator" in quantity or "code" not in quantity:
        return None
    value, code = Decimal(quantity["value"]), quantity["code"]
    return Measurement(value, quantity.get("system"), code, quantity.get("unit", code))


def _is_named(concept: Mapping[str, Any], coding: Coding) -> bool:
    system, code = coding
    return any(
        one.get("code") == code and (system is None or one.get("system") == system)
        for one in concept.get("coding", ())
    )
