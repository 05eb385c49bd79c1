"""What can be said before an expression runs."""

import pytest

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.checker import check
from smartbear.fhir.fhirpath.errors import ExpressionTypeError
from smartbear.fhir.fhirpath.parser import parse


@pytest.mark.parametrize(
    ("start", "expression"),
    [
        ("Patient", "name.givn"), ("Patient", "Observation.code"), ("Observation", "valueQuantity.value"),
        ("Observation", "(value as Period).unit"), ("Patient", "name.where(usee = 'x')"),
        ("Patient", "name.select(given.foo)"), ("Patient", "-name.foo"), ("Patient", "name[0].foo"),
        ("Patient", "name.first().foo"), ("Patient", "(name | telecom).foo"),
        ("Patient", "extension('u').foo"), ("Patient", "name.union(telecom).foo"),
        ("Patient", "name.exists() and nme.exists()"), ("Patient", "birthDate.foo"),
    ],
)  # fmt: skip
def test_a_name_the_type_does_not_have_is_refused(start, expression):
    with pytest.raises(ExpressionTypeError):
        check(parse(expression), start)


@pytest.mark.parametrize(
    ("start", "expression"),
    [
        ("Patient", "Patient.name.given"), ("Patient", "DomainResource.text"),
        ("Patient", "contained.anything"), ("Observation", "value.unit"),
        ("Patient", "descendants().anything"), ("Patient", "(name | telecom).use"),
        ("Patient", "birthDate.extension('u').value.unit"),
        ("Patient", "managingOrganization.resolve().name"), ("Questionnaire", "repeat(item).linkId"),
        ("Patient", "name.given.length() > %x and $index = 1"), ("Bundle", "entry.resource.anything"),
        ("Patient", "deceased is boolean"), ("HumanName", "$this.family"),
    ],
)  # fmt: skip
def test_what_may_be_right_passes(start, expression):
    check(parse(expression), start)


def test_the_shape_names_the_types_that_are_found():
    assert check(parse("component.value"), "Observation").types > {"Quantity", "string"}


def test_places_in_what_has_no_order_are_refused_on_request():
    check(parse("children().skip(1)"), "Patient")
    for expression in ("children().skip(1)", "descendants()[0]", "children().where(true).first()"):
        with pytest.raises(ExpressionTypeError):
            check(parse(expression), "Patient", ordered=True)


def test_every_search_parameter_of_r4_passes_for_each_of_its_types():
    for kind in sorted(definitions.resource_types()):
        for parameter in definitions.search_parameters(kind).values():
            branches = [part for part in parameter.expression.split(" | ") if part.startswith(f"{kind}.")]
            for branch in branches:
                check(parse(branch), kind)
