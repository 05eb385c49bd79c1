"""An XML document as nodes that can be changed, whatever its elements mean.

Prefixes are resolved on the way in and made anew on the way out; the document itself is a nameless element.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from smartbear.fhir.xml.parsing import new_parser, run
from smartbear.fhir.xml.writing import attribute
from smartbear.kit.errors import BadInput

_DEEPEST = 300  # levels; narratives may be deeper than resources
_XML = "http://www.w3.org/XML/1998/namespace"
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


class Name(NamedTuple):
    """The name of an element or attribute; without a namespace, that is empty."""

    namespace: str
    local: str


@dataclass(eq=False, slots=True)
class Text:
    """Character data; two never follow each other."""

    value: str


@dataclass(eq=False, slots=True)
class Comment:
    """What stands between ``<!--`` and ``-->``."""

    value: str


@dataclass(eq=False, slots=True)
class Element:
    """An element; ``prefixes`` are those declared where it is written, «» for the default namespace."""

    name: Name
    attributes: dict[Name, str] = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def elements(self) -> "Iterator[Element]":
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Element))


Node = Element | Text | Comment


def parse(data: bytes) -> Element:
    """The document in some bytes; BadInput if there is none."""
    return _Builder().document(data)


def serialise(document: Element) -> bytes:
    """The bytes of a document; BadInput if it is nested too deep."""
    parts: list[str] = []
    for child in document.children:
        _write(child, "", 0, parts)
    return "".join(parts).encode()


def copied(node: Node) -> Node:
    """The same node with children of its own."""
    if isinstance(node, Text):
        return Text(node.value)
    if isinstance(node, Comment):
        return node
    return Element(
        node.name, dict(node.attributes), [copied(child) for child in node.children], node.prefixes
    )


class _Builder:
    """Builds nodes as expat tells what it meets."""

    def __init__(self) -> None:
        self._open = [Element(Name("", ""))]
        self._declared: dict[str, str] = {}
        self._parser = parser = new_parser()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._comment
        parser.StartNamespaceDeclHandler = self._declare

    def document(self, data: bytes) -> Element:
        run(self._parser, data)
        return self._open[0]

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        self._declared[prefix or ""] = namespace or ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1]
        prefixes = {**parent.prefixes, **self._declared} if self._declared else parent.prefixes
        self._declared = {}
        named = {_name(key): value for key, value in attributes.items()}
        opened = Element(_name(name), named, [], prefixes)
        parent.children.append(opened)
        self._open.append(opened)
        if len(self._open) > _DEEPEST:
            raise _too_deep()

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        children = self._open[-1].children
        if children and isinstance(children[-1], Text):
            children[-1].value += text
        else:
            children.append(Text(text))

    def _comment(self, text: str) -> None:
        self._open[-1].children.append(Comment(text))


def _name(expanded: str) -> Name:
    namespace, _, local = expanded.rpartition(" ")
    return Name(namespace, local)


def _write(node: Node, default: str, level: int, parts: list[str]) -> None:
    if level > _DEEPEST:
        raise _too_deep()
    if isinstance(node, Text):
        parts.append(node.value.translate(_TEXT))
        return
    if isinstance(node, Comment):
        parts.append(f"<!--{node.value}-->")
        return
    namespace, tag = node.name
    parts.append(f"<{tag}")
    if namespace != default:
        parts.append(attribute("xmlns", namespace))
    parts += (_written(number, name, value) for number, (name, value) in enumerate(node.attributes.items()))
    parts.append(">" if node.children else "/>")
    for child in node.children:
        _write(child, namespace, level + 1, parts)
    if node.children:
        parts.append(f"</{tag}>")


def _written(number: int, name: Name, value: str) -> str:
    if not name.namespace:
        return attribute(name.local, value)
    if name.namespace == _XML:
        return attribute(f"xml:{name.local}", value)
    return attribute(f"xmlns:n{number}", name.namespace) + attribute(f"n{number}:{name.local}", value)


def _too_deep() -> BadInput:
    return BadInput(f"The XML is nested more than {_DEEPEST} levels deep.")
