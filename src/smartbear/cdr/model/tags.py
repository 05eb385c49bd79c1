"""Versions as entity tags (https://hl7.org/fhir/R4/http.html#versioning)."""

import re
from collections.abc import Iterator

from smartbear.kit.errors import BadInput

NO_VERSION = -1
"""A version that no resource has."""

_TAG = re.compile(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"')
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_LARGEST = 2**31 - 1


def tag_of(version: int) -> str:
    """A version as an entity tag; weak, since the same version may be written in more than one way."""
    return f'W/"{version}"'


def number_of(version_id: str) -> int:
    """A version id as ours are numbered; NO_VERSION for one that cannot be ours."""
    plain = _NUMBER.fullmatch(version_id)
    return int(version_id) if plain and int(version_id) <= _LARGEST else NO_VERSION


def expected_version(if_match: str) -> int | None:
    """The version that If-Match demands; None if there is no such header."""
    if not if_match:
        return None
    match = _TAG.fullmatch(if_match)
    if match is None:
        raise BadInput('If-Match must be one entity tag: W/"3".')
    return number_of(match[1])


def listed_versions(if_none_match: str) -> Iterator[int]:
    """The versions that If-None-Match lists."""
    return (number_of(version_id) for version_id in _TAG.findall(if_none_match))
