"""Versions as entity tags (https://hl7.org/fhir/R4/http.html#versioning)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from smartbear.kit.errors import BadInput

NO_VERSION = -1
"""A version that no resource has."""

_TAG = re.compile(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"')
_TAGS = re.compile(rf"{_TAG.pattern}(?:[ \t]*,[ \t]*{_TAG.pattern})*")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_LARGEST = 2**31 - 1


class IfMatch(NamedTuple):
    """Versions one of which must be the current one; if none is listed, any will do (RFC 9110 13.1.1)."""

    versions: frozenset[int]

    @classmethod
    def of(cls, version: int) -> "IfMatch":
        """This version and no other."""
        return cls(frozenset({version}))

    def allows(self, current: int, *, living: bool = True) -> bool:
        """Whether the current version is one of them."""
        return current in self.versions if self.versions else living


def tag_of(version: int) -> str:
    """A version as an entity tag; weak, since the same version may be written in more than one way."""
    return f'W/"{version}"'


def number_of(version_id: str) -> int:
    """A version id as ours are numbered; NO_VERSION for one that cannot be ours."""
    plain = _NUMBER.fullmatch(version_id)
    return int(version_id) if plain and int(version_id) <= _LARGEST else NO_VERSION


def expected_versions(if_match: str) -> IfMatch | None:
    """What If-Match demands; None if there is no such header. FHIR writes one weak tag, HTTP more and «*»."""
    if not if_match:
        return None
    if if_match != "*" and not _TAGS.fullmatch(if_match):
        raise BadInput('If-Match must be an entity tag, W/"3", or several with commas between, or *.')
    return IfMatch(frozenset(listed_versions(if_match)))


def listed_versions(if_none_match: str) -> Iterator[int]:
    """The versions that If-None-Match lists."""
    return (number_of(version_id) for version_id in _TAG.findall(if_none_match))
