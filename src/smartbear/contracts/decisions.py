"""The client of ``decisions``, and how it says that a person stands."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.events import ConsentChanged, NoticeKind, NoticeLevel

State = Literal["optimal", "threshold", "extreme", "unknown"]
"""Where a reading lies: inside the optimal band, between it and the extreme one, outside both, not judged."""

Mark = Literal["optimal", "threshold", "extreme", "unknown", "expected", "none"]
"""A day's worst state; without a reading, whether one was expected."""


class _Answer(BaseModel):
    """Unknown fields are passed over, so that an older reader understands a newer ``decisions``."""

    model_config = ConfigDict(frozen=True)


class DayMark(_Answer):
    """One day of a week strip; the day is the device's own."""

    date: date
    state: Mark


class Alert(_Answer):
    """The most urgent notice about a person that is not closed."""

    id: str
    """The notice's id."""
    kind: NoticeKind
    level: NoticeLevel
    raised_at: AwareDatetime
    acknowledged_at: AwareDatetime | None


class Standing(_Answer):
    """How a person stands by the newest reading of each measure."""

    state: State
    """The worst of the measures read in the last seven days."""
    measure: str | None
    """The measure that decides the state."""
    since: AwareDatetime | None
    """Device time of the first reading of the unbroken run in this state."""
    last_reading_at: AwareDatetime | None
    """Device time of the newest reading of any measure."""
    alert: Alert | None
    week: tuple[DayMark, ...]
    """Seven days, the oldest first, today last."""


class DecisionsClient(ComponentClient):
    """Asks ``decisions``."""

    component: ClassVar[str] = "decisions"

    async def heed(self, change: ConsentChanged) -> None:
        """Have what a person's consent says heeded from the next question on."""
        await self.request("PUT", "/internal/consent", json=change.model_dump(mode="json"))

    async def standings(self, subjects: Sequence[str], *, own: bool = False) -> dict[str, Standing]:
        """How each subject stands; subjects ``decisions`` has never heard of are absent.

        Also those whose data is withheld, unless it is they who ask (``own``).
        """
        asked = {"subjects": list(subjects), "own": own}
        answer = await self.request("POST", "/internal/standings", json=asked)
        return _STANDINGS.validate_json(answer.content)


_STANDINGS = TypeAdapter(dict[str, Standing])
