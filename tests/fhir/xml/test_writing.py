from xml.etree import ElementTree as ET

from smartbear.fhir import json, xml

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def written(resource, **more):
    text = xml.encode(resource, **more).decode()
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def test_elements_come_in_the_order_of_the_specification():
    patient = {
        "resourceType": "Patient",
        "birthDate": "1940",
        "name": [{"given": ["A", "B"], "family": "F"}],
        "id": "1",
    }
    assert written(patient) == (
        '<Patient xmlns="http://hl7.org/fhir"><id value="1"/><name><family value="F"/><given value="A"/>'
        '<given value="B"/></name><birthDate value="1940"/></Patient>'
    )


def test_pretty_xml_has_an_element_on_each_line():
    patient = {"resourceType": "Patient", "active": True, "name": [{"family": "F"}]}
    assert written(patient, indent=2).splitlines() == [
        "",
        '<Patient xmlns="http://hl7.org/fhir">',
        '  <active value="true"/>',
        "  <name>",
        '    <family value="F"/>',
        "  </name>",
        "</Patient>",
    ]


def test_no_value_can_leave_its_attribute():
    value = "a\"'><b/>&amp;\r\n\t]]>\U0001f43b"
    root = ET.fromstring(xml.encode({"resourceType": "Basic", "language": value}))
    assert [child.get("value") for child in root] == [value]


def test_characters_that_xml_has_not_are_replaced():
    assert 'value="a\ufffdb\ufffd"' in written({"resourceType": "Basic", "language": "a\ufffeb\uffff"})


def test_a_narrative_goes_in_without_its_declaration_and_with_numeric_entities():
    div = '<?xml version="1.0"?>\n<div xmlns="http://www.w3.org/1999/xhtml">a&nbsp;&lt;&eacute;</div>'
    basic = {"resourceType": "Basic", "text": {"status": "empty", "div": div}}
    assert (
        '<status value="empty"/><div xmlns="http://www.w3.org/1999/xhtml">a&#160;&lt;&#233;</div>'
        in written(basic)
    )


def test_numbers_are_written_as_json_writes_them():
    basic = json.decode(
        b'{"resourceType":"Observation","valueQuantity":{"value":1.50},"referenceRange":'
        b'[{"low":{"value":-0.0},"high":{"value":1E-9}}]}'
    )
    for text in ("1.50", "-0.0", "1E-9"):
        assert f'value="{text}"' in written(basic)


def test_outcomes_and_searches_can_be_written():
    """Resources of the service itself, which nobody validated."""
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": "x"}],
    }
    assert xml.decode(xml.encode(bundle)) == bundle
