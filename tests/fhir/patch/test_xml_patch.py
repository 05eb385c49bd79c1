from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import json
from smartbear.fhir.patch import xml_patch
from smartbear.kit.errors import BadInput, PlatformError, Unprocessable

PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">a&nbsp;b</div>'},
    "identifier": [{"system": "urn:a", "value": "1"}, {"system": "urn:b", "value": "2"}],
    "active": True,
    "name": [{"given": ["First", "Second"], "_given": [None, {"id": "g"}]}],
    "gender": "female",
}


def diff(*operations, declared=""):
    return f"<diff {declared or XMLNS}>{''.join(operations)}</diff>".encode()


XMLNS = 'xmlns="http://hl7.org/fhir"'


def patched(*operations, resource=PATIENT, declared=""):
    return xml_patch.apply(resource, xml_patch.operations_of(diff(*operations, declared=declared)))


def replace(selector, text):
    return f'<replace sel="{selector}">{text}</replace>'


@pytest.mark.parametrize(
    "selector",
    [
        "f:Patient/f:identifier[2]/f:value/@value",
        "/f:Patient/f:identifier[f:system/@value='urn:b']/f:value/@value",
        "Patient/identifier[last()]/value/@value",
        "*/*[system/@value = &quot;urn:b&quot; and value]/value/@value",
        "f:Patient/f:identifier[f:value[@value='2']]/f:*[2]/@*",
    ],
)
def test_a_selector_leads_to_one_attribute(selector):
    assert patched(replace(selector, "3"))["identifier"][1]["value"] == "3"


@pytest.mark.parametrize(
    "declared", ['xmlns:x="http://hl7.org/fhir"', "xmlns='urn:other' xmlns:x='http://hl7.org/fhir'"]
)
def test_prefixes_are_those_that_the_patch_declares(declared):
    assert patched(replace("x:Patient/f:active/@value", "false"), declared=declared)["active"] is False


def test_elements_are_added_where_the_operation_says():
    telecom = '<telecom><value value="{}"/></telecom>'
    after = patched(
        f'<add sel="Patient/name" pos="after">{telecom.format("b")}</add>',
        f'<add sel="Patient/telecom" pos="before">{telecom.format("a")}</add>',
        '<add sel="Patient"><communication><language><text value="l"/></language></communication></add>',
        '<add sel="Patient/name/given[1]" type="@id">i</add>',
    )
    assert [one["value"] for one in after["telecom"]] == ["a", "b"]
    assert after["communication"] == [{"language": {"text": "l"}}]
    assert after["name"][0]["_given"] == [{"id": "i"}, {"id": "g"}]


def test_elements_are_replaced_and_removed():
    after = patched(
        '<replace sel="Patient/identifier[1]"><identifier><value value="9"/></identifier></replace>',
        '<remove sel="Patient/name/given[2]" ws="both"/>',
        '<remove sel="Patient/gender"/>',
    )
    assert after["identifier"] == [{"value": "9"}, PATIENT["identifier"][1]]
    assert after["name"] == [{"given": ["First"]}]
    assert "gender" not in after


def test_what_a_patch_empties_goes():
    after = patched('<remove sel="Patient/name/given[1]"/>', '<remove sel="Patient/name/given[1]"/>')
    assert "name" not in after
    assert "active" not in patched('<remove sel="Patient/active/@value"/>')


def test_what_a_patch_does_not_touch_stays_to_the_letter():
    observation = {
        "resourceType": "Observation",
        "valueQuantity": {"unit": "\ufffe", "value": json.decode(b"1.50")},
        "status": "final",
        "code": {"text": "c"},
    }
    after = patched(replace("Observation/status/@value", "amended"), resource=observation)
    assert json.encode(after) == json.encode(observation).replace(b"final", b"amended")
    more = patched(replace("Observation/valueQuantity/value/@value", "1.500"), resource=observation)
    assert json.encode(more) == json.encode(observation).replace(b"1.50", b"1.500")


def test_a_narrative_is_patched_as_xhtml():
    after = patched(replace("f:Patient/f:text/h:div/text()", "c &amp; d"))
    assert after["text"]["div"] == '<div xmlns="http://www.w3.org/1999/xhtml">c &amp; d</div>'
    assert patched(replace("Patient/active/@value", "false"))["text"] == PATIENT["text"]


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ('<move sel="Patient"/>', "diff[0]"),
        ('<add sel="Patient" pos="inside"/>', "diff[0]"),
        ('<remove sel="Patient" ws="all"/>', "diff[0]"),
        ("<remove/>", "diff[0].sel"),
        ('<remove sel="Patient//active"/>', "diff[0].sel"),
        ('<remove sel="Patient/active | Patient/name"/>', "diff[0].sel"),
        ('<remove sel="x:Patient"/>', "diff[0].sel"),
        ('<remove sel="Patient[active=1]"/>', "diff[0].sel"),
        ('<remove sel="Patient[1"/>', "diff[0].sel"),
        ('<remove sel="Patient active"/>', "diff[0].sel"),
        ('<remove sel="@/a"/>', "diff[0].sel"),
        ('<remove sel="Patient/@id/a"/>', "diff[0].sel"),
        (f'<remove sel="{"a[" * 6}"/>', "diff[0].sel"),
        (f'<remove sel="{"a/" * 2000}a"/>', "diff[0].sel"),
        ('<add sel="Patient" type="text()"/>', "diff[0].type"),
        ('<add sel="Patient" type="@x:a"/>', "diff[0].type"),
        ('<add sel="Patient/active" type="@id"><id/></add>', "diff[0]"),
        ('<replace sel="Patient/active">false</replace>', "diff[0]"),
    ],
)
def test_an_operation_that_makes_no_sense_is_named(operation, place):
    with pytest.raises(BadInput) as refused:
        patched(operation)
    assert refused.value.errors[0].path == place


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ('<remove sel="Patient/photo"/>', "diff[0].sel"),
        ('<remove sel="Patient/identifier"/>', "diff[0].sel"),
        ('<add sel="Patient/active" type="@value">false</add>', "diff[0].sel"),
        ('<add sel="Patient/active/@value">false</add>', "diff[0].sel"),
        (replace("Patient/active/@value", "maybe"), "Patient.active"),
        ('<add sel="Patient"><active value="true"/></add>', "Patient.active"),
        ('<add sel="Patient"><colour value="red"/></add>', ""),
    ],
)
def test_an_operation_that_the_resource_does_not_allow_is_named(operation, place):
    with pytest.raises(Unprocessable) as refused:
        patched(operation)
    assert not place or refused.value.errors[0].path == place


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<diff",
        b"\xff",
        diff(),
        b"<delta><remove sel='a'/></delta>",
        b'<!DOCTYPE diff [<!ENTITY e "x">]><diff><add sel="a">&e;</add></diff>',
        b'<!DOCTYPE diff SYSTEM "file:///etc/passwd"><diff><remove sel="a"/></diff>',
        b"<?target?><diff><remove sel='a'/></diff>",
        diff("<remove sel='a'/>" * 501),
        b"<a>" * 400 + b"</a>" * 400,
    ],
)
def test_what_is_no_patch_is_refused(document):
    with pytest.raises(BadInput):
        xml_patch.operations_of(document)


def test_a_patch_looks_at_so_much_and_no_more():
    wide = {**PATIENT, "identifier": [{"value": str(n)} for n in range(2000)]}
    costly = "Patient/identifier[value/@value='1']/value/@value"
    with pytest.raises(Unprocessable):
        patched(*[replace(costly, "1")] * 300, resource=wide)


def test_a_patch_cannot_nest_without_end():
    inner = "<extension>" * 100 + "</extension>" * 100
    at = "Patient" + "/extension" * 99
    first, second = f'<add sel="Patient">{inner}</add>', f'<add sel="{at}">{inner}</add>'
    third = f'<add sel="{at}{"/extension" * 99}">{inner}</add>'
    with pytest.raises(PlatformError):
        patched(first, second, third)


@given(st.text("fh:P/@[]'=.*() 1andlastxvue\"", max_size=40))
def test_no_selector_breaks_the_reader(selector):
    quoted = selector.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    with suppress(BadInput, Unprocessable):
        patched(f'<remove sel="{quoted}"/>')
