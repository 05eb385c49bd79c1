"""The part of the tables a caller may see, as every query takes it."""

from dataclasses import dataclass

from smartbear.notifications.model.notice import Audience


@dataclass(frozen=True, slots=True)
class Rows:
    """The inbox of some organisations' case managers, or of one participant. An empty one sees nothing."""

    organisations: tuple[str, ...] = ()
    participant: str | None = None

    @property
    def audience(self) -> Audience:
        """Which of a notice's two items is the caller's."""
        return "participant" if self.participant else "ccm"
