"""XML form of resources → JSON form, by the definitions; only as much as the official test inputs need."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.items import primitive_types

_READERS = {
    "boolean": lambda text: text == "true",
    "decimal": Decimal,
    **dict.fromkeys(("integer", "positiveInt", "unsignedInt"), int),
}


def read(path: Path) -> dict[str, Any]:
    return _resource(ET.fromstring(path.read_text(encoding="utf-8")))


def _name(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _resource(node: ET.Element) -> dict[str, Any]:
    return {"resourceType": _name(node), **_members(node, _name(node))}


def _members(node: ET.Element, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(node.attrib)
    for child in node:
        field = definitions.fields(kind)[_name(child)]
        value, extra = _value(child, field.type)
        if field.element.repeats:
            found.setdefault(_name(child), []).append(value)
        elif value is not None:
            found[_name(child)] = value
        if extra:
            found[f"_{_name(child)}"] = extra
    return found


def _value(node: ET.Element, kind: str) -> tuple[Any, dict[str, Any] | None]:
    if kind == "Resource":
        return _resource(node[0]), None
    if kind == "xhtml":
        return ET.tostring(node, encoding="unicode"), None
    if kind not in primitive_types():
        return _members(node, kind), None
    text = node.get("value")
    extensions = [_members(child, "Extension") for child in node]
    value = None if text is None else _READERS.get(kind, str)(text)
    return value, {"extension": extensions} if extensions else None
