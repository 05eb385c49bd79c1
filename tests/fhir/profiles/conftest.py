"""Small profiles, and what they say about small resources."""

import pytest

from smartbear.fhir.profiles import Environs, Library, check
from smartbear.fhir.validation import validate

BASE = "http://hl7.org/fhir/StructureDefinition/"
OURS = "https://profiles.example/"


def profile(name, *elements, type_name="Patient", base="", form="differential", **more):
    """A StructureDefinition of the tests' own; elements are (id, what it says)."""
    found = [{"id": id_, "path": path_of(id_), **said} for id_, said in elements]
    return {
        "resourceType": "StructureDefinition",
        "url": OURS + name,
        "type": type_name,
        "derivation": "constraint",
        "baseDefinition": base or BASE + type_name,
        form: {"element": found},
        **more,
    }


def path_of(element_id):
    return ".".join(step.partition(":")[0] for step in element_id.split("."))


class Profiles:
    """The profiles of one test."""

    def __init__(self, *definitions, is_member=None):
        held = {definition["url"]: definition for definition in definitions}
        library = Library(lambda canonical: held.get(canonical.partition("|")[0]))
        self.environs = Environs(library, is_member) if is_member else Environs(library)

    def find(self, name):
        return self.environs.library.find(name if "://" in name else OURS + name)

    def issues(self, resource, name="x"):
        assert validate(resource) == ()
        return check(resource, self.find(name), self.environs)

    def errors(self, resource, name="x"):
        """Code and place of every error."""
        return [(i.code, i.expression) for i in self.issues(resource, name) if i.severity == "error"]


@pytest.fixture
def patient():
    return lambda **more: {"resourceType": "Patient", **more}
