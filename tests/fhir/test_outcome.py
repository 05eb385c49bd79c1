import pytest

from smartbear.fhir.issues import Issue
from smartbear.fhir.outcome import field_errors, operation_outcome, outcome_of_error
from smartbear.fhir.validation import validate
from smartbear.kit import errors

FAMILY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_of_the_platform_becomes_a_valid_outcome(kind):
    outcome = outcome_of_error(kind(errors=(errors.FieldError("Patient.name", "required", "is required"),)))
    assert validate(outcome) == ()
    assert validate(outcome_of_error(kind())) == ()


def test_field_errors_become_issues_with_their_place():
    error = errors.Unprocessable(
        errors=(errors.FieldError("Patient.gender", "code-invalid", "no such code"),)
    )
    assert outcome_of_error(error)["issue"] == [
        {
            "severity": "error",
            "code": "code-invalid",
            "diagnostics": "no such code",
            "expression": ["Patient.gender"],
        }
    ]


def test_codes_of_other_protocols_are_replaced_by_one_of_fhir():
    error = errors.BadInput(errors=(errors.FieldError("unit", "unknown_unit", "no such unit"),))
    assert outcome_of_error(error)["issue"][0]["code"] == "invalid"


def test_our_own_failures_are_fatal_and_say_nothing_of_their_cause():
    class DiskFull(errors.PlatformError):
        """Something went wrong on our side."""

    (issue,) = outcome_of_error(DiskFull())["issue"]
    assert (issue["severity"], issue["code"]) == ("fatal", "exception")
    assert issue["diagnostics"] == "Something went wrong on our side."


def test_an_outcome_without_issues_says_that_all_is_well():
    outcome = operation_outcome([])
    assert validate(outcome) == ()
    assert [issue["severity"] for issue in outcome["issue"]] == ["information"]


def test_only_errors_refuse_a_resource():
    issues = [
        Issue("warning", "invariant", "dom-6"),
        Issue("error", "required", "is required", "Patient.name"),
    ]
    assert field_errors(issues) == (errors.FieldError("Patient.name", "required", "is required"),)
