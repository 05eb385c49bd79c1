"""What an event's leaf is the hash of: all that is kept of the event but its number."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hashed(record: bytes, marks: Sequence[bytes] | None, at: datetime) -> bytes:
    """The record, the marks of the persons it is about, and its time as eight bytes.

    Without the marks an access could be hidden from the person concerned, without the time from whoever looks
    for a day. The record tells how many marks there are, so no other event has the same bytes.
    """
    return record + b"".join(marks or ()) + microseconds(at).to_bytes(8, signed=True)


def microseconds(at: datetime) -> int:
    """Since the beginning of Unix time, as PostgreSQL keeps it."""
    return (at - _EPOCH) // timedelta(microseconds=1)
