"""What an expression sees while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smartbear.fhir.fhirpath.budget import Budget
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.items import Element, Item, Items

LARGEST_COLLECTION = 100_000  # items; more is taken for an expression that does not end
LARGEST_TEXT = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class Environment:
    """What the caller gives an evaluation beside its input.

    ``resource`` is the nearest resource around the input and ``root`` the outermost; both are the input
    unless said otherwise. ``variables`` are the caller's ``%names``. ``now`` is needed by ``now()``,
    ``today()`` and ``timeOfDay()`` only. ``resolve`` fetches what a reference points to, or nothing.
    ``trace`` is told what ``trace()`` sees. ``as_filters`` lets ``as`` pick from a collection, which the
    language forbids and R4's own rules do (dom-3). ``budget`` is for evaluations that share one; else each
    has its own.
    """

    resource: Element | None = None
    root: Element | None = None
    variables: Mapping[str, Items] = field(default_factory=dict)
    now: datetime | None = None
    resolve: Callable[[str], Mapping[str, Any] | None] | None = None
    trace: Callable[[str, Items], None] | None = None
    as_filters: bool = False
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: its input and its environment, in which the resources are filled in."""

    context: Items
    resource: Element | None
    root: Element | None
    given: Environment
    budget: Budget

    @property
    def present(self) -> datetime:
        """The caller's present, with its offset."""
        if self.given.now is None:
            raise EvaluationError("The expression asks for the time, and none was given.")
        return self.given.now


@dataclass(frozen=True, slots=True)
class Frame:
    """``$this`` (the focus), ``$index`` and ``$total`` of the innermost function."""

    run: Run
    this: Items
    index: int | None = None
    total: Items = field(default_factory=list)


Compiled = Callable[[Frame], Items]


def each(frame: Frame, items: Items, argument: Compiled) -> list[tuple[Item, Items]]:
    """Every item with what the argument makes of it as ``$this``."""
    run, total = frame.run, frame.total
    return [(item, argument(Frame(run, [item], index, total))) for index, item in enumerate(items)]


def bounded(items: Items) -> Items:
    """Refuses a collection that has grown out of bounds."""
    if len(items) > LARGEST_COLLECTION:
        raise EvaluationError(f"The expression yields more than {LARGEST_COLLECTION} items.")
    return items


def bounded_text(text: str) -> str:
    """Refuses a string that has grown out of bounds."""
    if len(text) > LARGEST_TEXT:
        raise EvaluationError(f"The expression builds a text of more than {LARGEST_TEXT} characters.")
    return text
