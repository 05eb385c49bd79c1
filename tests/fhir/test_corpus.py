"""Bodies of public data, when they are there: every official example, and synthetic patients.

`SMARTBEAR_FHIR_EXAMPLES` is a folder with the files of `hl7.fhir.r4.examples` 4.0.1, `SMARTBEAR_SYNTHEA` one
with Synthea's Bundles (`*.json.bz2`). The examples that break the specification themselves are listed in
`refused_examples.json` with the clause each of them breaks.
"""

import bz2
import json as stdlib
import os
from pathlib import Path

import pytest

from smartbear.fhir import json
from smartbear.fhir.validation import validate

pytestmark = pytest.mark.corpus

REFUSED = stdlib.loads((Path(__file__).parent / "refused_examples.json").read_bytes())


def files(variable, pattern):
    folder = os.environ.get(variable)
    if not folder:
        pytest.skip(f"{variable} names no folder: this data is absent")
    found = sorted(path for path in Path(folder).rglob(pattern) if path.name != "package.json")
    assert found, f"no {pattern} in the folder of {variable}"
    return found


@pytest.mark.timeout(600)
def test_only_official_examples_that_break_the_specification_are_refused():
    issues = {
        path.name: validate(json.decode(path.read_bytes()))
        for path in files("SMARTBEAR_FHIR_EXAMPLES", "*.json")
    }
    places = {name: {issue.expression for issue in found} for name, found in issues.items() if found}
    assert places.keys() == REFUSED.keys() & issues.keys()
    for name, found in places.items():
        assert {fault["first_at"] for fault in REFUSED[name]} <= found


@pytest.mark.timeout(600)
def test_every_synthetic_patient_is_sound_and_keeps_its_decimals():
    for path in files("SMARTBEAR_SYNTHEA", "*.json.bz2"):
        text = bz2.decompress(path.read_bytes())
        bundle = json.decode(text)
        assert validate(bundle) == ()
        assert json.encode(bundle) == json.encode(json.decode(json.encode(bundle)))
        assert stdlib.loads(json.encode(bundle)) == stdlib.loads(text)
