"""Whatever single thing is broken in a sound resource, the validator says so and says where."""

import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import definitions, json
from smartbear.fhir.validation import validate

FOLDER = Path(__file__).parent.parent / "examples"
EXAMPLES = {path.stem: json.decode(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}
WRONG_VALUES = {"string": 7, "boolean": "true", "decimal": "1.0", "integer": 1.5, "positiveInt": 0}


def places(value, type_name, location, path=()):
    """(path of keys, FHIRPath location, object, its type) of every object in a resource."""
    yield path, location, value, type_name
    for name, child in value.items():
        field = definitions.fields(type_name).get(name)
        if field is None or not isinstance(child, (dict, list)):
            continue
        items = enumerate(child) if isinstance(child, list) else [(None, child)]
        for index, item in items:
            if isinstance(item, dict):
                kind = item["resourceType"] if field.type == "Resource" else field.type
                step = f".{field.element.name}" + ("" if index is None else f"[{index}]")
                keys = (name,) if index is None else (name, index)
                yield from places(item, kind, location + step, path + keys)


def mutable(resource):
    return list(places(resource, resource["resourceType"], resource["resourceType"]))


def inside(resource, path):
    for key in path:
        resource = resource[key]
    return resource


def found(resource):
    return {(issue.code, issue.expression) for issue in validate(resource)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_sound(name):
    assert validate(EXAMPLES[name]) == ()


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_an_unknown_property_is_refused_where_it_is(name, data):
    resource = copy.deepcopy(EXAMPLES[name])
    path, location, _, _ = data.draw(st.sampled_from(mutable(resource)))
    inside(resource, path)["notAProperty"] = 1
    assert ("structure", f"{location}.notAProperty") in found(resource)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_a_missing_required_element_is_named(name, data):
    resource = copy.deepcopy(EXAMPLES[name])
    required = [
        (path, f"{location}.{element.name}", element.name)
        for path, location, value, kind in mutable(resource)
        for element in definitions.elements(kind).values()
        if element.min and element.name in value and len(value) > 1
    ]
    path, location, element = data.draw(st.sampled_from(required))
    del inside(resource, path)[element]
    assert ("required", location) in found(resource)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_a_value_of_the_wrong_json_type_is_refused_where_it_is(name, data):
    resource = copy.deepcopy(EXAMPLES[name])
    path, location, value, kind = data.draw(st.sampled_from(mutable(resource)))
    known = sorted(definitions.fields(kind).keys() & value.keys())
    key = data.draw(st.sampled_from(known))
    field = definitions.fields(kind)[key]
    wrong = data.draw(st.sampled_from([None, {}, [], [[]], "", WRONG_VALUES.get(field.type, 7)]))
    inside(resource, path)[key] = wrong
    where = f"{location}.{field.element.name}"
    assert any(expression.startswith(where) for _, expression in found(resource))


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_a_second_value_of_a_choice_is_refused(name, data):
    resource = copy.deepcopy(EXAMPLES[name])
    choices = [
        (path, location, field.element)
        for path, location, value, kind in mutable(resource)
        for key, field in definitions.fields(kind).items()
        if key in value and field.element.choice
    ]
    if choices:
        path, location, element = data.draw(st.sampled_from(choices))
        holder = inside(resource, path)
        other = data.draw(
            st.sampled_from(
                [kind.code for kind in element.types if element.property_name(kind.code) not in holder]
            )
        )
        holder[element.property_name(other)] = "anything"
        assert ("structure", f"{location}.{element.name}") in found(resource)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists) | st.text())
def test_nothing_that_is_not_an_object_is_a_resource(value):
    assert [(issue.code, issue.expression) for issue in validate(value)] == [("structure", "$this")]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_no_junk_makes_the_validator_fail(name, data):
    resource = copy.deepcopy(EXAMPLES[name])
    path, _, value, _ = data.draw(st.sampled_from(mutable(resource)))
    key = data.draw(st.sampled_from(sorted(value)))
    inside(resource, path)[key] = data.draw(JUNK)
    assert all(issue.severity == "error" for issue in validate(resource))
