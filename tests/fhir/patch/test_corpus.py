"""The official suites, when they are there: `SMARTBEAR_FHIR_TEST_CASES` names their `r4` folder."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from smartbear.fhir import json, xml
from smartbear.fhir.patch import fhirpath_patch, json_patch, xml_patch
from smartbear.fhir.patch.pruning import pruned
from smartbear.fhir.xml import tree
from smartbear.kit.errors import PlatformError

pytestmark = pytest.mark.corpus

_DIV = "{http://www.w3.org/1999/xhtml}div"
PATCH = "{http://hl7.org/fhir}patch"


def suite(name):
    folder = os.environ.get("SMARTBEAR_FHIR_TEST_CASES")
    if not folder:
        pytest.skip("SMARTBEAR_FHIR_TEST_CASES names no folder: this data is absent")
    return (Path(folder) / "patch" / name).read_bytes()


def resource(case, name):
    """The resource in an element of a case, without the blanks around it; its narrative in canonical form."""
    [holder] = case.findall(name)
    [found] = holder
    return canonical(xml.decode(ET.tostring(found)))


def canonical(value):
    narrative = value.get("text", {})
    if "div" in narrative:
        narrative["div"] = ET.canonicalize(narrative["div"], strip_text=True, rewrite_prefixes=True)
    return value


def test_every_case_of_the_json_patch_suite():
    cases = json.decode(suite("json-patch-tests.json"))
    assert len(cases) == 16
    for case in cases:
        try:
            assert json_patch.apply(case["doc"], case["patch"]) == case["expected"], case["comment"]
        except PlatformError:
            assert "error" in case, case["comment"]


def test_every_case_of_the_fhirpath_patch_suite():
    cases = ET.fromstring(suite("fhir-patch-tests.xml")).findall("case")
    assert len(cases) == 33
    for case in cases:
        given, patch = resource(case, "input"), resource(case, "diff")
        try:
            result = canonical(pruned(fhirpath_patch.apply(given, patch)))
        except PlatformError:
            assert case.find("error") is not None, case.get("name")
        else:
            assert result == resource(case, "output"), case.get("name")


def test_every_case_of_the_xml_patch_suite():
    with_comments = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    cases = ET.fromstring(suite("xml-patch-tests.xml"), with_comments).findall("case")
    assert len(cases) == 29
    for case in cases:
        target = b"".join(map(ET.tostring, case.find("target")))
        try:
            document = tree.parse(target)
            xml_patch.change(document, xml_patch.operations_of(ET.tostring(case.find(PATCH))))
            result = tree.serialise(document)
        except PlatformError:
            assert case.find("error") is not None, case.get("name")
        else:
            assert plain(result) == plain(ET.tostring(case.find("patched")[0])), case.get("name")


def plain(document):
    return ET.canonicalize(document, strip_text=True, rewrite_prefixes=True, with_comments=True)
