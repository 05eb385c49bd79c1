"""Recovery codes: each good once, in the place of a second factor that is lost."""

import secrets

COUNT = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_GROUPS, _GROUP = 3, 4  # 12 letters of 31: 59 bits, behind a limit of tries and a key


def fresh() -> tuple[str, ...]:
    """New codes, as people read them."""
    return tuple(_code() for _ in range(COUNT))


def normal(text: str) -> str:
    """A code as it was meant, however it was typed."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
