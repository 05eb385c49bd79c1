"""What JSON says, XML says too, and the other way round."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from smartbear.fhir import json, xml
from tests.fhir.instances import resources

EXAMPLES = Path(__file__).parents[1] / "examples"


def folder(variable, below=""):
    named = os.environ.get(variable)
    if not named:
        pytest.skip(f"{variable} names no folder: this data is absent")
    return Path(named) / below


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(resources())
def test_a_resource_that_went_through_xml_is_the_same(resource):
    for indent in (None, 2):
        assert xml.decode(xml.encode(resource, indent=indent)) == json.decode(json.encode(resource))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_that_went_through_xml_is_the_same_but_for_html_entities(path):
    resource = json.decode(path.read_bytes().replace(b"&nbsp;", b"&#160;"))
    assert xml.decode(xml.encode(json.decode(path.read_bytes()))) == resource


@pytest.mark.corpus
@pytest.mark.timeout(600)
def test_every_official_example_that_went_through_xml_is_the_same():
    different = []
    for path in sorted(folder("SMARTBEAR_FHIR_EXAMPLES").rglob("*.json")):
        resource = json.decode(path.read_bytes())
        if "resourceType" in resource and xml.decode(xml.encode(resource)) != resource:
            different.append(path.name)
    assert not different


@pytest.mark.corpus
def test_the_official_xml_examples_say_what_their_json_says():
    """`observation-example` is left out: its two files are about different contents."""
    compared = 0
    for path in sorted(folder("SMARTBEAR_FHIR_TEST_CASES", "examples").glob("*.xml")):
        resource, beside = xml.decode(path.read_bytes()), path.with_suffix(".json")
        assert xml.decode(xml.encode(resource)) == resource
        if beside.exists() and path.stem != "observation-example":
            assert resource == json.decode(beside.read_bytes())
            compared += 1
    assert compared
