"""Every string of every type is a canary: none of them leaves."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartbear.fhir import definitions, json
from smartbear.fhir.pseudonymisation import outward, policy
from tests.fhir.instances import instances
from tests.fhir.pseudonymisation.complete import CANARY, JANUARY, complete
from tests.fhir.pseudonymisation.tokens import TERMS, finished


def leaves(value):
    return json.encode(finished(outward.resource(value, TERMS))).decode()


@pytest.mark.parametrize("type_name", sorted(definitions.resource_types()))
def test_a_resource_with_every_element_lets_no_canary_out(type_name):
    given_ = complete(type_name, 4 if type_name in policy.released() else 2)
    assert CANARY in str(given_)
    del_modifiers(given_)
    text = leaves(given_)
    assert CANARY not in text
    assert JANUARY not in text
    assert (text != "null") == (type_name in policy.released())


@pytest.mark.parametrize("type_name", sorted(policy.released()))
def test_two_resources_that_differ_in_texts_alone_leave_as_the_same(type_name):
    """Nothing of a text tells on another element, neither by its length nor by its characters."""
    drafts = []
    for word in ("CANARY", "a-much-longer-and.Different-text"):
        given_ = complete(type_name, 3, word)
        del_modifiers(given_)
        drafts.append(outward.resource(given_, TERMS))
    first, second = (draft.finish(dict.fromkeys(draft.wanted, "p1")) for draft in drafts)
    assert first is not None
    assert first == second


def del_modifiers(value):
    """Without what withholds a whole resource, so that the rest of it is looked at."""
    if isinstance(value, list):
        for each in value:
            del_modifiers(each)
    elif isinstance(value, dict):
        for name in ("modifierExtension", "implicitRules"):
            value.pop(name, None)
        for each in value.values():
            del_modifiers(each)


def replaced(value, numbers):
    """The same shape with a canary in the place of every string."""
    if isinstance(value, dict):
        return {
            name: item if name == "resourceType" else replaced(item, numbers) for name, item in value.items()
        }
    if isinstance(value, list):
        return [replaced(item, numbers) for item in value]
    if isinstance(value, str):
        numbers.append(None)
        return f"{CANARY}{len(numbers)}"
    return value


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.sampled_from(sorted(policy.released())).flatmap(lambda name: st.tuples(st.just(name), instances(name)))
)
def test_no_random_shape_lets_a_canary_out(made):
    name, value = made
    assert CANARY not in leaves({"resourceType": name} | replaced(value, []))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just("CANARY"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "x", "url"]), inner),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data(), st.sampled_from(["Observation", "Patient", "Bundle", "Parameters", "OperationOutcome"]))
def test_a_wrong_shape_lets_nothing_out_and_is_no_failure(data, name):
    fields = sorted(definitions.fields(name))
    value = data.draw(st.dictionaries(st.sampled_from([*fields, "_status", "unknown"]), JUNK, max_size=6))
    assert CANARY not in leaves({"resourceType": name} | value)


@pytest.mark.parametrize(
    "value", [None, [], "CANARY", 1, {}, {"resourceType": []}, {"resourceType": "CANARY"}]
)
def test_what_is_no_resource_does_not_leave(value):
    assert leaves(value) == "null"
