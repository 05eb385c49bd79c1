"""XML to JSON values.

Refused, with the place named: what is not well-formed or not UTF-8, document types (and so entities of one's
own and external references), processing instructions, other namespaces, elements and attributes that R4 does
not define, elements out of their order, empty ones, text between elements, more levels than JSON may have.
"""

import re
from typing import Any

from smartbear.fhir import definitions, json
from smartbear.fhir.issues import step
from smartbear.fhir.xml.layout import DEEPEST, FHIR, XHTML, Form, layout
from smartbear.fhir.xml.parsing import new_parser, run
from smartbear.fhir.xml.places import Open, fault

_SPACE = " \t\r\n"
_TAG = re.compile(rb"<([^\s/>]+)")
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA_HINTS = {f"{_SCHEMA} {name}" for name in ("schemaLocation", "noNamespaceSchemaLocation")}


def decode(data: bytes) -> dict[str, Any]:
    """The resource in an XML document, as its JSON form would be decoded; or BadInput."""
    resource: dict[str, Any] = json.decode(json.encode(_Reader(data).resource()))
    return resource


class _Reader:
    """Builds values as expat tells what it meets."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open = [Open(None, "", "")]
        self._narrative = _Narrative()
        self._parser = parser = new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartNamespaceDeclHandler = self._narrative.declare

    def resource(self) -> dict[str, Any]:
        run(self._parser, self._data)
        return self._open[0].members

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._narrative.levels:
            self._narrative.levels += 1
            return
        namespace, _, local = name.rpartition(" ")
        parent = self._open[-1]
        opened = _property(parent, local, namespace) if parent.type else _resource(parent, local, namespace)
        self._open.append(opened)
        if len(self._open) > DEEPEST:
            raise fault(opened.place, "is nested too deep")
        if opened.slot and opened.slot.form is Form.NARRATIVE:
            self._narrative.begin(self._parser.CurrentByteIndex)
        else:
            self._narrative.leave_declarations_outside()
            _take_attributes(opened, attributes)

    def _end(self, _name: str) -> None:
        if self._narrative.levels:
            self._narrative.levels -= 1
            if self._narrative.levels:
                return
            self._open[-1].value = self._narrative.text(self._data, self._parser.CurrentByteIndex)
        closed = self._open.pop()
        self._open[-1].take(closed)

    def _characters(self, text: str) -> None:
        if not self._narrative.levels and text.strip(_SPACE):
            raise fault(self._open[-1].place, "has text where only elements may be")


class _Narrative:
    """The part of the document that is kept as it is written.

    What it needs of namespaces declared further out is declared in it, so that it stands by itself.
    """

    def __init__(self) -> None:
        self.levels = 0
        self._start = 0
        self._here: dict[str | None, str] = {}
        self._outside: dict[str | None, str] = {}
        self._missing = ""

    def declare(self, prefix: str | None, namespace: str) -> None:
        self._here[prefix] = namespace

    def leave_declarations_outside(self) -> None:
        self._outside |= {prefix: uri for prefix, uri in self._here.items() if uri == XHTML}
        self._here.clear()

    def begin(self, start: int) -> None:
        self.levels, self._start = 1, start
        prefixes = self._outside.keys() - self._here.keys()
        names = sorted(f"xmlns:{prefix}" if prefix else "xmlns" for prefix in prefixes)
        self._missing = "".join(f' {name}="{XHTML}"' for name in names)

    def text(self, data: bytes, end: int) -> str:
        """``end`` is where the end tag begins, or where the only tag ends."""
        self._here.clear()
        tag = _TAG.match(data, self._start)
        assert tag
        closes = data.startswith(b"</" + tag[1], end)
        stop = data.index(b">", end) + 1 if closes else end
        return (tag[0] + self._missing.encode() + data[tag.end() : stop]).decode()


def _resource(holder: Open, name: str, namespace: str) -> Open:
    """The element of a resource, in the document or in an element that holds one."""
    place = holder.place or step(name)[1:]
    if namespace != FHIR or name not in definitions.resource_types():
        raise fault(place, f"is not a resource type of FHIR R4 in the namespace {FHIR}")
    if holder.members:
        raise fault(place, "holds more than one resource")
    holder.members["resourceType"] = name
    return Open(None, name, place, members=holder.members)


def _property(parent: Open, name: str, namespace: str) -> Open:
    slot = layout(parent.type).get(name)
    if slot is None or slot.form is Form.ATTRIBUTE:
        raise fault(parent.place + step(name), "is not an element that is defined here")
    if namespace != (XHTML if slot.form is Form.NARRATIVE else FHIR):
        raise fault(f"{parent.place}.{slot.element}", "is in another namespace than its own")
    return parent.child(name, slot)


def _take_attributes(opened: Open, attributes: dict[str, str]) -> None:
    for name, text in attributes.items():
        slot = layout(opened.type).get(name) if opened.type else None
        if slot and slot.form is Form.ATTRIBUTE:
            opened.members[name] = text
        elif name == "value" and opened.is_primitive:
            opened.give_value(text)
        elif opened.slot or name not in _SCHEMA_HINTS:
            raise fault(opened.place + step(name), "is not an attribute that is defined here")
