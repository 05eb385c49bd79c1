"""Expressions of strangers end soon, whatever they ask for."""

import time

import pytest

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.patch import fhirpath_patch
from smartbear.kit.errors import Unprocessable

SOON = (
    10  # seconds of processor time, on a busy machine; without a limit these take from minutes to centuries
)
MANY = "(1|2|3|4|5|6|7|8|9).select(" * 12 + "$this" + ")" * 12
TEXT = "'x'.replace('', '" + "a" * 400 + "').replace('a', '" + "a" * 400 + "')"
RESOURCE = {
    "resourceType": "Patient",
    "contained": [{"resourceType": "Organization", "id": f"o{number}"} for number in range(2000)],
    "name": [{"family": "a" * 30, "given": ["#o1999", "b"]} for _ in range(2000)],
}


@pytest.mark.parametrize(
    "expression",
    [
        MANY,
        "descendants().where(%resource.descendants().where(%resource.descendants().exists()).exists())",
        "descendants().select(%resource.descendants())",
        "repeat(%resource.descendants())",
        "name.where(%resource = %resource)",
        "name.select(%resource | $this)",
        "name.select($this.intersect(%resource))",
        "descendants() ~ descendants()",
        "name.where(%resource.name.family.sort().exists())",
        "name.given.where($this.resolve().exists())",
        f"name.where({TEXT}.upper().exists())",
        f"{TEXT}.matches('a*b')",
        f"name.family.first().matches('{'a?' * 30}{'a' * 30}')",
        f"name.family.first().matches('{'(a|a)' * 60}b')",
        f"name.family.first().matches('{'a??' * 60}b')",
        "name.where(family.matches('^a*a*a*a*b'))",
    ],
    ids=lambda expression: expression[:60],
)
def test_an_expression_that_would_take_too_long_is_given_up(expression):
    began = time.process_time()
    with pytest.raises(EvaluationError, match=r"too long|more than"):
        compiled(expression).evaluate(RESOURCE)
    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    "pattern", ["[A-Z]([A-Za-z0-9_]){0,254}", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "(a|b|c|d)?e?.*"]
)
def test_ordinary_patterns_are_run_on_ordinary_texts(pattern):
    assert compiled(f"'A0b'.matches('{pattern}')").evaluate(RESOURCE) in ([True], [False])


def test_the_operations_of_a_patch_share_what_they_may_do():
    path = "Patient.name.where(%resource.descendants().exists()).given.where($this = 'none')"
    parts = [{"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": path}]
    patch = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}] * 500}
    began = time.process_time()
    with pytest.raises(Unprocessable):
        fhirpath_patch.apply(RESOURCE, patch)
    assert time.process_time() - began < SOON


def test_a_path_of_very_many_steps_leads_nowhere_in_a_patch():
    parts = [{"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": "a" + ".a" * 900}]
    patch = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}
    assert fhirpath_patch.apply(RESOURCE, patch) == RESOURCE
