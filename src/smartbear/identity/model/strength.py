"""Whether a password is hard to guess, without any list of passwords that others have lost.

Runs along the alphabet, a keyboard's row or one letter, and the person's own words are what guessers try
first, so they count as one letter or none. What is left must be worth as much as ten random letters.
"""

import math
import re
from collections.abc import Iterable
from itertools import pairwise

SHORTEST, LONGEST = 10, 200
_ENOUGH = 45.0  # bits: ten letters of one case are 47
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop")
_CLASSES = ((r"[a-z]", 26), (r"[A-Z]", 26), (r"[0-9]", 10), (r"[^a-zA-Z0-9]", 33))
_STANDS_FOR = str.maketrans("013457@$!", "oieastasi")
_SHORTEST_WORD = 3
_PLATFORM = ("smartbear", "smart", "bear", "password")


def is_strong(password: str, own: Iterable[str]) -> bool:
    """Whether a password will do; ``own`` is what others know of the person: names, address."""
    if not SHORTEST <= len(password) <= LONGEST:
        return False
    left = _without(password, [*_words(own), *_PLATFORM])
    letters = sum(size for pattern, size in _CLASSES if re.search(pattern, password))
    variety = min(len(_collapsed(left)), 2 * len(set(left.lower())))
    return variety * math.log2(max(letters, 2)) >= _ENOUGH


def _words(own: Iterable[str]) -> list[str]:
    found = (word for text in own for word in [*re.split(r"[\s@._-]+", text), text])
    return sorted((_plain(word) for word in found if len(word) >= _SHORTEST_WORD), key=len, reverse=True)


def _without(password: str, words: Iterable[str]) -> str:
    for word in words:
        while (at := _plain(password).find(word)) >= 0:
            password = password[:at] + password[at + len(word) :]
    return password


def _plain(password: str) -> str:
    """The password in small letters, signs read as the letters they stand for, and as long as before."""
    return "".join(letter.lower()[:1] for letter in password).translate(_STANDS_FOR)


def _collapsed(text: str) -> str:
    """The text with each run, forwards or backwards, as its first letter."""
    kept = text[:1]
    for before, letter in pairwise(text):
        if not _follows(before.lower(), letter.lower()):
            kept += letter
    return kept


def _follows(before: str, letter: str) -> bool:
    pair = before + letter
    return before == letter or any(pair in row or pair in row[::-1] for row in _ROWS)
