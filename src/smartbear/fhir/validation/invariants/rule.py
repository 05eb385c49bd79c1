"""A rule, and the few questions rules ask of an object."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Invariant

Object = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """An invariant on the objects of one type.

    `stated_at` is the context the specification states it at. `places` names where in the object it is
    broken, when it can be more than the object itself; it is asked only when `holds` says no.
    """

    key: str
    stated_at: str
    holds: Callable[[Object], bool]
    places: Callable[[Object], Iterable[str]] | None = None

    @cached_property
    def _stated(self) -> Invariant:
        return next(r for r in definitions.invariants(self.stated_at) if r.key == self.key)

    @property
    def human(self) -> str:
        """The specification's sentence."""
        return self._stated.human

    @property
    def severity(self) -> Literal["error", "warning"]:
        """A warning for what is good practice and no more."""
        return self._stated.severity


def has(value: Object, name: str) -> bool:
    """Whether the element is there, with a value or with extensions alone."""
    return name in value or "_" + name in value


def has_any(value: Object, *names: str) -> bool:
    """Whether at least one of the elements is there."""
    return any(has(value, name) for name in names)


def has_choice(value: Object, name: str) -> bool:
    """Whether a choice element (`value` for `value[x]`) is there with any of its types."""
    names = (key.removeprefix("_") for key in value)
    return any(key.startswith(name) and key[len(name) : len(name) + 1].isupper() for key in names)


def codes(concept: Object, system: str) -> set[str]:
    """Codes of one system among the codings of a CodeableConcept."""
    return {c["code"] for c in concept.get("coding", ()) if c.get("system") == system and "code" in c}


def repeated(tree: Object, branch: str, name: str) -> list[str]:
    """Where a value of `name` that an object before has stands again, in lists of `branch` at any depth."""
    seen: set[str] = set()
    places = []
    for value, place in _values(tree, branch, name):
        if value in seen:
            places.append(place)
        seen.add(value)
    return places


def _values(tree: Object, branch: str, name: str, place: str = "") -> Iterator[tuple[str, str]]:
    for index, item in enumerate(tree.get(branch, ())):
        here = f"{place}.{branch}[{index}]"
        if name in item:
            yield item[name], f"{here}.{name}"
        yield from _values(item, branch, name, here)
