"""JSON Patch (RFC 6902) with JSON Pointer (RFC 6901).

Values are those of ``fhir.json``: numbers keep the precision they were written with and are compared by
value. What an operation puts in is copied, so that nothing is shared; copies are bounded in number and depth.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from smartbear.fhir.json import MAX_DEPTH
from smartbear.fhir.patch.faults import expect_few, inapplicable, malformed

_MOST_VALUES = 200_000  # put in by one patch: «copy» could otherwise double the document with every operation
_POSITION = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_ESCAPE = re.compile(r"~(?![01])")

Pointer = tuple[str, ...]


def apply(document: Any, patch: Any) -> Any:
    """The document after all operations, itself left as it is; raises what ``faults`` defines.

    Errors name the member of the patch at fault (``[2].path``).
    """
    if not isinstance(patch, list):
        raise malformed("$this", "a JSON Patch is an array of operations")
    expect_few(len(patch))
    work = _Work(deepcopy(document))
    for index, operation in enumerate(patch):
        work.carry_out(operation, f"[{index}]")
    return work.document


class _Work:
    """A document on its way."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._room = _MOST_VALUES

    def carry_out(self, operation: Any, place: str) -> None:
        """One operation; ``place`` is where it stands in the patch."""
        name = operation.get("op") if isinstance(operation, dict) else None
        method = _OPERATIONS.get(name) if isinstance(name, str) else None
        if method is None:
            raise malformed(f"{place}.op", "must be add, remove, replace, move, copy or test")
        try:
            method(self, operation, place)
        except LookupError:
            raise inapplicable(f"{place}.path", "there is nothing at this path") from None

    def add(self, operation: dict[str, Any], place: str) -> None:
        """Put the value in."""
        self._put(_pointer(operation, "path", place), _value(operation, place), place)

    def remove(self, operation: dict[str, Any], place: str) -> None:
        """Take a value out."""
        self._take(_pointer(operation, "path", place), place)

    def replace(self, operation: dict[str, Any], place: str) -> None:
        """Put the value where another is."""
        path, value = _pointer(operation, "path", place), _value(operation, place)
        self._get(path)
        if path and isinstance(parent := self._get(path[:-1]), list):
            parent[_index(path[-1], len(parent) - 1)] = self._copy(value, len(path), place)
        else:
            self._put(path, value, place)

    def move(self, operation: dict[str, Any], place: str) -> None:
        """Take a value out and put it elsewhere."""
        source, path = _pointer(operation, "from", place), _pointer(operation, "path", place)
        if path[: len(source)] == source and path != source:
            raise inapplicable(f"{place}.path", "lies inside the value that is to be moved")
        if path != source:
            self._put(path, self._take(source, place), place)
        else:
            self._get(source)

    def copy(self, operation: dict[str, Any], place: str) -> None:
        """Put a value in that stands elsewhere."""
        source = self._get(_pointer(operation, "from", place))
        self._put(_pointer(operation, "path", place), source, place)

    def test(self, operation: dict[str, Any], place: str) -> None:
        """Compare a value."""
        if not _same(self._get(_pointer(operation, "path", place)), _value(operation, place)):
            raise inapplicable(place, "the value is not the one that the test expects")

    def _get(self, pointer: Pointer) -> Any:
        """LookupError if there is nothing."""
        found = self.document
        for token in pointer:
            found = found[_index(token, len(found) - 1)] if isinstance(found, list) else _object(found)[token]
        return found

    def _put(self, pointer: Pointer, value: Any, place: str) -> None:
        value = self._copy(value, len(pointer), place)
        if not pointer:
            self.document = value
            return
        parent = self._get(pointer[:-1])
        if isinstance(parent, list):
            end = len(parent)
            parent.insert(end if pointer[-1] == "-" else _index(pointer[-1], end), value)
        else:
            _object(parent)[pointer[-1]] = value

    def _take(self, pointer: Pointer, place: str) -> Any:
        if not pointer:
            raise inapplicable(f"{place}.path", "the whole document cannot be taken away")
        parent = self._get(pointer[:-1])
        taken = self._get(pointer)
        del parent[_index(pointer[-1], len(parent) - 1) if isinstance(parent, list) else pointer[-1]]
        return taken

    def _copy(self, value: Any, depth: int, place: str) -> Any:
        self._room -= self._size(value, depth, place)
        return deepcopy(value)

    def _size(self, value: Any, depth: int, place: str) -> int:
        if depth > MAX_DEPTH:
            raise inapplicable(place, f"the result is nested more than {MAX_DEPTH} levels deep")
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        size = 1
        for child in children:
            size += self._size(child, depth + 1, place)
            if size > self._room:
                raise inapplicable(place, f"the patch puts in more than {_MOST_VALUES} values")
        return size


_OPERATIONS: dict[str, Callable[[_Work, dict[str, Any], str], None]] = {
    "add": _Work.add,
    "remove": _Work.remove,
    "replace": _Work.replace,
    "move": _Work.move,
    "copy": _Work.copy,
    "test": _Work.test,
}


def _pointer(operation: dict[str, Any], name: str, place: str) -> Pointer:
    text = operation.get(name)
    if not isinstance(text, str) or (text and not text.startswith("/")) or _BAD_ESCAPE.search(text):
        raise malformed(f"{place}.{name}", "must be a JSON Pointer")
    tokens = text.split("/")[1:]
    if len(tokens) > MAX_DEPTH:
        raise malformed(f"{place}.{name}", f"has more than {MAX_DEPTH} steps")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def _value(operation: dict[str, Any], place: str) -> Any:
    if "value" not in operation:
        raise malformed(f"{place}.value", "is missing")
    return operation["value"]


def _index(token: str, last: int) -> int:
    """A position in an array; LookupError unless it is one up to ``last``."""
    if not _POSITION.fullmatch(token) or int(token) > last:
        raise LookupError
    return int(token)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LookupError  # noqa: TRY004 - what is looked for below a string or a number is not there
    return value


def _same(one: Any, other: Any) -> bool:
    """Equality of RFC 6902 4.6: numbers by value; for Python, ``True`` would be the number 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
