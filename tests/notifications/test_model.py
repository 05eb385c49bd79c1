"""The rules of the inbox, whatever the values."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from smartbear.contracts.events import NoticeKind
from smartbear.contracts.inbox import Kind
from smartbear.notifications.model.notice import SUPERSEDES, is_muted, superseded

kinds = st.sets(st.sampled_from(get_args(Kind)))
codes = st.lists(st.sampled_from(["38341003", "703272007", "446221000", "84114007"]), unique=True)


def test_every_kind_that_decisions_can_raise_can_be_filed():
    assert set(get_args(Kind)) == {*get_args(NoticeKind), "not_delivered"}


@given(kinds)
def test_only_what_is_there_becomes_pointless_and_only_by_what_is_there(present):
    for old, new in superseded(present).items():
        assert {old, new} <= present
        assert old in SUPERSEDES[new]


@given(kinds)
def test_a_red_alert_is_never_made_pointless(present):
    assert "red_alert" not in superseded(present)


@given(kinds)
def test_a_question_is_open_only_until_any_answer_came(present):
    answered = bool(present & {"red_alert", "cleared", "no_repeat", "reading_out_of_range"})

    assert ("repeat_asked" in superseded(present)) == (answered and "repeat_asked" in present)


@given(codes, codes)
def test_muting_more_never_tells_more_and_muting_nothing_hides_nothing(conditions, muted):
    assert not is_muted(conditions, [])
    assert is_muted(conditions, muted) <= is_muted(conditions, [*muted, "49436004"])
    assert is_muted(conditions, muted) == (conditions != [] and all(code in muted for code in conditions))
