"""An episode as it is told afterwards: readings, what the platform did, and what people did, in one line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.decisions.model.episode import Outcome
from smartbear.decisions.model.plan import Episode, Kind, Receipt
from smartbear.decisions.model.pressure import Pressure
from smartbear.decisions.model.rule import Rule

_RAISED: Mapping[Kind, str] = {
    "repeat_asked": "repeat_asked",
    "red_alert": "red_alert",
    "no_repeat": "deadline_passed",
    "reading_out_of_range": "out_of_range",
}
_ANSWERS: Mapping[Outcome, str] = {
    Outcome.CLEARED: "normal_repeat",
    Outcome.CONFIRMED: "second_extreme",
    Outcome.RED: "second_extreme",
}
_LATE = "recorded_late"


@dataclass(frozen=True, slots=True)
class Raised:
    """A notice that went out."""

    notice_id: str
    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """Everything on record about one episode."""

    episode: Episode
    rule_version: int
    opened_at: datetime
    deadline: datetime
    answer_id: str | None
    pressures: Sequence[Pressure]
    raised: Sequence[Raised]
    receipts: Sequence[Receipt]

    def accounts(self) -> set[str]:
        """The case managers who did something about it."""
        return {receipt.account for receipt in self.receipts if receipt.by == "ccm"}

    def document(self, rule: Rule | None, names: Mapping[str, str] | None) -> dict[str, Any]:
        """The JSON of the API; events of one instant keep the order in which one follows from another.

        ``names`` are those of case managers by account; without them who did what, and the notes of the care
        team, are left out, as for the participant.
        """
        told = [*self._readings(), *self._notices(), *self._receipts(names)]
        return {
            "id": self.episode.id,
            "rule": {
                "id": self.episode.rule_id,
                "version": self.rule_version,
                "title": rule.title if rule else None,
            },
            "state": self.episode.state,
            "opened_at": self.opened_at.isoformat(),
            "deadline": self.deadline.isoformat(),
            "events": sorted(told, key=lambda event: datetime.fromisoformat(event["at"])),
        }

    def _readings(self) -> Iterator[dict[str, Any]]:
        late = self.episode.outcome is Outcome.RECORDED
        for pressure in self.pressures:
            kind = "extreme_reading"
            if pressure.reading_id == self.answer_id:
                kind = _ANSWERS[self.episode.outcome]
            yield _event(pressure.measured_at, kind, reading=_shown(pressure))
            if late:
                yield _event(pressure.received_at, _LATE, reading=_shown(pressure))

    def _notices(self) -> Iterator[dict[str, Any]]:
        for notice in self.raised:
            if notice.kind in _RAISED:
                yield _event(notice.at, _RAISED[notice.kind], notice_id=notice.notice_id)

    def _receipts(self, names: Mapping[str, str] | None) -> Iterator[dict[str, Any]]:
        for receipt in self.receipts:
            kind = "read_by_participant" if receipt.by == "participant" else receipt.kind
            inside: dict[str, Any] = {"notice_id": receipt.notice_id}
            if names is not None:
                inside |= {"by": names.get(receipt.account), "action": receipt.action, "note": receipt.note}
            yield _event(receipt.at, kind, **inside)


def _event(at: datetime, kind: str, **more: Any) -> dict[str, Any]:
    return {"at": at.isoformat(), "kind": kind, "text_key": f"episode.{kind}", **more}


def _shown(pressure: Pressure) -> dict[str, Any]:
    return {
        "reading_id": pressure.reading_id,
        "systolic": pressure.systolic,
        "diastolic": pressure.diastolic,
        "measured_at": pressure.measured_at.isoformat(),
    }
