"""JSON values to XML."""

import re
from collections.abc import Iterator
from html.entities import html5
from itertools import zip_longest
from typing import Any

from smartbear.fhir import json
from smartbear.fhir.xml.layout import FHIR, Form, Slot, layout

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_ATTRIBUTE = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",  # unescaped, a reader makes these three a space
        "\n": "&#10;",
        "\r": "&#13;",
    }
)
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")
_BEFORE_DIV = re.compile(r"\s*<\?xml[^>]*>\s*")
_UNWRITABLE = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})  # outside XML's characters


def encode(resource: dict[str, Any], *, indent: int | None = None) -> bytes:
    """A valid resource as an XML document; ``indent`` puts elements on lines of their own."""
    document = _Document(indent)
    document.resource(resource, 0, f' xmlns="{FHIR}"')
    return (_DECLARATION + "".join(document.parts)).translate(_UNWRITABLE).encode()


class _Document:
    """Pieces of the text, in order."""

    def __init__(self, indent: int | None) -> None:
        self.parts: list[str] = []
        self._indent = indent

    def resource(self, value: dict[str, Any], level: int, namespace: str = "") -> None:
        kind = value["resourceType"]
        self._element(kind, kind, value, level, namespace)

    def _element(self, tag: str, kind: str, value: dict[str, Any], level: int, more: str = "") -> None:
        """One complex element. What its type does not define has no place in it."""
        slots = layout(kind)
        named = {name.removeprefix("_") for name in value} & slots.keys()
        attributes = [name for name in ("id", "url") if name in named and slots[name].form is Form.ATTRIBUTE]
        start = tag + more + "".join(attribute(name, value[name]) for name in attributes)
        children = sorted(named.difference(attributes), key=lambda name: slots[name].order)
        self._line(level, f"<{start}>" if children else f"<{start}/>")
        for name in children:
            self._property(name, slots[name], value, level + 1)
        if children:
            self._line(level, f"</{tag}>")

    def _property(self, name: str, slot: Slot, owner: dict[str, Any], level: int) -> None:
        match slot.form:
            case Form.PRIMITIVE:
                for value, extra in _halves(owner.get(name), owner.get(f"_{name}"), repeats=slot.repeats):
                    self._primitive(name, value, extra or {}, level)
            case Form.NARRATIVE:
                self._line(level, _narrative(owner[name]))
            case _:
                for value in owner[name] if slot.repeats else [owner[name]]:
                    self._child(name, slot, value, level)

    def _child(self, name: str, slot: Slot, value: dict[str, Any], level: int) -> None:
        if slot.form is Form.COMPLEX:
            self._element(name, slot.type, value, level)
            return
        self._line(level, f"<{name}>")
        self.resource(value, level + 1)
        self._line(level, f"</{name}>")

    def _primitive(self, name: str, value: Any, extra: dict[str, Any], level: int) -> None:
        more = "" if value is None else attribute("value", _text(value))
        self._element(name, "Element", extra, level, more)

    def _line(self, level: int, text: str) -> None:
        if self._indent is not None:
            self.parts.append("\n" + " " * (self._indent * level))
        self.parts.append(text)


def _halves(value: Any, extra: Any, *, repeats: bool) -> Iterator[tuple[Any, Any]]:
    """Values beside their ids and extensions."""
    return zip_longest(value or (), extra or ()) if repeats else iter([(value, extra)])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.encode(value).decode()


def attribute(name: str, value: str) -> str:
    """An attribute with the blank before it; line breaks and tabs in it survive reading."""
    return f' {name}="{value.translate(_ATTRIBUTE)}"'


def _narrative(div: str) -> str:
    return _ENTITY.sub(_character, _BEFORE_DIV.sub("", div, count=1))


def _character(entity: re.Match[str]) -> str:
    """XML knows five named entities; the others are HTML's."""
    return "".join(f"&#{ord(one)};" for one in html5.get(entity[1], "\ufffd"))
