"""UCUM codes → ratios of base units."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.fhirpath import ucum
from smartbear.fhir.fhirpath.units import unit


@pytest.mark.parametrize(
    ("code", "value", "base", "dimension"),
    [
        ("mm[Hg]", "120", "15998640", "g.m-1.s-2"), ("kg", "72.5", "72500", "g"),
        ("[lb_av]", "1", "453.59237", "g"), ("[in_i]", "10", "0.254", "m"), ("/min", "60", "1", "s-1"),
        ("{beats}/min", "60", "1", "s-1"), ("%", "98", "0.98", "1"), ("Cel", "37", "310.15", "K"),
        ("[degF]", "98.6", "310.15", "K"), ("mg/dL", "100", "1000", "g.m-3"), ("mmol/L", "5", "5", "m-3.mol"),
        ("10*3/uL", "5", "5000000000000", "m-3"), ("kg/m2", "25", "25000", "g.m-2"),
        ("h", "7.5", "27000", "s"), ("{steps}", "4000", "4000", "1"), ("(kg.m)/s2", "1", "1000", "g.m.s-2"),
        ("meq/L", "1", "1", "m-3.mol"), ("m[IU]/L", "1", "1", "[iU].m-3"),
        ("kcal", "1", "4184000", "g.m2.s-2"),
    ],
)  # fmt: skip
def test_units_of_health_care_have_base_units(code, value, base, dimension):
    assert unit(code).to_base(Decimal(value)) == Decimal(base)
    assert unit(code).dimension == dimension


@pytest.mark.parametrize(
    "code", ["", "foo", "mg..g", "mg/", "(g", "g)", "lbs", "kmin", "m 2", "g.", "x" * 200, "kCel", "//g"]
)
def test_what_is_not_ucum_has_none(code):
    assert unit(code) is None


@pytest.mark.parametrize(
    "code", sorted({*ucum.METRIC, *ucum.PLAIN, *ucum.BASE, *ucum.ARBITRARY, *ucum.SPECIAL})
)
def test_every_unit_of_the_table_leads_to_base_units(code):
    assert unit(code) is not None


@given(st.sampled_from(sorted(ucum.PREFIXES)), st.sampled_from(["g", "L", "m", "mol", "Pa", "[iU]"]))
def test_a_prefix_is_its_power_of_ten(prefix, code):
    assert unit(prefix + code).ratio == unit(code).ratio * Fraction(10) ** ucum.PREFIXES[prefix]


@given(st.text(max_size=20))
def test_any_text_has_a_unit_or_has_none(code):
    assert unit(code) is None or unit(code).ratio > 0
