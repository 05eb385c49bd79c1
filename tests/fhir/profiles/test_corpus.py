"""The profiles of the official package: all can be used, and its examples obey those they claim.

`SMARTBEAR_FHIR_EXAMPLES` is a folder with the files of `hl7.fhir.r4.examples` 4.0.1.
"""

import pytest

from smartbear.fhir import json
from smartbear.fhir.profiles import Environs, Library, check
from tests.fhir.test_corpus import REFUSED, files

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def definitions():
    """StructureDefinitions by canonical."""
    paths = files("SMARTBEAR_FHIR_EXAMPLES", "StructureDefinition-*.json")
    found = (json.decode(path.read_bytes()) for path in paths)
    return {one["url"]: one for one in found}


@pytest.mark.parametrize("form", ["snapshot", "differential"])
def test_every_official_profile_and_extension_can_be_used_in_either_form(definitions, form):
    other = {"snapshot": "differential", "differential": "snapshot"}[form]
    held = {
        url: {name: value for name, value in one.items() if name != other or form not in one}
        for url, one in definitions.items()
    }
    library = Library(lambda canonical: held.get(canonical.partition("|")[0]))
    profiles = [url for url, one in held.items() if one.get("derivation") == "constraint"]
    assert len(profiles) > len(held) / 2
    assert all(library.find(url) for url in profiles)


def test_every_example_obeys_the_profiles_it_claims(definitions):
    environs = Environs(Library(lambda canonical: definitions.get(canonical.partition("|")[0])))
    checked = 0
    for path in files("SMARTBEAR_FHIR_EXAMPLES", "*.json"):
        if path.name in REFUSED or path.name.startswith("Bundle-"):
            continue
        resource = json.decode(path.read_bytes())
        for canonical in resource.get("meta", {}).get("profile", ()):
            profile = environs.library.find(canonical)
            found = check(resource, profile, environs) if profile else ()
            assert [issue for issue in found if issue.severity == "error"] == [], path.name
            checked += profile is not None
    print(f"{checked} claims of the official examples hold")  # noqa: T201 - the figure
    assert checked
