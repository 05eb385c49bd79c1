"""How much one request may ask for, all its parameters together."""

from dataclasses import dataclass

from smartbear.fhir.search.grammar.faults import invalid

_MOST_LINKS = 400  # resource types tried for all chains
_MOST_VALUES = 12_000  # alternatives


@dataclass(slots=True)
class Budget:
    """What is left of it."""

    links: int = _MOST_LINKS
    values: int = _MOST_VALUES

    def spend(self, name: str = "_filter") -> None:
        """One more type that a chain may lead to."""
        self.links -= 1
        if self.links < 0:
            raise invalid(
                name, "The chains branch into too many types: name the type, as in subject:Patient.name."
            )

    def spend_values(self, name: str, count: int) -> None:
        """More alternatives."""
        self.values -= count
        if self.values < 0:
            raise invalid(name, f"A search has at most {_MOST_VALUES} values.")
