"""No property of any type takes a value of another shape, and what is wrong is said with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartbear.fhir import definitions, json
from smartbear.fhir.validation import validate
from smartbear.fhir.xml.layout import Form, layout
from tests.fhir.instances import resources

TYPES = sorted(definitions.resource_types())
TEXT, NUMBER, TRUTH, OBJECT, LIST = "x", 1, True, {"x": 1}, [["x"]]
NUMBERS = {"integer", "positiveInt", "unsignedInt", "decimal"}


def wrong_for(slot):
    """Values that no property of this kind can have."""
    one = [None, "", [], {}, {"x": 1}, [[TEXT]], [None]]
    if slot.repeats:
        return [TEXT, NUMBER, TRUTH, OBJECT, [], [[]], [None], None]
    if slot.form in (Form.PRIMITIVE, Form.ATTRIBUTE, Form.NARRATIVE):
        plain = NUMBER if slot.type not in NUMBERS else TEXT
        return [*one, plain, TRUTH if slot.type != "boolean" else TEXT]
    return [*one, TEXT, NUMBER, TRUTH]


@pytest.mark.parametrize("type_name", TYPES)
def test_every_property_refuses_every_wrong_shape_at_its_place(type_name):
    for name, slot in layout(type_name).items():
        for wrong in wrong_for(slot):
            found = validate({"resourceType": type_name, name: wrong})
            at = f"{type_name}.{slot.element}"
            assert any(issue.expression.startswith(at) for issue in found), (name, wrong)


@pytest.mark.parametrize("type_name", TYPES)
def test_properties_that_are_not_defined_are_refused_at_every_type(type_name):
    for name in ("unheardOf", "_unheardOf", "resourcetype", "value[x]", "ID", "id ", "<b>", "é"):
        places = {issue.expression for issue in validate({"resourceType": type_name, name: {"id": "1"}})}
        assert any(place.startswith(f"{type_name}.") for place in places), name


def places(value, path=()):
    """Every place in a JSON value but the root and the type of a resource."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        if key != "resourceType":
            yield (*path, key)
            yield from places(child, (*path, key))


@settings(max_examples=200, deadline=None)
@given(resources(), st.data())
def test_a_stranger_at_any_depth_is_found_and_nothing_breaks(resource, data):
    changed = json.decode(json.encode(resource))
    path = data.draw(st.sampled_from(sorted(places(changed), key=str) or [("id",)]))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(
        st.sampled_from([{"unheardOf": 1}, [{"unheardOf": 1}], [[]], {}, [], 10**400])
    )
    assert validate(changed)


@pytest.mark.parametrize("wrong", [{"unheardOf": 1}, [{"unheardOf": 1}], [[]], {}, [], 7, True])
def test_ids_of_contained_resources_that_are_no_text_are_faults_beside_ids_that_are(wrong):
    held = [{"resourceType": "Basic", "id": name} for name in ("a", wrong, wrong, "a")]
    found = validate({"resourceType": "Basic", "code": {"text": "x"}, "contained": held})
    assert {"Basic.contained[1].id", "Basic.contained[3].id"} <= {issue.expression for issue in found}


@pytest.mark.parametrize(
    "day", ["2023-02-30", "2023-02-29", "1900-02-29", "2023-04-31", "2023-13-01", "0000-01-01"]
)
@pytest.mark.parametrize(
    ("type_name", "name", "rest"),
    [
        ("Patient", "birthDate", ""),
        ("Observation", "effectiveDateTime", ""),
        ("Observation", "effectiveDateTime", "T08:00:00Z"),
        ("Observation", "effectiveInstant", "T08:00:00.000+02:00"),
        ("Observation", "issued", "T08:00:00Z"),
    ],
)
def test_a_day_that_is_in_no_calendar_is_refused(day, type_name, name, rest):
    found = validate({"resourceType": type_name, name: day + rest})
    assert f"{type_name}.{'effective' if name.startswith('eff') else name}" in {
        issue.expression for issue in found
    }
