from decimal import Decimal

import pytest

from smartbear.fhir import xml
from smartbear.kit.errors import BadInput

FHIR = 'xmlns="http://hl7.org/fhir"'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def read(inside, kind="Patient", more=""):
    return xml.decode(f"<{kind} {FHIR}{more}>{inside}</{kind}>".encode())


def refusal(text):
    with pytest.raises(BadInput) as caught:
        xml.decode(text if isinstance(text, bytes) else text.encode())
    return caught.value


def place(inside, kind="Patient", more=""):
    (error,) = refusal(f"<{kind} {FHIR}{more}>{inside}</{kind}>").errors
    return error.path


def test_primitives_have_the_types_of_json_and_decimals_their_precision():
    read_back = read(
        '<valueQuantity><value value="1.50"/></valueQuantity><component><valueInteger value="7"/></component>'
        '<component><valueBoolean value="false"/></component><component><valueString value="7"/></component>',
        "Observation",
    )
    assert str(read_back["valueQuantity"]["value"]) == "1.50"
    assert isinstance(read_back["valueQuantity"]["value"], Decimal)
    assert [next(iter(one.values())) for one in read_back["component"]] == [7, False, "7"]


def test_ids_and_extensions_of_repeating_primitives_stand_beside_their_values():
    name = read('<name><given value="A"/><given id="g"/><given value="C"/></name>')["name"]
    assert name == [{"given": ["A", None, "C"], "_given": [None, {"id": "g"}, None]}]


def test_the_id_of_a_resource_is_an_element_and_of_a_data_type_an_attribute():
    patient = read('<id value="p"/><name id="n"><family value="F"/></name>')
    assert (patient["id"], patient["name"]) == ("p", [{"id": "n", "family": "F"}])


def test_comments_declarations_prefixes_and_hints_to_schemas_make_no_difference():
    text = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?><!-- a --><f:Patient xmlns:f="http://hl7.org/fhir"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x x.xsd">'
        '<!-- b --><f:active value="true"/>\r\n</f:Patient>'
    )
    assert xml.decode(text.encode()) == {"resourceType": "Patient", "active": True}


def test_a_narrative_is_kept_as_it_is_written():
    div = f"<div {XHTML}>\r\n <p  class='x'>A &amp; B<br /></p><!-- c --><![CDATA[<]]></div>"
    text = read(f'<text><status value="generated"/>{div}</text>')["text"]
    assert text == {"status": "generated", "div": div}


def test_a_narrative_takes_the_namespaces_along_that_are_declared_further_out():
    inside = '<text><status value="empty"/><h:div><h:p>x</h:p></h:div></text>'
    text = read(inside, more=' xmlns:h="http://www.w3.org/1999/xhtml"')["text"]
    assert text["div"] == '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>x</h:p></h:div>'
    assert read(f"<text><status value='empty'/><div {XHTML}/></text>")["text"]["div"] == f"<div {XHTML}/>"


@pytest.mark.parametrize(
    ("inside", "where"),
    [
        ('<name><family value="a"/><nickname value="b"/></name>', "Patient.name[0].nickname"),
        ('<name><family value="a"/></name><name><family text="b"/></name>', "Patient.name[1].family.text"),
        ('<contact><name value="a"/></contact>', "Patient.contact[0].name.value"),
        ('<birthDate value="1940"/><active value="true"/>', "Patient.active"),
        ('<active value="true"/><active value="true"/>', "Patient.active"),
        ('<active value="1"/>', "Patient.active"),
        ('<multipleBirthInteger value="two"/>', "Patient.multipleBirth"),
        ('<multipleBirthInteger value=" 2"/>', "Patient.multipleBirth"),
        ("<birthDate/>", "Patient.birthDate"),
        ("<name/>", "Patient.name[0]"),
        ("<name>Somebody</name>", "Patient.name[0]"),
        ("<contained/>", "Patient.contained[0]"),
        ("<contained><Unicorn/></contained>", "Patient.contained[0]"),
        ("<contained><Basic/><Basic/></contained>", "Patient.contained[0]"),
        ('<contained><Basic><id name="1"/></Basic></contained>', "Patient.contained[0].id.name"),
        ('<active xmlns="urn:x" value="true"/>', "Patient.active"),
        ("<text><div>x</div></text>", "Patient.text.div"),
        (f"<active {XHTML}/>", "Patient.active"),
        ('<extension><url value="urn:x"/></extension>', "Patient.extension[0].url"),
    ],
)  # fmt: skip
def test_what_is_not_fhir_is_refused_with_its_place(inside, where):
    assert place(inside) == where


@pytest.mark.parametrize("more", [' id="1"', ' version="4"', ' xmlns:x="urn:x" x:y="1"'])
def test_a_resource_has_no_attributes(more):
    assert place("", more=more).startswith("Patient.")


@pytest.mark.parametrize("number", ["1e999", "9" * 5000])
def test_numbers_no_double_can_hold_are_refused(number):
    inside = f'<valueQuantity><value value="{number}"/></valueQuantity>'
    assert place(inside, "Observation") == "Observation.value.value"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no element found"),
        ("<Patient", "unclosed token"),
        (f"<Patient {FHIR}>", "no element found"),
        (f"<Patient {FHIR}/><Patient/>", "junk after document element"),
        (f'<Patient {FHIR}><active value="&nbsp;"/></Patient>', "undefined entity"),
        (f'<Patient {FHIR}><id value="&#0;"/></Patient>', "invalid character number"),
        (f'<Patient {FHIR}><id value="a" value="b"/></Patient>', "duplicate attribute"),
        (f"<!DOCTYPE Patient><Patient {FHIR}/>", "document type"),
        (f'<!DOCTYPE p [<!ENTITY a "b">]><Patient {FHIR}><id value="&a;"/></Patient>', "document type"),
        (f'<!DOCTYPE p SYSTEM "file:///etc/passwd"><Patient {FHIR}/>', "document type"),
        (f'<?xml-stylesheet href="x"?><Patient {FHIR}/>', "processing instruction"),
        (f'<?xml version="1.0" encoding="ISO-8859-1"?><Patient {FHIR}/>', "another encoding"),
        (b"<Patient>\xff</Patient>", "not UTF-8"),
        (f"<Patient {FHIR}/>".encode("utf-16"), "not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_not_plain_xml_is_refused_with_the_reason(text, reason):
    assert reason in refusal(text).detail


@pytest.mark.parametrize("text", ["<Unicorn/>", '<Patient xmlns="urn:x"/>', "<Patient/>", f"<name {FHIR}/>"])
def test_the_document_is_a_resource_in_the_namespace_of_fhir(text):
    assert "is not a resource type" in refusal(text).errors[0].message


@pytest.mark.parametrize("levels", [70, 200, 100_000])
def test_no_more_levels_are_read_than_json_may_have(levels):
    url = '<extension url="u">'
    refused = refusal(f"<Basic {FHIR}>{url * levels}{'</extension>' * levels}</Basic>")
    assert "levels" in refused.detail or "nested" in refused.errors[0].message
