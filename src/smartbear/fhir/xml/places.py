"""Elements that have begun: where they are, and what they have so far."""

import re
from dataclasses import dataclass, field
from typing import Any

from smartbear.fhir import json
from smartbear.fhir.xml.layout import Form, Slot
from smartbear.kit.errors import BadInput, FieldError

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NUMBERS = {"decimal", "integer", "positiveInt", "unsignedInt"}
_BOOLEANS = {"true": True, "false": False}


@dataclass(slots=True)
class Open:
    """An element between its tags.

    Without ``slot`` it is a resource itself (or the document); without ``type`` it holds one, nothing else.
    """

    slot: Slot | None
    type: str
    place: str
    name: str = ""
    members: dict[str, Any] = field(default_factory=dict)
    value: Any = None
    _order: int = -1

    @property
    def is_primitive(self) -> bool:
        """Whether it may have a ``value``."""
        return self.slot is not None and self.slot.form is Form.PRIMITIVE

    def child(self, name: str, slot: Slot) -> "Open":
        """An element that begins in this one."""
        place = f"{self.place}.{slot.element}"
        if slot.repeats:
            place += f"[{len(self.members.get(name, ()))}]"
        elif name in self.members or f"_{name}" in self.members:
            raise fault(place, "is given more than once")
        if slot.order < self._order:
            raise fault(place, "comes after elements that it has to come before")
        self._order = slot.order
        return Open(slot, "" if slot.form is Form.RESOURCE else slot.type, place, name)

    def give_value(self, text: str) -> None:
        """Set the value of a primitive, as JSON would have it."""
        assert self.slot
        if self.slot.type == "boolean":
            if text not in _BOOLEANS:
                raise fault(self.place, "must be true or false")
            self.value = _BOOLEANS[text]
        elif self.slot.type in _NUMBERS:
            self.value = _number(text, self.place)
        else:
            self.value = text

    def take(self, closed: "Open") -> None:
        """An element in this one has ended."""
        slot, name = closed.slot, closed.name
        closed.drop_empty_halves()
        if slot is None:
            return
        if closed.value is None and not closed.members:
            raise fault(closed.place, "must not be empty")
        if closed.is_primitive:
            self._put(f"_{name}", closed.members or None, repeats=slot.repeats)
            self._put(name, closed.value, repeats=slot.repeats)
        else:
            self._put(name, closed.value or closed.members, repeats=slot.repeats)

    def drop_empty_halves(self) -> None:
        """Without values, or without ids and extensions, a repeating primitive has one array only."""
        halves = [(name, half) for name, half in self.members.items() if isinstance(half, list)]
        for name, half in halves:
            if all(one is None for one in half):
                del self.members[name]

    def _put(self, name: str, value: Any, *, repeats: bool) -> None:
        if repeats:
            self.members.setdefault(name, []).append(value)
        elif value is not None:
            self.members[name] = value


def fault(place: str, message: str) -> BadInput:
    """The error about an element."""
    error = FieldError(place, "structure", message)
    return BadInput("The XML is not a FHIR resource.", errors=(error,))


def _number(text: str, place: str) -> Any:
    if not _NUMBER.fullmatch(text):
        raise fault(place, "must be a number")
    try:
        return json.decode(text.encode())
    except BadInput:
        raise fault(place, "is a number no double-precision number can stand for") from None
