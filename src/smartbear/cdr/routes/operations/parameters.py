"""What an operation is told: in the address, or in a Parameters resource that is posted."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from smartbear.cdr.actions.accept import expect_valid
from smartbear.cdr.routes.http import Call
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.search import grammar
from smartbear.kit.errors import BadInput, FieldError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what no resource has either
_OF_THE_TRANSPORT = frozenset({"_format", "_pretty"})


@dataclass(frozen=True, slots=True)
class Given:
    """Names and values in their order. A value is a text, except for the data types that a body may hold."""

    pairs: tuple[tuple[str, Any], ...]

    def primitives(self) -> list[tuple[str, str]]:
        """All names and values, as an address says them; BadInput if one is not a primitive."""
        names = dict.fromkeys(name for name, _ in self.pairs)
        return [(name, text) for name in names for text in self.texts(name)]

    def texts(self, name: str) -> list[str]:
        """Every value of a parameter that is a primitive; BadInput if one is not."""
        values = [value for given, value in self.pairs if given == name]
        if any(isinstance(value, dict) for value in values):
            raise refused(name, "invalid", "must be a primitive value")
        return [text for value in values if (text := _text(value))]

    def text(self, name: str) -> str | None:
        """The one value of a parameter; BadInput if it is given twice."""
        values = self.texts(name)
        if len(values) > 1:
            raise refused(name, "invalid", "may be given once")
        return values[0] if values else None

    def structures(self, name: str) -> list[dict[str, Any]]:
        """Every value of a parameter that has a data type with elements; BadInput for a primitive."""
        values = [value for given, value in self.pairs if given == name]
        if not all(isinstance(value, dict) for value in values):
            raise refused(name, "invalid", "must be posted, as its data type")
        return values

    def expect_among(self, known: Collection[str]) -> None:
        """BadInput if there is a parameter the operation does not know."""
        faults = (
            FieldError(name[:100], "not-supported", "this operation has no such parameter")
            for name in dict.fromkeys(name for name, _ in self.pairs)
            if name not in known
        )
        if found := tuple(faults):
            raise BadInput("The operation has parameters that are not known here.", errors=found)


async def given_to(repository: Repository, call: Call) -> Given:
    """The parameters of a call, those of the address first."""
    pairs: list[tuple[str, Any]] = [
        (name, value) for name, value in grammar.pairs(call.query) if name not in _OF_THE_TRANSPORT
    ]
    if call.method == "POST" and call.header(b"content-length") != "0":
        resource = await call.resource(repository.settings.resource_bytes)
        expect_valid(resource, "Parameters")
        pairs += [(one["name"], _value(one)) for one in resource.get("parameter", ())]
    for name, value in pairs:
        if _CONTROL.search(name) or (isinstance(value, str) and _CONTROL.search(value)):
            raise refused(_CONTROL.sub("", name), "value", "contains a control character")
    return Given(tuple(pairs))


def refused(name: str, code: str, reason: str) -> BadInput:
    """A parameter that cannot be followed."""
    return BadInput(
        "The operation cannot be carried out as asked.", errors=(FieldError(name[:100], code, reason),)
    )


def _value(parameter: Mapping[str, Any]) -> Any:
    given = (one for name, one in parameter.items() if name.startswith("value") or name == "resource")
    return next(given, "")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
