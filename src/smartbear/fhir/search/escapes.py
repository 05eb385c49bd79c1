r"""Separators in parameter values, and how to write them literally: a backslash in front (R4 search 3.1.1.4).

``\,`` ``\$`` ``\|`` ``\\``
"""

import re

_ESCAPED = re.compile(r"\\([,$|\\])")
_SPECIAL = re.compile(r"([,$|\\])")
_MARK = re.compile(r"\\.|[,$|]", re.DOTALL)


def split(text: str, separator: str) -> list[str]:
    """Parts between separators that are not escaped; the parts stay escaped."""
    if "\\" not in text:
        return text.split(separator)
    parts: list[str] = []
    start = 0
    for mark in _MARK.finditer(text):
        if mark.group() == separator:
            parts.append(text[start : mark.start()])
            start = mark.end()
    return [*parts, text[start:]]


def unescape(text: str) -> str:
    """What was meant; a backslash before anything else is itself."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def escape(text: str) -> str:
    """A text that reads as one plain value."""
    return _SPECIAL.sub(r"\\\1", text)
