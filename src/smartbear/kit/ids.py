"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562 §5.7)."""

import os
import time

_TIME_BITS, _RANDOM_BYTES = 48, 10
_VERSION_7, _VARIANT_RFC = 0x7, 0b10


def new_id() -> str:
    """A UUIDv7 in its canonical form: 48 bits of milliseconds, 74 bits of randomness."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << (128 - _TIME_BITS) | int.from_bytes(os.urandom(_RANDOM_BYTES))
    value = value & ~(0xF << 76) | _VERSION_7 << 76
    value = value & ~(0b11 << 62) | _VARIANT_RFC << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
