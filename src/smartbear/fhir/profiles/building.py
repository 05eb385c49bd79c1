"""From the elements of a StructureDefinition, snapshot or differential, to a tree of constraints.

An element says where it belongs by its id (R4 elementdefinition.html#id): `Observation.component:x.code`.
`valueQuantity` in place of `value[x]` leaves that type alone and is a slice of it, as in the snapshots that
HL7 publishes.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from smartbear.fhir import definitions
from smartbear.fhir.profiles import facts
from smartbear.fhir.profiles.tree import Discriminator, Node, Slicing, TypeRule, UnusableProfile

_BY_TYPE = Slicing((Discriminator("type", "$this"),), "open", ordered=False)
_BY_URL = Slicing((Discriminator("value", "url"),), "open", ordered=False)
_EXTENSIONS = {"extension", "modifierExtension"}


def build(root: Node, type_name: str, elements: Iterable[dict[str, Any]]) -> Node:
    """Add the elements to a tree of constraints on `type_name`; UnusableProfile if they do not fit it."""
    builder = _Builder(root, type_name)
    for element in elements:
        builder.add(element)
    root.prune()
    return root


class _Step(NamedTuple):
    """One step of an id; `kind` is the type of what it leads to, if there is only one."""

    name: str
    slice: str
    kind: str
    core: definitions.Element | None
    is_short: bool = False
    """Written as `valueQuantity`."""


def _step(parent: str, text: str) -> _Step:
    given, _, slice_name = text.partition(":")
    name = given.removesuffix("[x]")
    core, field = definitions.element(parent, name), definitions.fields(parent).get(name)
    if core is None and field is not None:
        return _Step(field.element.name, slice_name or name, field.type, field.element, is_short=True)
    if core is None:
        if parent and parent != "Resource":
            raise UnusableProfile(f"it names an element that {parent} does not have")
        return _Step(name, slice_name, "", None)
    codes = [each.code for each in core.types]
    if len(codes) > 1:
        codes = [code for code in codes if core.property_name(code) == slice_name]
    return _Step(name, slice_name, codes[0] if codes and codes != ["Resource"] else "", core)


class _Builder:
    """The tree, and which types of its choices the elements so far have named."""

    def __init__(self, root: Node, type_name: str) -> None:
        self._root, self._type = root, type_name
        self._named: dict[int, tuple[TypeRule, ...]] = {}

    def add(self, element: dict[str, Any]) -> None:
        steps = str(element.get("id", "")).split(".")
        if steps[0] != self._type:
            raise UnusableProfile("it has an element whose id is not a path of its type")
        if steps[1:]:
            self._descend(steps[1:], element)
        else:
            facts.apply(self._root, element, None)

    def _descend(self, names: list[str], element: dict[str, Any]) -> None:
        node, kind = self._root, self._type
        for number, name in enumerate(names):
            step = _step(kind, name)
            parent = node.children.setdefault(step.name, Node())
            node = self._slice(parent, step) if step.slice else parent
            kind = step.kind or (node.types[0].code if len(node.types) == 1 else "")
            if number == len(names) - 1:
                facts.apply(node, element, step.core, is_slice=bool(step.slice))

    def _slice(self, parent: Node, step: _Step) -> Node:
        node = parent
        for part in step.slice.split("/"):
            node = node.slices.setdefault(part, Node())
        if step.core and step.core.choice and step.kind:
            rule = TypeRule(step.kind)
            node.types = node.types or (rule,)
            parent.slicing = parent.slicing or _BY_TYPE
            if step.is_short:
                named = self._named.get(id(parent), ())
                parent.types = self._named[id(parent)] = named if rule in named else (*named, rule)
        if step.name in _EXTENSIONS:
            parent.slicing = parent.slicing or _BY_URL
        return node
