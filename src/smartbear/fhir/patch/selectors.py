"""Selectors of XML Patch (RFC 5261 4.1): the part of XPath 1.0 that leads to one node.

Child and attribute steps (``f:name``, ``*``, ``@id``, ``text()``, ``comment()``, ``node()``), and predicates:
a position, ``last()``, and paths that must exist or equal a text, joined by ``and``. A name without a prefix
is in the default namespace (RFC 5261 4.2.2), or FHIR's where none is declared; so are ``f:`` in FHIR's and
``h:`` in XHTML's.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from smartbear.fhir.xml.layout import FHIR, XHTML
from smartbear.fhir.xml.tree import Comment, Element, Name, Node, Text

_KNOWN = {"": FHIR, "f": FHIR, "h": XHTML}
_TOKEN = re.compile(
    r"""\s*(?:(?P<literal>'[^']*'|"[^"]*")|(?P<number>[1-9][0-9]{0,6})|(?P<call>(?:text|comment|node|last)\(\))
    |(?P<name>(?:[^\W\d][\w.\-]*:)?(?:[^\W\d][\w.\-]*|\*))|(?P<sign>[/@=.\[\]]))""",
    re.VERBOSE,
)
_LONGEST = 2000  # characters
_DEEPEST = 5  # predicates within predicates
_KINDS: Mapping[str, tuple[type[Node], ...]] = {
    "text()": (Text,),
    "comment()": (Comment,),
    "node()": (Element, Text, Comment),
}
_LAST = 0


class SelectorError(Exception):
    """A selector that is not one, or that leads nowhere; the argument says how."""


class Spot(NamedTuple):
    """A node among the children of its parent, or with ``attribute`` one of the node's attributes."""

    parent: Element
    node: Node
    attribute: Name | None = None


class _Comparison(NamedTuple):
    """A path that leads somewhere or, with a text, to something that says just this."""

    path: "tuple[_Step, ...]"
    text: str | None


class _Step(NamedTuple):
    """``name`` is that of an element or attribute, «*» stands for any; ``kinds`` are those of other nodes."""

    kinds: tuple[type[Node], ...] = ()
    name: Name | None = None
    is_attribute: bool = False
    predicates: tuple[int | tuple[_Comparison, ...], ...] = ()


Selector = tuple[_Step, ...]


def read(text: str, prefixes: Mapping[str, str]) -> Selector:
    """The selector in a text, its prefixes as declared where it is written; SelectorError."""
    if len(text) > _LONGEST:
        raise SelectorError(f"may have at most {_LONGEST} characters")
    reader = _Reader(text, {**_KNOWN, **prefixes})
    reader.skip("/")
    selector = reader.path()
    reader.expect_end()
    return selector


class Finder:
    """Follows selectors through documents, looking at so many nodes and no more."""

    def __init__(self, most: int) -> None:
        self._room = most

    def only(self, selector: Selector, document: Element) -> Spot:
        """The one place a selector leads to; SelectorError if there is none, or are several."""
        found = self._follow(selector, Spot(document, document))
        if len(found) != 1:
            raise SelectorError("leads to several nodes" if found else "leads to nothing")
        return found[0]

    def _follow(self, selector: Selector, start: Spot) -> list[Spot]:
        spots = [start]
        for step in selector:
            spots = [there for spot in spots for there in self._from(spot, step)]
        return spots

    def _from(self, spot: Spot, step: _Step) -> list[Spot]:
        node = spot.node
        if not isinstance(node, Element) or spot.attribute:
            return []
        if step.is_attribute:
            found = [Spot(spot.parent, node, name) for name in node.attributes if _fits(name, step.name)]
        else:
            found = [Spot(node, child) for child in node.children if _is(child, step)]
        self._room -= len(node.children) + len(node.attributes) + 1
        if self._room < 0:
            raise SelectorError("looks at too many nodes")
        for predicate in step.predicates:
            found = self._filtered(found, predicate)
        return found

    def _filtered(self, found: Sequence[Spot], predicate: int | tuple[_Comparison, ...]) -> list[Spot]:
        if isinstance(predicate, int):
            return list(found[predicate - 1 :][:1])
        return [spot for spot in found if all(self._holds(each, spot) for each in predicate)]

    def _holds(self, comparison: _Comparison, spot: Spot) -> bool:
        there = self._follow(comparison.path, spot)
        return any(comparison.text is None or _said(each) == comparison.text for each in there)


class _Reader:
    """Takes a selector apart from left to right."""

    def __init__(self, text: str, prefixes: Mapping[str, str]) -> None:
        self._prefixes, self._levels = prefixes, 0
        self._tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise SelectorError("is not a path of names, attributes and predicates")
            kind = str(match.lastgroup)
            self._tokens.append((kind, match[kind]))
            at = match.end()
        self._tokens.reverse()

    def path(self) -> Selector:
        steps = [self._step()]
        while not steps[-1].is_attribute and self.skip("/"):
            steps.append(self._step())
        return tuple(steps)

    def skip(self, text: str) -> bool:
        """Whether this came next; it is passed over then."""
        if self._tokens and self._tokens[-1][1] == text:
            self._tokens.pop()
            return True
        return False

    def expect_end(self) -> None:
        if self._tokens:
            raise SelectorError("does not end where it should")

    def _step(self) -> _Step:
        is_attribute = self.skip("@")
        kind, text = self._next()
        if kind == "call" and text in _KINDS and not is_attribute:
            return _Step(_KINDS[text], predicates=self._predicates())
        if kind != "name":
            raise SelectorError("has something else where a name must be")
        return _Step((), self._name(text, is_attribute), is_attribute, self._predicates())

    def _name(self, text: str, is_attribute: bool) -> Name:  # noqa: FBT001 - of one call
        prefix, _, local = text.rpartition(":")
        if (is_attribute and not prefix) or text == "*":
            return Name("", local)
        if prefix not in self._prefixes:
            raise SelectorError("has a prefix that is not declared")
        return Name(self._prefixes[prefix], local)

    def _predicates(self) -> tuple[int | tuple[_Comparison, ...], ...]:
        found: list[int | tuple[_Comparison, ...]] = []
        self._levels += 1
        while self.skip("["):
            if self._levels > _DEEPEST:
                raise SelectorError(f"has predicates nested more than {_DEEPEST} deep")
            found.append(self._predicate())
            if not self.skip("]"):
                raise SelectorError("has a predicate that does not end")
        self._levels -= 1
        return tuple(found)

    def _predicate(self) -> int | tuple[_Comparison, ...]:
        if self.skip("last()"):
            return _LAST
        if self._tokens and self._tokens[-1][0] == "number":
            return int(self._next()[1])
        comparisons = [self._comparison()]
        while self.skip("and"):
            comparisons.append(self._comparison())
        return tuple(comparisons)

    def _comparison(self) -> _Comparison:
        path = () if self.skip(".") else self.path()
        if not self.skip("="):
            return _Comparison(path, None)
        kind, text = self._next()
        if kind != "literal":
            raise SelectorError("compares with something else than a text")
        return _Comparison(path, text[1:-1])

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise SelectorError("ends too early")
        return self._tokens.pop()


def _is(node: Node, step: _Step) -> bool:
    if step.name and isinstance(node, Element):
        return _fits(node.name, step.name)
    return isinstance(node, step.kinds)


def _fits(name: Name, wanted: Name | None) -> bool:
    """«*» without a namespace is any name, with one any of that namespace."""
    if wanted is None or wanted.local != "*":
        return name == wanted
    return wanted.namespace in {"", name.namespace}


def _said(spot: Spot) -> str:
    """The string value of a node (XPath 1.0, 5)."""
    if isinstance(spot.node, Element):
        return spot.node.attributes[spot.attribute] if spot.attribute else _text(spot.node)
    return spot.node.value


def _text(element: Element) -> str:
    parts, ahead = [], list(reversed(element.children))
    while ahead:
        node = ahead.pop()
        if isinstance(node, Element):
            ahead += reversed(node.children)
        elif isinstance(node, Text):
            parts.append(node.value)
    return "".join(parts)
