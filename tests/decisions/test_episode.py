"""The state machine alone: transitions, edges, and that the order of arrival does not matter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartbear.decisions.model.band import Band
from smartbear.decisions.model.episode import Outcome, findings
from smartbear.decisions.model.limits import Limits, PersonalLimit
from smartbear.decisions.model.plan import Episode, plan
from smartbear.decisions.model.pressure import Judge, Pressure
from smartbear.decisions.model.rule import Rule
from tests.conftest import NOW
from tests.decisions.conftest import minutes, uid

RULE = Rule.parse((files("smartbear.decisions") / "rules/hf5-v1.toml").read_text(encoding="utf-8"))
JUDGE = Judge(RULE, Limits((), ()))
MONITOR, OTHER, BY_HAND = "monitor", "other monitor", None
SECOND = timedelta(seconds=1)
LATER = NOW + minutes(60)


def at(
    minute: float,
    systolic: float = 200,
    diastolic: float = 80,
    *,
    device: str | None = MONITOR,
    age: float = 0,
    reading_id: str | None = None,
) -> Pressure:
    """A pressure measured ``minute`` minutes after NOW and received ``age`` minutes later."""
    measured = NOW + minutes(minute)
    return Pressure(reading_id or uid(), device, systolic, diastolic, measured, measured + minutes(age))


def outcomes(*pressures: Pressure, now: datetime = LATER, judge: Judge = JUDGE) -> list[str]:
    return [finding.outcome.name for finding in findings(pressures, judge, now)]


def red(minute: float, **fields) -> Pressure:
    return at(minute, 200, **fields)


def high(minute: float, **fields) -> Pressure:
    return at(minute, 150, **fields)


def normal(minute: float, **fields) -> Pressure:
    return at(minute, 128, **fields)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "extreme", "beyond"),
    [
        (140, 85, False, False),
        (141, 80, True, False),
        (120, 86, True, False),
        (179, 109, True, False),
        (180, 80, True, True),
        (120, 110, True, True),
        (90, 50, False, False),
        (89, 60, True, True),
        (120, 49, True, True),
    ],
)
def test_a_pressure_is_extreme_outside_its_band_and_red_beyond_the_floor(
    systolic, diastolic, extreme, beyond
):
    pressure = at(0, systolic, diastolic)
    assert (JUDGE.is_extreme(pressure), JUDGE.is_red(pressure)) == (extreme, beyond)


def test_one_extreme_reading_awaits_its_repeat_until_the_deadline():
    assert outcomes(red(0), now=NOW + minutes(10) - SECOND) == ["AWAITING"]
    assert outcomes(red(0), now=NOW + minutes(10)) == ["NO_REPEAT"]


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        (red(5), "RED"),
        (high(5), "CONFIRMED"),
        (normal(5), "CLEARED"),
        (at(5, 80), "RED"),  # far too high, then far too low
        (at(5, 180), "RED"),
        (at(5, 179), "CONFIRMED"),
        (at(5, 140), "CLEARED"),
    ],
)
def test_the_repeat_decides(second, outcome):
    assert outcomes(red(0), second) == [outcome]


def test_a_high_reading_and_then_a_red_one_are_an_alert():
    assert outcomes(high(0), red(5)) == ["RED"]


def test_a_repeat_at_the_very_edge_of_the_window_counts():
    assert outcomes(red(0), red(10)) == ["RED"]
    assert outcomes(red(0), normal(10)) == ["CLEARED"]


def test_a_reading_one_second_after_the_window_is_a_new_question():
    after = 10 + 1 / 60
    assert outcomes(red(0), red(after)) == ["NO_REPEAT", "NO_REPEAT"]
    assert outcomes(red(0), normal(after)) == ["NO_REPEAT"]


def test_what_was_measured_before_the_question_does_not_answer_it():
    assert outcomes(normal(-5), red(0)) == ["NO_REPEAT"]


def test_the_same_reading_twice_is_no_repeat():
    once = red(0)
    assert outcomes(once, once) == ["NO_REPEAT"]


def test_one_device_cannot_repeat_at_the_same_instant():
    assert outcomes(red(0), red(0)) == ["NO_REPEAT"]
    assert outcomes(red(0, device=BY_HAND), red(0, device=BY_HAND)) == ["NO_REPEAT"]


def test_what_is_typed_within_a_minute_of_the_device_is_the_same_measurement():
    assert outcomes(red(0), red(0.9, device=BY_HAND)) == ["NO_REPEAT"]
    assert outcomes(red(0), normal(0.9, device=BY_HAND)) == ["NO_REPEAT"]
    assert outcomes(red(0), red(1, device=BY_HAND)) == ["RED"]


def test_one_device_may_measure_again_within_a_minute():
    assert outcomes(red(0), red(0.75)) == ["RED"]


def test_a_normal_reading_between_two_extreme_ones_does_not_hide_the_second():
    assert outcomes(red(0), normal(3), red(6)) == ["RED"]


def test_a_third_reading_never_takes_an_alert_back():
    assert outcomes(red(0), red(3), normal(6)) == ["RED"]
    assert outcomes(red(0), high(3), normal(6)) == ["CONFIRMED"]


def test_a_third_reading_may_still_raise_the_alert():
    assert outcomes(red(0), high(5), red(14)) == ["RED"]


def test_readings_that_follow_each_other_are_one_episode_and_a_pause_ends_it():
    assert outcomes(*(red(minute) for minute in range(0, 60, 8))) == ["RED"]
    assert outcomes(red(0), red(5), red(16), red(20)) == ["RED", "RED"]


def test_a_repeat_older_than_the_window_at_receipt_moves_nothing():
    assert outcomes(red(0), red(5, age=10.1)) == ["NO_REPEAT"]
    assert outcomes(red(0), normal(5, age=10.1)) == ["NO_REPEAT"]
    assert outcomes(red(0), red(5, age=10)) == ["RED"]


def test_late_data_alone_is_only_recorded():
    assert outcomes(red(0, age=30), red(5, age=30)) == ["RECORDED"]


def test_a_fresh_reading_is_the_second_even_if_the_first_came_late():
    assert outcomes(red(0, age=11), red(9, age=1)) == ["RED"]
    assert outcomes(red(0, age=11), normal(9, age=1)) == ["CLEARED"]


def test_a_clock_that_runs_ahead_does_not_put_the_deadline_off():
    (finding,) = findings([red(4, age=-4)], JUDGE, NOW)
    assert finding.deadline == NOW + minutes(10)
    assert outcomes(red(4, age=-4), red(5, age=-4)) == ["RED"]


def test_the_answer_is_the_first_that_decides():
    first, second, third = high(0), red(4), red(8)
    (finding,) = findings([third, first, second], JUDGE, NOW)
    assert (finding.question, finding.answer) == (first, second)
    assert finding.readings == (first, second, third)


def test_limits_of_the_time_of_measuring_count():
    raised = PersonalLimit(
        measure="blood_pressure",
        component="systolic",
        unit="mm[Hg]",
        optimal=Band(low=110, high=150),
        extreme=Band(low=95, high=160),
        since=NOW,
        set_by=uid(),
    )
    judge = Judge(RULE, Limits((), (raised,)))
    assert judge.is_extreme(high(-1))
    assert not judge.is_extreme(high(0))
    assert judge.is_red(red(1))  # the rule's floor stays


@pytest.mark.parametrize(
    ("pressure", "beyond", "limit"),
    [
        (at(0, 200, 130), False, (140, 85)),
        (at(0, 200, 130), True, (180, 110)),
        (at(0, 85, 60), False, (90, 50)),
        (at(0, 140, 45), True, (90, 50)),
        (at(0, 180, 45), True, (180, 110)),
    ],
)
def test_a_notice_names_the_limits_on_the_side_that_was_broken(pressure, beyond, limit):
    assert JUDGE.limit(pressure, red=beyond) == limit


# --- the order of arrival ---


@dataclass
class Record:
    """The tables, as far as the machine needs them: what ``settle`` reads and writes, in memory."""

    pressures: dict[str, Pressure] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    of_reading: dict[str, str] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)

    def arrive(self, batch: Iterable[Pressure], now: datetime) -> None:
        for pressure in batch:
            self.pressures.setdefault(pressure.reading_id, pressure)
        known = {reading: self.episodes[episode] for reading, episode in self.of_reading.items()}
        for step in plan(findings(self.pressures.values(), JUDGE, now), known, "HF5", uid):
            told = step.episode.told | ({step.telling.kind} if step.telling else set())
            self.raised += [step.telling.kind] if step.telling else []
            self.episodes[step.episode.id] = Episode(
                step.episode.id, "HF5", step.episode.outcome, step.episode.state, frozenset(told)
            )
            for absorbed in step.absorbed:
                del self.episodes[absorbed]
            for reading in step.finding.readings:
                self.of_reading[reading.reading_id] = step.episode.id

    def end(self) -> set[tuple[frozenset[str], Outcome, str]]:
        """Readings, outcome and state of every episode."""
        return {
            (
                frozenset(reading for reading, held_by in self.of_reading.items() if held_by == episode.id),
                episode.outcome,
                episode.state,
            )
            for episode in self.episodes.values()
        }


pressures = st.builds(
    at,
    st.integers(0, 80).map(lambda half: half / 2),
    st.sampled_from([128, 128, 150, 179, 180, 200, 85]),
    st.sampled_from([76, 76, 95, 112]),
    device=st.sampled_from([MONITOR, MONITOR, OTHER, BY_HAND]),
    age=st.sampled_from([0, 0, 1, 9, 10, 11, 300]),
    reading_id=st.uuids().map(str),
)
DONE = NOW + minutes(600)


@st.composite
def deliveries(draw):
    """Some readings, and two ways in which they arrive: shuffled, in batches, some more than once."""
    readings = draw(st.lists(pressures, max_size=9))
    ways = []
    for _ in range(2):
        order = draw(
            st.permutations(
                readings + draw(st.lists(st.sampled_from(readings), max_size=4)) if readings else []
            )
        )
        cuts = draw(st.lists(st.integers(0, len(order)), max_size=4).map(sorted))
        ways.append([order[i:j] for i, j in zip([0, *cuts], [*cuts, len(order)], strict=True)])
    return readings, ways


def delivered(batches: list[list[Pressure]]) -> Record:
    record = Record()
    for batch in batches:
        if batch:
            record.arrive(batch, max(pressure.received_at for pressure in batch))
    record.arrive([], DONE)
    return record


@settings(deadline=None)
@given(deliveries())
def test_every_order_of_arrival_ends_in_the_same_state(case):
    _, (one, other) = case
    assert delivered(one).end() == delivered(other).end()


@settings(deadline=None)
@given(deliveries())
def test_an_alert_is_raised_for_every_episode_that_is_red_and_for_no_other(case):
    _, (one, _) = case
    record = delivered(one)
    reds = [episode for episode in record.episodes.values() if episode.outcome is Outcome.RED]
    assert record.raised.count("red_alert") >= len(reds)
    assert all("red_alert" in episode.told for episode in reds)
    assert bool(record.raised.count("red_alert")) == bool(reds)


@settings(deadline=None)
@given(deliveries())
def test_nothing_pages_for_readings_that_were_all_late(case):
    readings, (one, _) = case
    if all(not reading.is_fresh(RULE.window) for reading in readings):
        assert delivered(one).raised == []


@settings(deadline=None)
@given(deliveries(), st.integers(-600, 600))
def test_a_state_never_goes_back_whatever_the_clock_does(case, skew):
    _, (one, _) = case
    record = delivered(one)
    before = record.end()
    record.arrive([], NOW + minutes(skew))
    assert record.end() == before


@settings(deadline=None)
@given(deliveries(), pressures)
def test_a_further_reading_never_takes_an_alert_back(case, further):
    _, (one, _) = case
    record = delivered(one)
    red_before = {r for readings, outcome, _ in record.end() if outcome is Outcome.RED for r in readings}
    record.arrive([further], further.received_at)
    red_after = {r for readings, outcome, _ in record.end() if outcome is Outcome.RED for r in readings}
    assert red_before <= red_after
