"""XML Patch (RFC 5261; https://hl7.org/fhir/R4/http.html#patch): ``add``, ``replace`` and ``remove``.

Each operation sees what those before it did; errors name it (``diff[2].sel``). Prefixes that an operation
declares are nothing to FHIR, so adding one changes nothing, and none is there to be replaced or removed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from smartbear.fhir import xml
from smartbear.fhir.patch.faults import expect_few, inapplicable, malformed
from smartbear.fhir.patch.selectors import Finder, Selector, SelectorError, Spot, read
from smartbear.fhir.xml import tree
from smartbear.fhir.xml.layout import FHIR
from smartbear.fhir.xml.tree import Comment, Element, Name, Node, Text
from smartbear.kit.errors import BadInput, Unprocessable

_MOST_NODES = 500_000  # looked at by one patch
_MOST_DEPTH = 250
_ROOTS = {"diff", "patch"}
_SIDES = {"before", "after", "prepend", "append"}
_SPACES = {"", "before", "after", "both"}
_NAMESPACE = "namespace::"


class Operation(NamedTuple):
    """One operation: what it does, where, and with which nodes."""

    kind: str
    place: str
    selector: Selector
    options: dict[str, str]
    content: list[Node]
    prefixes: dict[str, str]

    def text(self) -> str:
        """The content, which must be text alone."""
        if not all(isinstance(node, Text) for node in self.content):
            raise malformed(self.place, "must hold text alone")
        return "".join(node.value for node in self.content if isinstance(node, Text))

    def nodes(self) -> list[Node]:
        """The content, copied, so that it can be put in."""
        return [tree.copied(node) for node in self.content]


def operations_of(data: bytes) -> list[Operation]:
    """The operations in a patch document; BadInput if it is not one."""
    [root] = tree.parse(data).elements()
    if root.name.local not in _ROOTS:
        raise malformed("diff", "an XML Patch is a diff element with operations")
    found = list(root.elements())
    expect_few(len(found))
    if not found:
        raise malformed("diff", "has no operation")
    return [_operation(element, f"diff[{index}]") for index, element in enumerate(found)]


def apply(resource: dict[str, Any], operations: list[Operation]) -> dict[str, Any]:
    """The valid resource after all operations; what they do not touch is as it was, to the letter."""
    document = tree.parse(xml.encode(resource))
    before = xml.decode(tree.serialise(document))
    change(document, operations)
    for root in document.elements():
        _prune(root)
    try:
        changed = xml.decode(tree.serialise(document))
    except BadInput as error:
        raise Unprocessable("The patch leaves no resource behind.", errors=error.errors) from None
    kept: dict[str, Any] = _kept(resource, before, changed)
    return kept


def change(document: Element, operations: list[Operation]) -> None:
    """Carry out the operations on a document, in their order."""
    finder = Finder(_MOST_NODES)
    for operation in operations:
        try:
            spot = finder.only(operation.selector, document)
        except SelectorError as error:
            raise inapplicable(f"{operation.place}.sel", str(error)) from None
        _KINDS[operation.kind](operation, spot)


def _operation(element: Element, place: str) -> Operation:
    options = {name.local: value for name, value in element.attributes.items() if not name.namespace}
    kind = element.name.local
    if kind not in _KINDS:
        raise malformed(place, "must be add, replace or remove")
    if options.get("pos", "append") not in _SIDES or options.get("ws", "") not in _SPACES:
        raise malformed(place, "has a pos or ws that RFC 5261 does not know")
    try:
        selector = read(options.get("sel", ""), element.prefixes)
    except SelectorError as error:
        raise malformed(f"{place}.sel", str(error)) from None
    return Operation(kind, place, selector, options, element.children, dict(element.prefixes))


def _add(operation: Operation, spot: Spot) -> None:
    """A new attribute, or new nodes in or beside an element (RFC 5261 4.3)."""
    node, kind = spot.node, operation.options.get("type", "")
    if kind.startswith("@"):
        _add_attribute(operation, spot, kind[1:])
    elif kind and not kind.startswith(_NAMESPACE):
        raise malformed(f"{operation.place}.type", "must be an attribute or a namespace")
    elif not kind:
        side = operation.options.get("pos", "append")
        if spot.attribute or (side in {"append", "prepend"} and not isinstance(node, Element)):
            raise inapplicable(f"{operation.place}.sel", "leads to what cannot hold nodes")
        if side in {"append", "prepend"} and isinstance(node, Element):
            at = len(node.children) if side == "append" else 0
            node.children[at:at] = operation.nodes()
        else:
            at = _position(spot) + (side == "after")
            spot.parent.children[at:at] = operation.nodes()


def _add_attribute(operation: Operation, spot: Spot, name: str) -> None:
    prefix, _, local = name.rpartition(":")
    if not local or prefix not in {"", *operation.prefixes}:
        raise malformed(f"{operation.place}.type", "names no attribute, or has a prefix that is not declared")
    named = Name(operation.prefixes[prefix] if prefix else "", local)
    if not isinstance(spot.node, Element) or spot.attribute or named in spot.node.attributes:
        raise inapplicable(f"{operation.place}.sel", "leads to no element that can be given the attribute")
    spot.node.attributes[named] = operation.text()


def _replace(operation: Operation, spot: Spot) -> None:
    """Another node of the same kind, or another text (RFC 5261 4.4)."""
    node = spot.node
    if spot.attribute and isinstance(node, Element):
        node.attributes[spot.attribute] = operation.text()
        return
    if isinstance(node, Text):
        new: list[Node] = [Text(operation.text())]
    else:
        new = [one for one in operation.nodes() if not (isinstance(one, Text) and not one.value.strip())]
        if len(new) != 1 or type(new[0]) is not type(node):
            raise malformed(operation.place, "must hold one node of the kind that it replaces")
    at = _position(spot)
    spot.parent.children[at : at + 1] = new


def _remove(operation: Operation, spot: Spot) -> None:
    """The node goes, and with ``ws`` the blanks beside it (RFC 5261 4.5)."""
    if spot.attribute and isinstance(spot.node, Element):
        del spot.node.attributes[spot.attribute]
        return
    children, at, spaces = spot.parent.children, _position(spot), operation.options.get("ws", "")
    last = at + 1
    if spaces in {"after", "both"} and _is_blank(children[last : last + 1]):
        last += 1
    if spaces in {"before", "both"} and at and _is_blank(children[at - 1 : at]):
        at -= 1
    del children[at:last]


_KINDS: dict[str, Callable[[Operation, Spot], None]] = {"add": _add, "replace": _replace, "remove": _remove}


def _position(spot: Spot) -> int:
    return next(at for at, child in enumerate(spot.parent.children) if child is spot.node)


def _is_blank(nodes: list[Node]) -> bool:
    return all(isinstance(node, Text) and not node.value.strip() for node in nodes)


def _prune(element: Element, level: int = 0) -> None:
    """Take out FHIR's elements that are left without anything: they may not be empty."""
    if level > _MOST_DEPTH:
        raise Unprocessable("The patch nests elements too deep.")
    for child in list(element.elements()):
        if child.name.namespace == FHIR:
            _prune(child, level + 1)
            if not child.attributes and _says_nothing(child):
                element.children.remove(child)


def _says_nothing(element: Element) -> bool:
    return all(isinstance(node, Comment) or _is_blank([node]) for node in element.children)


def _kept(original: Any, before: Any, after: Any) -> Any:
    """``after``, with members and texts as they were where it agrees with ``before``.

    XML does not tell all that JSON does: a narrative's named entities and the order of members go lost in it.
    """
    if isinstance(after, dict) and isinstance(before, dict):
        names = [*(name for name in original if name in after), *(after.keys() - original.keys())]
        return {name: _kept(original.get(name), before.get(name), after[name]) for name in names}
    if isinstance(after, list) and isinstance(before, list) and len(after) == len(before):
        return [_kept(*items) for items in zip(original, before, after, strict=True)]
    return original if isinstance(after, str) and after == before else after
