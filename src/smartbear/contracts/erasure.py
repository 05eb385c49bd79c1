"""Erasing one person: what ``users`` says to each component that keeps personal data, and is told back.

A component removes what it has, a bounded part at a time, and may be asked again and again; ``users`` asks
until nobody has anything left. Who is erased is not named in the audit trail.
"""

from pydantic import BaseModel, ConfigDict

PATH = "/internal/erasure"
PART = 5000
"""Rows or resources that a component removes before it answers."""


class Erasing(BaseModel):
    """The person, by every name the platform has for somebody."""

    model_config = ConfigDict(frozen=True)

    participant: str
    subject: str
    account: str | None

    @property
    def names(self) -> list[str]:
        """What nobody else's data says."""
        return [name for name in (self.subject, self.account) if name]


class Erased(BaseModel):
    """What a component did."""

    model_config = ConfigDict(frozen=True)

    removed: int
    """Rows, accounts or resources; 0 says that there is nothing more."""
    left: int = 0
    """Of those that name several people, what names this one; a person has to look at them."""
