"""What a check sees beside the resource, and where in the resource it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.budget import Budget
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Environment
from smartbear.fhir.fhirpath.items import Element
from smartbear.fhir.profiles.library import Library
from smartbear.kit.errors import TooCostly

_MOST_STEPS = 1_000_000  # of all checks of a resource together: about three seconds
_OF_A_LOOK = 5

Membership = Callable[[str, str | None, str], bool | None]
"""(value set, system, code) → whether it is in there, None if nobody here can tell. Without a system: any."""


def of_specification(value_set: str, system: str | None, code: str) -> bool | None:
    """Membership of the value sets that types of R4 bind as required, as far as they can be listed."""
    values = definitions.value_set(value_set)
    if values is None or not values.enumerable:
        return None
    if system is None:
        return any(code in codes for codes in values.systems.values())
    return code in values.systems.get(system, ())


@dataclass(frozen=True)
class Environs:
    """The profiles that constraints refer to, and who knows which codes a value set has.

    Without `advice`, extensible bindings are not looked at: they never make an error. All checks share
    `budget`.
    """

    library: Library
    is_member: Membership = of_specification
    advice: bool = True
    budget: Budget = field(default_factory=lambda: Budget(_MOST_STEPS))


class Here(NamedTuple):
    """A place in the resource, and the nearest resource around it."""

    place: str
    resource: Element

    def at(self, step: str, element: Element) -> "Here":
        """One step further, into `element`."""
        is_resource = element.value.__class__ is dict and "resourceType" in element.value
        return Here(self.place + step, element if is_resource else self.resource)


@dataclass
class Run:
    """One check: the whole resource, and which (value, profile) pairs are being checked already."""

    environs: Environs
    root: Element
    open: set[tuple[int, str]] = field(default_factory=set)

    def step(self) -> None:
        """Count a look at a value; TooCostly after so many that a check takes seconds."""
        try:
            self.environs.budget.spend(_OF_A_LOOK)
        except EvaluationError:
            raise TooCostly("To check the resource against its profiles would take too long.") from None

    @cached_property
    def contained(self) -> Mapping[str, Mapping[str, Any]]:
        """Contained resources by id."""
        return {one["id"]: one for one in self.root.value.get("contained", ()) if "id" in one}

    def environment(self, here: Here) -> Environment:
        """What an expression sees at a place."""
        return Environment(
            resource=here.resource, root=self.root, as_filters=True, budget=self.environs.budget
        )
