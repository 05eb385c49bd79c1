import pytest

from smartbear.fhir.patch import fhirpath_patch
from smartbear.fhir.patch.pruning import pruned
from smartbear.fhir.validation import validate
from smartbear.kit.errors import BadInput, Unprocessable

VV = "http://hl7.org/fhir/StructureDefinition/humanname-own-prefix"

EXTENSION = [{"name": "url", "valueUri": VV}, {"name": "value", "valueCode": "a"}]


def operation(kind, path, value=None, **more):
    """One operation; ``value`` is a part without its name."""
    parts = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    for name, given in more.items():
        parts.append({"name": name, "valueString" if isinstance(given, str) else "valueInteger": given})
    if value is not None:
        parts.append({"name": "value", **value})
    return {"name": "operation", "part": parts}


def applied(resource, *operations):
    patch = {"resourceType": "Parameters", "parameter": list(operations)}
    assert validate(patch) == ()
    return pruned(fhirpath_patch.apply(resource, patch))


def person(**more):
    return {"resourceType": "Patient", **more}


def text(value):
    return {"valueString": value}


NAMES = [{"use": "usual", "given": ["Jim"]}, {"use": "official", "given": ["Peter", "James"]}]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Patient.name[0].given[0]", [["x"], ["Peter", "James"]]),
        ("name.where(use = 'official').given.last()", [["Jim"], ["Peter", "x"]]),
        ("Patient.name.last().given.first()", [["Jim"], ["x", "James"]]),
        ("%resource.name.given.where($this = 'James')", [["Jim"], ["Peter", "x"]]),
        ("$this.name.tail().given.skip(1).take(1).single()", [["Jim"], ["Peter", "x"]]),
    ],
)
def test_a_path_leads_to_one_value_by_name_position_and_condition(path, expected):
    changed = applied(person(name=NAMES), operation("replace", path, text("x")))
    assert [name["given"] for name in changed["name"]] == expected


def test_values_and_extensions_of_primitives_stay_together():
    given = {"given": ["a", "b", "c"], "_given": [None, {"id": "of-b"}, None]}
    moved = applied(person(name=[given]), operation("move", "Patient.name.given", source=1, destination=0))
    assert moved["name"] == [{"given": ["b", "a", "c"], "_given": [{"id": "of-b"}, None, None]}]
    deleted = applied(person(name=[given]), operation("delete", "Patient.name.given[1]"))
    assert deleted["name"] == [{"given": ["a", "c"]}]
    inserted = applied(person(name=[given]), operation("insert", "Patient.name.given", text("x"), index=1))
    assert inserted["name"][0]["_given"] == [None, None, {"id": "of-b"}, None]


def test_a_primitive_gets_loses_and_changes_extensions():
    born = person(birthDate="1940-01-01")
    added = applied(
        born,
        operation("add", "Patient.birthDate", {"part": EXTENSION}, name="extension"),
    )
    assert added["_birthDate"] == {"extension": [{"url": VV, "valueCode": "a"}]}
    path = f"Patient.birthDate.extension('{VV}')"
    changed = applied(added, operation("replace", f"{path}.value", text("b")))
    assert changed["_birthDate"]["extension"] == [{"url": VV, "valueString": "b"}]
    assert applied(changed, operation("delete", path)) == born


def test_a_choice_takes_each_of_its_types_and_one_at_a_time():
    alive = person(deceasedBoolean=False)
    dead = applied(alive, operation("replace", "Patient.deceased", {"valueDateTime": "2026-01-01"}))
    assert dead == person(deceasedDateTime="2026-01-01")
    assert applied(dead, operation("delete", "Patient.deceased.ofType(dateTime)")) == person()
    assert applied(person(), operation("add", "Patient", {"valueBoolean": True}, name="deceased")) == person(
        deceasedBoolean=True
    )
    for wrong in (
        operation("add", "Patient", {"valueDateTime": "2026"}, name="deceased"),
        operation("replace", "Patient.deceased", text("long ago")),
    ):
        with pytest.raises(Unprocessable):
            applied(alive, wrong)


def test_a_part_of_a_quantity_is_reached_through_its_type():
    seen = {"resourceType": "Observation", "valueQuantity": {"value": 1}}
    for path in ("Observation.value.as(Quantity).unit", "(Observation.value as Quantity).unit"):
        parent = path.removesuffix(".unit")
        added = applied(seen, operation("add", parent, text("kg"), name="unit"))
        assert added["valueQuantity"] == {"value": 1, "unit": "kg"}
        assert applied(added, operation("delete", path)) == seen


def test_an_element_without_a_type_of_its_own_is_given_in_parts():
    value = {
        "part": [
            {"name": "name", "valueHumanName": {"text": "a"}},
            {"name": "telecom", "valueContactPoint": {"rank": 1}},
            {"name": "telecom", "valueContactPoint": {"rank": 2}},
        ]
    }
    contact = {"name": {"text": "a"}, "telecom": [{"rank": 1}, {"rank": 2}]}
    added = applied(person(), operation("add", "Patient", value, name="contact"))
    assert added == person(contact=[contact])
    assert applied(added, operation("insert", "Patient.contact", value, index=0))["contact"] == [contact] * 2


def test_a_contained_resource_can_be_added_and_changed():
    device = {"resourceType": "Device", "id": "d"}
    added = applied(
        person(),
        operation("add", "Patient", {"resource": device}, name="contained"),
        operation("add", "Patient.contained[0]", text("SN"), name="serialNumber"),
    )
    assert added["contained"] == [device | {"serialNumber": "SN"}]


def test_deleting_what_is_not_there_is_no_error():
    assert applied(person(), operation("delete", "Patient.birthDate")) == person()


def test_the_resource_given_is_left_as_it_is():
    given = person(name=[{"given": ["a"]}])
    applied(given, operation("delete", "Patient.name.given"))
    assert given == person(name=[{"given": ["a"]}])


@pytest.mark.parametrize(
    "wrong",
    [
        operation("delete", "Patient"),
        operation("delete", "Patient.name"),
        operation("delete", "Patient.name | Patient.contact"),
        operation("delete", "Patient.descendants()"),
        operation("delete", "Patient.name.first() and true"),
        operation("replace", "Patient", {"valueBoolean": True}),
        operation("replace", "Patient.birthDate", {"valueDate": "1940"}),
        operation("replace", "Patient.name[0]", text("flat")),
        operation("replace", "Patient.name[0].use", {"valueHumanName": {"text": "x"}}),
        operation("add", "Patient", text("x"), name="colour"),
        operation("add", "Patient.name[0]", text("old"), name="use"),
        operation("add", "Patient.birthDate", {"part": EXTENSION}, name="extension"),
        operation("add", "Patient", {"part": [{"name": "colour", "valueString": "x"}]}, name="contact"),
        operation("insert", "Patient.name", text("x"), index=0),
        operation("insert", "Patient.name", {"valueHumanName": {}}, index=3),
        operation("insert", "Patient.name[0]", {"valueHumanName": {"text": "x"}}, index=0),
        operation("insert", "Patient.active", {"valueBoolean": True}, index=0),
        operation("move", "Patient.name", source=2, destination=0),
        operation("move", "Patient.name", source=0, destination=2),
        operation("move", "Patient.contact", source=0, destination=0),
    ],
)  # fmt: skip
def test_what_the_resource_does_not_allow_is_unprocessable(wrong):
    patch = {"resourceType": "Parameters", "parameter": [operation("delete", "Patient.gender"), wrong]}
    with pytest.raises(Unprocessable) as caught:
        fhirpath_patch.apply(person(name=NAMES), patch)
    assert caught.value.errors[0].path.startswith("Parameters.parameter[1]")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "change"},
        {"name": "operation"},
        operation("merge", "Patient"),
        operation("delete", "Patient.name["),
        operation("delete", "Patient.name.colour()"),
        operation("delete", "x" * 3000),
        operation("add", "Patient", text("x")),
        operation("add", "Patient", name="name"),
        operation("add", "Patient", {"part": []}, name="contact"),
        operation("move", "Patient.name", source=0),
        operation("move", "Patient.name", source="0", destination=0),
    ],
)
def test_what_is_no_patch_is_bad_input(wrong):
    with pytest.raises(BadInput):
        fhirpath_patch.apply(person(name=NAMES), {"resourceType": "Parameters", "parameter": [wrong]})
