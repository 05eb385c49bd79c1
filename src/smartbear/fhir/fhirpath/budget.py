"""How much an expression may do: expressions come from requests, and some would never end.

A step is about a microsecond's work: an item looked at, made or compared, or a hundred characters of text.
"""

from dataclasses import dataclass
from typing import Any

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.items import Element, Items

MOST_STEPS = 500_000
_CHARACTERS = 100  # that are handled in a step


@dataclass(slots=True)
class Budget:
    """Steps that are left; evaluations that serve one purpose may share them."""

    left: int = MOST_STEPS

    def spend(self, steps: int) -> None:
        """EvaluationError when there are no more."""
        self.left -= steps
        if self.left < 0:
            raise EvaluationError("The expression takes too long on this resource.")

    def spend_on(self, items: Items) -> None:
        """For a collection, or a single text from one end to the other."""
        self.spend(len(items) + 1)
        if len(items) == 1:
            text = items[0].value if isinstance(items[0], Element) else items[0]
            if isinstance(text, str):
                self.spend(len(text) // _CHARACTERS)

    def spend_on_comparing(self, items: Items) -> None:
        """For looking at items with everything that is in them."""
        waiting: list[Any] = [item.value for item in items if isinstance(item, Element)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict | list):
                self.spend(len(value))
                waiting.extend(value.values() if isinstance(value, dict) else value)
