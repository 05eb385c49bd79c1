"""What a function is, and the few shapes most functions have."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame
from smartbear.fhir.fhirpath.items import Item, Items, single

Apply = Callable[[Frame, Items, Sequence[Compiled]], Items]


class Function(NamedTuple):
    """``apply`` gets the input collection and the arguments unevaluated; ``least`` to ``most`` of them."""

    apply: Apply
    least: int = 0
    most: int = 0


def on_collection(answer: Callable[[Items], Items]) -> Function:
    """A function of the whole input and nothing else."""
    return Function(lambda _, items, __: answer(items))


def on_single(
    answer: Callable[..., Item | Items | None],
    kind: type | tuple[type, ...],
    *arguments: type | tuple[type, ...],
    optional: int = 0,
    effort: Callable[..., int] | None = None,
) -> Function:
    """A function of one value and of one value for each argument.

    Empty where the input or a given argument is empty, an error where one is of another kind. The last
    ``optional`` arguments may be left out. ``None`` as an answer is empty. ``effort`` says how many steps an
    answer may take, where that is more than the length of the input.
    """

    def apply(frame: Frame, items: Items, given: Sequence[Compiled]) -> Items:
        value = of_kind(single(items), kind)
        values = [
            of_kind(single(argument(frame)), wanted)
            for argument, wanted in zip(given, arguments, strict=False)
        ]
        if value is None or None in values:
            return []
        if effort:
            frame.run.budget.spend(effort(value, *values))
        found = answer(value, *values)
        if isinstance(found, list):
            return found
        return [] if found is None else [found]

    return Function(apply, len(arguments) - optional, len(arguments))


def of_kind(value: Item | None, kind: type | tuple[type, ...]) -> Any:
    """The value, when it is of the kind; booleans are not integers here."""
    if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
        raise EvaluationError("A function met a value of a type it does not take.")
    return value
