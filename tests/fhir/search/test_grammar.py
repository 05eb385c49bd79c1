"""Requests → queries."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search import pairs, parse
from smartbear.fhir.search.grammar.faults import InvalidSearch
from smartbear.fhir.search.query import (
    Chain,
    DateValue,
    Has,
    IdentifierTypeValue,
    Match,
    Missing,
    Prefix,
    ReferenceValue,
    TextValue,
    TokenValue,
    UriValue,
)
from smartbear.fhir.search.resolution import needs, resolved
from tests.fhir.search.conftest import NOW


@pytest.fixture
def values(read):
    """Values of the one criterion a search has."""

    def read_values(kind, text):
        (criterion,) = read(kind, text).criteria
        return criterion.values

    return read_values


def test_repeats_are_and_and_commas_are_or(read):
    query = read("Observation", "code=a,b&code=c")
    assert [len(criterion.values) for criterion in query.criteria] == [2, 1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x", TokenValue(None, "x")), ("http://s|X", TokenValue("http://s", "x")),
        ("|x", TokenValue("", "x")), ("http://s|", TokenValue("http://s", None)),
        (r"a\|b", TokenValue(None, "a|b")), (r"a\,b", TokenValue(None, "a,b")),
    ],
)  # fmt: skip
def test_tokens_have_a_system_and_a_code(values, text, value):
    assert values("Observation", f"code={text}") == (value,)


def test_the_system_that_a_binding_implies_is_taken_away(values):
    system = "http://hl7.org/fhir/administrative-gender"
    assert values("Patient", f"gender={system}|male") == (TokenValue(None, "male"),)
    assert values("Patient", "gender=http://other|male") == (TokenValue("http://other", "male"),)


def test_an_id_keeps_its_case(values):
    assert values("Patient", "_id=Ab") == (TokenValue(None, "Ab"),)


def test_dates_have_a_prefix_and_a_range(values):
    (value,) = values("Observation", "date=ge2024-05")
    assert (value.prefix, value.range.end) == (Prefix.GE, datetime(2024, 6, 1, tzinfo=UTC))


def test_a_plus_sign_that_was_not_encoded_is_understood(values):
    assert values("Observation", "date=2024-05-01T10:00:00+02:00") == values(
        "Observation", "date=2024-05-01T08:00:00Z"
    )


def test_approximate_dates_widen_with_their_distance_from_now(values):
    (value,) = values("Observation", "date=ap2026-06-04")
    assert value.range.start.day == 3


def test_quantities_come_in_canonical_units_too(values):
    (value,) = values("Observation", "value-quantity=gt72.5|http://unitsofmeasure.org|kg")
    assert (value.canonical, value.canonical_number.value, value.number.value) == (
        "g",
        Decimal(72500),
        Decimal("72.5"),
    )
    assert (value.canonical_number.low, value.number.prefix) == (Decimal(72450), Prefix.GT)
    (value,) = values("Observation", "value-quantity=5||mg")
    assert (value.system, value.code, value.canonical) == (None, "mg", None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("subject=1", ReferenceValue(None, "1", None)),
        ("subject=Patient/1", ReferenceValue("Patient", "1", None)),
        ("subject:Patient=1", ReferenceValue("Patient", "1", None)),
        ("subject=urn:uuid:1", ReferenceValue(None, None, "urn:uuid:1")),
        ("subject=http://x/Patient/1", ReferenceValue("Patient", "1", "http://x/Patient/1")),
        ("subject=Patient/1/_history/2", ReferenceValue("Patient", "1", None, "2")),
        ("subject:identifier=http://s|A", TokenValue("http://s", "a")),
    ],
)  # fmt: skip
def test_references_are_ids_addresses_or_identifiers(values, text, value):
    assert values("Observation", text) == (value,)


def test_canonicals_and_uris(values):
    assert values("CarePlan", "instantiates-canonical=http://x/p|2") == (
        ReferenceValue(None, None, "http://x/p", "2"),
    )
    assert values("Patient", "_profile=http://x") == (UriValue("http://x"),)


def test_strings_keep_both_forms_and_their_modifier(read):
    (criterion,) = read("Patient", "name:exact=M%C3%BCller").criteria
    assert (criterion.modifier, criterion.values) == ("exact", (TextValue("muller", "Müller"),))


def test_modifiers_of_tokens_change_what_is_read(read):
    (text,) = read("Observation", "code:text=Weight").criteria
    assert text.values == (TextValue("weight", "Weight"),)
    (typed,) = read("Patient", "identifier:of-type=http://t|MR|A1").criteria
    assert typed.values == (IdentifierTypeValue("http://t", "mr", "a1"),)


def test_in_a_value_set_becomes_its_codes_once_they_are_known(read):
    url = "http://hl7.org/fhir/ValueSet/observation-status"
    query = read("Observation", f"status:in={url}&_filter=not (status ni {url})")
    [need] = set(needs(query.criteria))
    system = "http://hl7.org/fhir/observation-status"
    members = (TokenValue(system, "final"), TokenValue("urn:other", "final"))
    inside, outside = resolved(query, {need: members}).criteria
    assert (inside.modifier, inside.values) == (None, (TokenValue(None, "final"), members[1]))
    assert (outside.criterion.modifier, outside.criterion.values) == ("not", inside.values)


def test_missing_is_a_criterion_of_its_own(read):
    (criterion,) = read("Patient", "birthdate:missing=true").criteria
    assert criterion == Missing(criterion.parameter, missing=True)


def test_composites_have_a_value_for_each_part(values):
    (value,) = values("Observation", "code-value-quantity=http://loinc.org|8480-6$gt140")
    code, quantity = value.parts
    assert (code.code, quantity.number.value) == ("8480-6", 140)


def test_places_are_circles(values):
    (value,) = values("Location", "near=38.7|-9.1|2|km")
    assert (value.latitude, value.metres) == (Decimal("38.7"), 2000)
    (value,) = values("Location", "near=38.7|-9.1|2")
    assert value.metres == 2000


def test_a_chain_has_a_link_for_every_type_that_knows_the_parameter(read):
    (chain,) = read("Observation", "subject.name=x").criteria
    assert isinstance(chain, Chain)
    assert [link.type for link in chain.links] == ["Location", "Patient"]
    (chain,) = read("Observation", "subject:Patient.name=x").criteria
    assert [link.type for link in chain.links] == ["Patient"]


def test_chains_and_has_nest(read):
    (criterion,) = read("Patient", "_has:Observation:patient:encounter.service-provider.name=x").criteria
    assert isinstance(criterion, Has)
    assert isinstance(criterion.criterion, Chain)
    (criterion,) = read("Encounter", "patient._has:Observation:patient:code=x").criteria
    (link,) = criterion.links
    assert isinstance(link.criterion, Has)
    assert isinstance(link.criterion.criterion, Match)


def test_results_are_shaped(read):
    query = read(
        "Observation",
        "_sort=-date,code&_count=5&_total=accurate&_summary=data&_elements=code,status&_cursor=abc",
    )
    assert [(key.parameter.code, key.descending) for key in query.sort] == [("date", True), ("code", False)]
    assert (query.count, query.total, query.summary, query.elements) == (
        5,
        "accurate",
        "data",
        ("code", "status"),
    )
    assert query.cursor == "abc"


def test_includes_name_their_source_and_target(read):
    text = "_include=Observation:subject:Patient&_revinclude:iterate=Provenance:target&_include=*"
    forward, backward, everything = read("Observation", text).includes
    assert (forward.source, forward.parameter.code, forward.target, forward.reverse) == (
        "Observation",
        "subject",
        "Patient",
        False,
    )
    assert (backward.source, backward.iterate, backward.reverse) == ("Provenance", True, True)
    assert (everything.source, everything.parameter) == ("*", None)


def test_a_search_over_the_system_knows_what_all_types_have(read):
    query = read(None, "_type=Patient,Observation&_id=1&name=x")
    assert query.types == ("Patient", "Observation")
    assert [unknown.name for unknown in query.unknown] == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "foo=1", "code.foo=1", "subject.foo=1", "subject:Medication.code=1", "_sort=foo",
        "_sort=code-value-quantity", "_query=x", "_has:Patient:foo:name=x",
        "_has:Nothing:subject:name=x", "_has:Encounter:subject:class=x", "_type=Patient", "_has:x=1",
    ],
)  # fmt: skip
def test_what_does_not_exist_here_is_reported_and_not_an_error(read, text):
    query = read("Observation", text)
    assert query.criteria == query.applied == ()
    assert [unknown.name for unknown in query.unknown] == [text.partition("=")[0]]


@pytest.mark.parametrize(
    "text",
    [
        "date=yesterday", "date=2024-13", "value-quantity=x", "value-quantity=1|kg", "code=a|b|c", "code=|",
        "code:foo=x", "code:above=x", "code:below=|x", "subject:below=http://x", "subject:Medication=1",
        "subject:Patient=Group/1", "code-value-quantity=x", "code:missing=maybe", "_text=-", "_list=$x",
        "_content:exact=a", "code:of-type=a|b", "_count=-1", "_count=x", "_total=some",
        "_summary=all", "_include=subject", "_include=Observation:code", "_include:foo=Observation:subject",
        "_include=Observation:subject:Nothing",
        "date:exact=2024", "code=%00",
        "_sort=" + ",".join(["code"] * 11),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_that_names_the_parameter(read, text):
    with pytest.raises(InvalidSearch) as refused:
        read("Observation", text)
    assert [fault.path for fault in refused.value.errors] == [text.partition("=")[0]]
    assert text.partition("=")[2] not in refused.value.errors[0].message or len(text.partition("=")[2]) < 3


def test_places_need_numbers_and_a_unit_of_length(read):
    for text in ("near=1", "near=a|b|c", "near=1|2|3|kg"):
        with pytest.raises(InvalidSearch):
            read("Location", text)


def test_all_faults_are_reported_together(read):
    with pytest.raises(InvalidSearch) as refused:
        read("Observation", "date=x&_count=y&code=ok&_count=1&_total=none&_total=none")
    assert [fault.path for fault in refused.value.errors] == ["date", "_count", "_count", "_total"]


def test_empty_values_and_parameters_of_the_transport_are_passed_over(read):
    query = read("Observation", "code=&status=,&_format=json&_pretty=true")
    assert query.criteria == query.unknown == ()


def test_a_request_cannot_branch_or_grow_without_bounds(read):
    with pytest.raises(InvalidSearch, match="at most"):
        pairs("a=1&" * 500)
    for text in (
        "entity.target.target._id=1",
        "_has:Provenance:target:" * 9 + "_id=1",
        f"code={'x' * 600_000}",
        f"code={'x,' * 13_000}",
        f"date={'2024,' * 1_100}",
    ):
        with pytest.raises(InvalidSearch):
            read("Provenance" if "target" in text else "Observation", text)


def test_bytes_that_are_not_utf_8_are_refused():
    with pytest.raises(InvalidSearch):
        pairs("name=%ff")


GIVEN = [
    ("code", "http://loinc.org|1"),
    ("date", "ge2024"),
    ("subject.name", "x"),
    ("_sort", "-date"),
    ("_include", "Observation:subject"),
    ("foo", "1"),
    ("status:not", "final"),
    ("value-quantity", "5||mg"),
    ("_has:AuditEvent:entity:agent.name", "x"),
]


@given(st.lists(st.sampled_from(GIVEN)))
def test_what_was_applied_reads_to_the_same_query(given_pairs):
    query = parse("Observation", given_pairs, now=NOW)
    again = parse("Observation", query.applied, now=NOW)
    assert again.applied == query.applied
    assert (again.criteria, again.sort, again.includes, again.unknown) == (
        query.criteria,
        query.sort,
        query.includes,
        (),
    )


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_name_and_value_is_read_reported_or_refused(name, value):
    names = (
        name,
        "date",
        "code",
        "value-quantity",
        f"subject.{name}",
        f"_has:{name}",
        "_include",
        "code-value-date",
    )
    for parameter, text in product(names, (value, f"ge{value}", f"{value}|{value}$")):
        with suppress(InvalidSearch):
            parse("Observation", [(parameter, text)], now=NOW)


def test_a_date_without_prefix_means_equal(values):
    (value,) = values("Observation", "date=2024")
    assert value == DateValue(Prefix.EQ, value.range)
