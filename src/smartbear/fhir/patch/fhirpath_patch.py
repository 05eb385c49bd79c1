"""FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html): a Parameters resource of operations.

Each operation sees what those before it did. Errors name the operation (``Parameters.parameter[2]``).
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from smartbear.fhir.fhirpath.budget import Budget
from smartbear.fhir.fhirpath.errors import EvaluationError, FHIRPathError
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.fhirpath.tree import Name, Node
from smartbear.fhir.patch.faults import expect_few, inapplicable, malformed
from smartbear.fhir.patch.places import NoPlaceError, Pair, Place, children, pairs, places, store
from smartbear.fhir.patch.values import element_of, typed

_LONGEST_PATH = 2000  # characters
_MOST_STEPS = 200_000  # that the paths of all operations take together


def apply(resource: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """The resource after all operations, itself left as it is; ``patch`` is a valid Parameters."""
    operations = patch.get("parameter", [])
    expect_few(len(operations))
    changed, budget = deepcopy(resource), Budget(_MOST_STEPS)
    for index, parameter in enumerate(operations):
        _Operation(parameter, f"Parameters.parameter[{index}]", budget).carry_out(changed)
    return changed


class _Operation:
    """One operation: its parts by name, and where it stands in the patch."""

    def __init__(self, parameter: dict[str, Any], place: str, budget: Budget) -> None:
        if parameter.get("name") != "operation":
            raise malformed(f"{place}.name", "must be operation")
        self._parts = {part.get("name"): part for part in parameter.get("part", ())}
        self._place, self._budget = place, budget

    def carry_out(self, resource: dict[str, Any]) -> None:
        """Change the resource in place."""
        kind = self._text("type")
        if kind not in _KINDS:
            raise malformed(f"{self._place}.type", "must be add, insert, delete, replace or move")
        try:
            _KINDS[kind](self, compiled(self._text("path")).tree, resource)
        except NoPlaceError:
            raise inapplicable(f"{self._place}.path", "computes, and so leads to no element") from None
        except EvaluationError as error:
            raise inapplicable(f"{self._place}.path", error.detail) from None
        except FHIRPathError as error:
            raise malformed(f"{self._place}.path", error.detail) from None

    def add(self, path: Node, resource: dict[str, Any]) -> None:
        """A new last child of the element."""
        parent = self._one(places(path, resource, self._budget))
        element = element_of(parent.element.type, self._text("name"))
        if element is None:
            raise inapplicable(f"{self._place}.name", "is no element of the type that the path leads to")
        if not element.repeats and children(parent, element.name):
            raise inapplicable(f"{self._place}.name", "is there already, and can be there once")
        key, pair = typed(self._value(), element, self._place)
        members = parent.members()
        store(members, key, [*pairs(members, key), pair], repeats=element.repeats)

    def insert(self, path: Node, resource: dict[str, Any]) -> None:
        """A new item of a list, before the one at ``index``."""
        parent, name = self._list(path, resource)
        element = element_of(parent.element.type, name)
        if element is None or not element.repeats:
            raise inapplicable(f"{self._place}.path", "is no list")
        key, pair = typed(self._value(), element, self._place)
        held = pairs(parent.members(), key)
        held.insert(self._position("index", len(held)), pair)
        store(parent.members(), key, held, repeats=True)

    def delete(self, path: Node, resource: dict[str, Any]) -> None:
        """Take the element away; it is no error if it is not there."""
        if found := places(path, resource, self._budget):
            self._exchange(self._one(found), None)

    def replace(self, path: Node, resource: dict[str, Any]) -> None:
        """Another value for the element; another type, too, if it has a choice of them."""
        found = self._one(places(path, resource, self._budget))
        if found.parent is None:
            raise inapplicable(f"{self._place}.path", "must lead to an element of the resource")
        self._exchange(found, typed(self._value(), found.definition, self._place))

    def move(self, path: Node, resource: dict[str, Any]) -> None:
        """An item of a list to another position, counted without it."""
        parent, name = self._list(path, resource)
        held = pairs(parent.members(), name)
        if len(held) == 0:
            raise inapplicable(f"{self._place}.path", "leads to nothing")
        moved = held.pop(self._position("source", len(held) - 1))
        held.insert(self._position("destination", len(held)), moved)
        store(parent.members(), name, held, repeats=True)

    def _exchange(self, found: Place, new: tuple[str, Pair] | None) -> None:
        if found.parent is None:
            raise inapplicable(f"{self._place}.path", "must lead to an element of the resource")
        members, repeats = found.parent.members(), found.definition.repeats
        held = pairs(members, found.key)
        held[found.index : found.index + 1] = [new[1]] if new and repeats else []
        store(members, found.key, held, repeats=repeats)
        if new and not repeats:
            store(members, new[0], [new[1]], repeats=False)

    def _list(self, path: Node, resource: dict[str, Any]) -> tuple[Place, str]:
        """The one parent of a list, and the list's name."""
        if not isinstance(path, Name):
            raise inapplicable(f"{self._place}.path", "must end in the name of a list")
        source = path.source or Name(None, str(resource["resourceType"]))
        return self._one(places(source, resource, self._budget)), path.name

    def _one(self, found: list[Place]) -> Place:
        if len(found) != 1:
            message = "leads to several elements" if found else "leads to nothing"
            raise inapplicable(f"{self._place}.path", message)
        return found[0]

    def _position(self, name: str, last: int) -> int:
        position = self._parts.get(name, {}).get("valueInteger")
        if not isinstance(position, int):
            raise malformed(f"{self._place}.{name}", "must be an integer")
        if not 0 <= position <= last:
            raise inapplicable(f"{self._place}.{name}", "is outside the list")
        return position

    def _text(self, name: str) -> str:
        part = self._parts.get(name, {})
        text = part.get("valueString", part.get("valueCode"))
        if not isinstance(text, str) or len(text) > _LONGEST_PATH:
            raise malformed(f"{self._place}.{name}", "is missing or too long")
        return text

    def _value(self) -> dict[str, Any]:
        part: dict[str, Any] | None = self._parts.get("value")
        if part is None:
            raise malformed(f"{self._place}.value", "is missing")
        return part


_KINDS: dict[str, Callable[[_Operation, Node, dict[str, Any]], None]] = {
    "add": _Operation.add,
    "insert": _Operation.insert,
    "delete": _Operation.delete,
    "replace": _Operation.replace,
    "move": _Operation.move,
}
