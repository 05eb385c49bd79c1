"""An instance of a type with every property the specification gives it, each string a canary of its own."""

import itertools

from smartbear.fhir import definitions
from tests.fhir.pseudonymisation.tokens import BASE

CANARY = "CANARY"
JANUARY = "2001-01"
_EXTENSIONS = (
    "urn:CANARY",
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "http://hl7.org/fhir/StructureDefinition/observation-delta",
)
_PRIMITIVES = {
    "boolean": lambda _text: True,
    "date": lambda _text: f"{JANUARY}-09",
    "dateTime": lambda _text: f"{JANUARY}-09T10:11:12.345+02:00",
    "instant": lambda _text: f"{JANUARY}-10T10:11:12.345Z",
    "decimal": lambda _text: 1.5,
    "integer": lambda _text: 3,
    "positiveInt": lambda _text: 3,
    "unsignedInt": lambda _text: 3,
    "time": lambda _text: "10:11:12",
    "uri": lambda text: f"{BASE}Patient/{text}",
    "url": lambda text: f"{BASE}Patient/{text}/_history/2",
    "canonical": lambda text: f"http://hl7.org/fhir/{text} {text}",
    "base64Binary": lambda text: f"{text}0000",
}


def complete(type_name, levels=5, word=CANARY):
    """All properties at once, those of a choice too; primitives of lists twice."""
    return _Maker(word).resource(type_name, levels)


class _Maker:
    def __init__(self, word):
        self._word = word
        self._numbers = itertools.count()

    def resource(self, type_name, levels):
        return {"resourceType": type_name} | self._object(type_name, levels)

    def _object(self, type_name, levels):
        made = {}
        for name, field in definitions.fields(type_name).items():
            if field.element.max == 0 or (levels <= 0 and not _is_primitive(field.type)):
                continue
            made[name] = self._repeated(name, type_name, field, levels)
            if _is_primitive(field.type) and name != "id":
                beside = {"id": self._text(), "extension": self._extensions()}
                made[f"_{name}"] = [beside, beside] if field.element.repeats else beside
        return made

    def _repeated(self, name, owner, field, levels):
        count = 2 if field.element.repeats and _is_primitive(field.type) else 1
        values = [self._value(name, owner, field.type, levels - 1) for _ in range(count)]
        return values if field.element.repeats else values[0]

    def _value(self, name, owner, type_name, levels):
        if name == "reference" and owner == "Reference":
            return f"Patient/{self._text()}"
        if name == "extension":
            return self._extensions()[0]
        if type_name == "Resource":
            return self.resource("Observation", min(levels, 2))
        if _is_primitive(type_name):
            return _PRIMITIVES.get(type_name, str)(self._text())
        return self._object(type_name, levels)

    def _extensions(self):
        return [{"url": url, "valueString": self._text(), "valueCode": self._text()} for url in _EXTENSIONS]

    def _text(self):
        return f"{self._word}{next(self._numbers)}"


def _is_primitive(type_name):
    found = definitions.find_type(type_name)
    return found is not None and found.kind == "primitive"
