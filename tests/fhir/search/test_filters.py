"""``_filter``: what its text means, evaluated in memory."""

import pytest

from smartbear.fhir.search.grammar.faults import InvalidSearch


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('family eq "muller-angstrom"', True), ('family eq "muller"', False), ('family sw "mull"', True),
        ('family ew "STROM"', True), ("family co ler-an", True), ('given ne "x"', True),
        ('given ne "ana maria"', False), ("family gt alpha", True), ("family lt alpha", False),
        ("gender eq female and active pr false", True), ("gender eq male or birthdate ge 1948-05", True),
        ("gender eq male and gender eq female or gender eq female", True),
        ("gender eq female or gender eq male and gender eq male", False),
        ("gender eq female or (gender eq male and gender eq male)", True),
        ("not (gender eq male)", True), ("not(gender eq female)", False), ("death-date pr true", False),
        ("birthdate po 1948-05-03", True), ("birthdate sa 1948-04", True), ("birthdate eb 1949", True),
        ("birthdate ap 1948-05", True), ("identifier eq http://example.org/ids|sb-0001", True),
        ("identifier ne http://example.org/ids|sb-0001", False), ("organization re Organization/o1", True),
        ("organization ne Organization/o2", True), ("gender in http://hl7.org/fhir/ValueSet/x", False),
        ("gender in http://hl7.org/fhir/ValueSet/administrative-gender", True),
        ("gender ni http://hl7.org/fhir/ValueSet/administrative-gender", False),
        ("_profile sw http://example.org and _profile ew |1.0", True), ("_id eq p1", True),
        ("_id ne p1", False), ("_lastUpdated ge 2026-06-01", True),
    ],
)  # fmt: skip
def test_a_filter_says_whether_a_patient_is_found(finds, patient, text, expected):
    assert finds(patient, f"_filter={text.replace('+', '%2B')}") is expected


def test_brackets_hold_of_what_a_path_goes_through(finds, weight, patient):
    patient["active"] = True
    for text, expected in {
        "subject.gender eq female": True,
        "subject:Patient[active eq true].gender eq female": True,
        "patient[active eq false].gender eq female": False,
        "patient[active eq true and birthdate lt 1900].gender pr true": False,
        "patient.organization.name co x": False,
    }.items():
        assert finds(weight, f"_filter={text}", [patient]) is expected, text


def test_brackets_of_a_unit_are_part_of_it(finds, weight, patient):
    for text, expected in {
        "not (value-quantity gt 1||mm[Hg])": True,
        "(value-quantity gt 1||mm[Hg]) and status eq final": False,
        "patient[identifier eq a[b]].gender pr true": False,
        "patient[gender eq female].gender pr true": True,
    }.items():
        assert finds(weight, f"_filter={text}", [patient]) is expected, text


def test_concepts_above_and_below_come_from_a_code_system(finds, weight):
    tree = {
        "resourceType": "CodeSystem",
        "id": "t",
        "url": "http://loinc.org",
        "concept": [
            {"code": "LP1", "concept": [{"code": "29463-7"}]},
            {"code": "9-9", "property": [{"code": "parent", "valueCode": "29463-7"}]},
        ],
    }
    for text, expected in {
        "code:below=http://loinc.org|lp1": True,
        "code:above=http://loinc.org|9-9": True,
        "code:above=http://loinc.org|LP1": False,
        "_filter=code ss http://loinc.org|LP1 and code sb http://loinc.org|29463-7": True,
    }.items():
        assert finds(weight, text, [tree]) is expected, text


@pytest.mark.parametrize(
    "text",
    [
        "name", "name eq", "name xx a", "nothing eq a", "name.family eq a", "gender gt a", "(gender eq a",
        "gender eq a b", "gender[active eq true] eq x", "link:Nothing.gender eq x", "birthdate eq soon",
        "gender pr maybe", "(" * 30 + "gender eq a" + ")" * 30, " and ".join(["gender eq a"] * 300),
        'name eq "\\x"', "near eq 1|2", "organization.partof.partof.nothing eq 1", "_text eq a", "or",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_refused(read, text):
    with pytest.raises(InvalidSearch) as refused:
        read("Patient", f"_filter={text}")
    assert [fault.path for fault in refused.value.errors] == ["_filter"]
