"""The part of CBOR (RFC 8949) that authenticators use: definite lengths, no tags, no floating point."""

from typing import Any

_DEEPEST = 8
_SIMPLE = {20: False, 21: True, 22: None}
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def decode(data: bytes) -> tuple[Any, bytes]:
    """The first value and what follows it; ValueError if that is not what an authenticator writes."""
    return _value(data, 0)


def _value(data: bytes, depth: int) -> tuple[Any, bytes]:
    if not data or depth > _DEEPEST:
        raise ValueError
    kind, low = data[0] >> 5, data[0] & 31
    argument, rest = _argument(low, data[1:])
    match kind:
        case 0:
            return argument, rest
        case 1:
            return -1 - argument, rest
        case 2 | 3:
            if len(rest) < argument:
                raise ValueError
            text = rest[:argument]
            return (text if kind == 2 else text.decode()), rest[argument:]  # noqa: PLR2004 - byte strings
        case 4:
            return _array(argument, rest, depth)
        case 5:
            return _map(argument, rest, depth)
        case 7 if low in _SIMPLE:
            return _SIMPLE[low], rest
    raise ValueError


def _argument(low: int, data: bytes) -> tuple[int, bytes]:
    width = _WIDTHS.get(low, 0)
    if low > max(_WIDTHS) or len(data) < width:
        raise ValueError
    return (int.from_bytes(data[:width]) if width else low), data[width:]


def _array(length: int, data: bytes, depth: int) -> tuple[list[Any], bytes]:
    found = []
    for _ in range(_possible(length, data)):
        value, data = _value(data, depth + 1)
        found.append(value)
    return found, data


def _map(length: int, data: bytes, depth: int) -> tuple[dict[Any, Any], bytes]:
    found: dict[Any, Any] = {}
    for _ in range(_possible(length, data)):
        key, data = _value(data, depth + 1)
        if not isinstance(key, int | str) or key in found:
            raise ValueError
        found[key], data = _value(data, depth + 1)
    return found, data


def _possible(length: int, data: bytes) -> int:
    """Each element takes a byte at least."""
    if length > len(data):
        raise ValueError
    return length
