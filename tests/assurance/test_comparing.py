"""The law of a verification: whatever differs from what was signed is a finding, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from smartbear.assurance.model.merkle import leaf_hash
from smartbear.assurance.model.verification import Finding, Tally, compare

HASHES = st.sampled_from([leaf_hash(bytes([number])) for number in range(4)])
ROWS = st.lists(st.tuples(st.integers(1, 8), HASHES), max_size=8)


@given(st.lists(st.tuples(st.integers(1, 8), HASHES), max_size=8, unique_by=lambda row: row[0]), ROWS)
def test_rows_that_differ_from_what_was_signed_in_any_way_are_a_finding(signed, found):
    ids, leaves = [event for event, _ in signed], [leaf for _, leaf in signed]
    findings = list(compare(5, ids, leaves, found))
    assert bool(findings) == (found != signed)
    assert {each.event for each in findings} <= {event for event, _ in [*signed, *found]}


@given(st.permutations(range(1, 9)))
def test_every_row_out_of_its_place_is_named_with_its_place(order):
    leaves = [leaf_hash(bytes([event])) for event in range(1, 9)]
    found = [(event, leaves[event - 1]) for event in order]
    findings = list(compare(0, range(1, 9), leaves, found))
    assert {each.position for each in findings} == {
        place for place, event in enumerate(order) if event != place + 1
    }
    assert {each.kind for each in findings} <= {"reordered"}


def test_an_event_missing_here_and_inserted_there_was_moved():
    tally = Tally()
    tally.add([Finding("inserted", 7), Finding("missing", 7, 3), Finding("missing", 8, 4)])
    assert tally.findings() == [Finding("reordered", 7, 3), Finding("missing", 8, 4)]
    assert tally.counts == {"missing": 1, "reordered": 1}


def test_findings_beyond_ten_thousand_are_counted_and_not_listed():
    tally = Tally()
    tally.add(Finding("missing", number) for number in range(10_050))
    assert len(tally.findings()) == 10_000
    assert tally.counts == {"missing": 10_050}
