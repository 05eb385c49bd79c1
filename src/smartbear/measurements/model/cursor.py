"""Where a page of readings ended. It names a place in an order, never a right to see anything."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from smartbear.kit.errors import BadInput, FieldError


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last reading of a page."""

    measured_at: datetime
    reading_id: str

    def encode(self) -> str:
        """The cursor as a query parameter."""
        text = f"{self.measured_at.isoformat()} {self.reading_id}"
        return base64.urlsafe_b64encode(text.encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor in a query parameter; BadInput if it is none of ours."""
        try:
            at, _, reading_id = base64.urlsafe_b64decode(text.encode()).decode().partition(" ")
            return cls(datetime.fromisoformat(at).astimezone(UTC), str(UUID(reading_id)))
        except (ValueError, OverflowError, binascii.Error):
            fault = FieldError("after", "bad_cursor", "Take «next» of the page before.")
            raise BadInput(errors=(fault,)) from None
