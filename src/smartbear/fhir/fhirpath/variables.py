"""``%names``: those of FHIRPath, of FHIR (R4 fhirpath.html#variables) and of the caller."""

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame
from smartbear.fhir.fhirpath.items import Element, Items
from smartbear.fhir.fhirpath.units import UCUM

_CONSTANTS = {"ucum": UCUM, "sct": "http://snomed.info/sct", "loinc": "http://loinc.org"}
_VALUE_SET = "vs-"
_EXTENSION = "ext-"


def external(name: str) -> Compiled:
    """The closure of ``%name``; one that nobody defined fails when it is reached."""
    constant = _constant(name)
    if constant is not None:
        found: Items = [constant]
        return lambda _: found
    match name:
        case "context":
            return lambda frame: frame.run.context
        case "resource":
            return lambda frame: _some(frame.run.resource)
        case "rootResource":
            return lambda frame: _some(frame.run.root)
    return lambda frame: _given(frame, name)


def _constant(name: str) -> str | None:
    if name.startswith(_VALUE_SET):
        return f"http://hl7.org/fhir/ValueSet/{name.removeprefix(_VALUE_SET)}"
    if name.startswith(_EXTENSION):
        return f"http://hl7.org/fhir/StructureDefinition/{name.removeprefix(_EXTENSION)}"
    return _CONSTANTS.get(name)


def _some(element: Element | None) -> Items:
    return [] if element is None else [element]


def _given(frame: Frame, name: str) -> Items:
    if name not in frame.run.given.variables:
        raise EvaluationError("The expression uses a variable that is not defined.")
    return frame.run.given.variables[name]
