"""The words of pages and letters, in every language; a word missing in one is English there."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = {
    "en": "English",
    "el": "Ελληνικά",
    "it": "Italiano",
    "fr": "Français",
    "pt": "Português",
    "ro": "Română",
    "es": "Español",
}


def words(language: str) -> Mapping[str, str]:
    """Word → text in a language."""
    return _all()[language]


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    text = (files("smartbear.identity") / "texts.toml").read_text(encoding="utf-8")
    told: dict[str, dict[str, str]] = tomllib.loads(text)
    return {language: told["en"] | told[language] for language in LANGUAGES}
