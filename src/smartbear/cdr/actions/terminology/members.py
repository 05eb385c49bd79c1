"""Which codes a value set has: all of them, or which of those in question.

The one place that answers it, for ``$expand`` and ``$validate-code``, for ``:in`` and for bindings.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any

from smartbear.cdr.actions.terminology.canonical import find
from smartbear.cdr.model.access import Access
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.terminology import concepts
from smartbear.cdr.store.terminology.concepts import System
from smartbear.fhir.terminology import composition
from smartbear.fhir.terminology.composition import Part
from smartbear.fhir.terminology.concepts import Concept, Resource
from smartbear.kit.db import Reader
from smartbear.kit.errors import FieldError, TooCostly, Unprocessable

MOST = 250_000
"""Concepts that a value set may have here."""

_LOOKS = 500_000  # at concepts, for one answer: value sets may name one another, and code systems, many times
_OF_A_PART = 200  # looks that a part of a value set takes whatever it has: it is asked for by itself
_DEEPEST = 16  # value sets that refer to value sets

Members = dict[tuple[str, str], Concept]
"""(system, code) → concept, in the order of the set."""


class Unknown(Unprocessable):
    """A code system or value set that the answer depends on is not held here."""


class Terms:
    """The terminology that one caller sees, through one connection."""

    def __init__(self, repository: Repository, connection: Reader, access: Access) -> None:
        self.repository, self.connection, self.access = repository, connection, access
        self._looks = _LOOKS

    async def value_set(self, url: str) -> Resource | None:
        """The value set with this canonical address, or named as «ValueSet/id»."""
        stored = await find(self.repository, self.connection, self.access, "ValueSet", url)
        return stored or composition.core_value_set(url.partition("|")[0])

    async def code_system(self, url: str, version: str | None = None) -> System | None:
        """A stored code system; the version may be in the address, too."""
        if not self.access.sees("CodeSystem", None):
            return None
        address, _, named = url.partition("|")
        return await concepts.find(self.connection, address, version or named or None)

    async def members(
        self, value_set: Resource, among: Collection[tuple[str | None, str]] | None = None, depth: int = 0
    ) -> Members:
        """What is in the set, of those in question if some are; without a system, of any system.

        Unknown if it depends on what is not here, TooCostly for more than ``MOST`` concepts or where it takes
        too many looks.
        """
        if depth > _DEEPEST:
            raise _refused(
                "ValueSet.compose", "too-costly", "the value sets refer to one another without end"
            )
        if "expansion" in value_set:
            return _chosen(composition.listed_in_expansion(value_set), among)
        found: Members = {}
        for part in composition.included(value_set):
            for key, concept in (await self._of_part(part, among, depth)).items():
                found.setdefault(key, concept)
            if len(found) > MOST:
                raise TooCostly("The value set has too many codes to be expanded.")
        for part in composition.excluded(value_set) if found else ():
            for key in await self._of_part(part, list(found) if among is not None else None, depth):
                found.pop(key, None)
        if not composition.wants_inactive(value_set):
            return {key: concept for key, concept in found.items() if not concept.inactive}
        return found

    async def detailed(self, shown: Iterable[Concept]) -> list[Concept]:
        """The same concepts with definition, designations and properties, as far as they are held here."""
        shown = list(shown)
        details: dict[tuple[str, str], str | None] = {}
        for (system, version), some in groupby(sorted(shown, key=_place), _place):
            stored = await self.code_system(system, version or None)
            if stored:
                codes = [one.code for one in some]
                rows = await concepts.chosen(
                    self.connection, stored, (), codes, limit=len(codes), detailed=True
                )
                details |= {(system, one.code): one.detail for one in rows}
        return [one._replace(detail=details.get((one.system, one.code))) for one in shown]

    async def _of_part(
        self, part: Part, among: Collection[tuple[str | None, str]] | None, depth: int
    ) -> Members:
        self._look(_OF_A_PART)
        found = await self._of_system(part, among) if part.system else None
        for number, url in enumerate(part.value_sets):
            self._look(_OF_A_PART)
            other = await self.value_set(url)
            if other is None:
                place = f"{part.place}.valueSet[{number}]"
                raise _refused(place, "not-found", "this value set is not held here")
            members = await self.members(other, among, depth + 1)
            found = members if found is None else {key: found[key] for key in found if key in members}
        return found or {}

    async def _of_system(self, part: Part, among: Collection[tuple[str | None, str]] | None) -> Members:
        url = part.system or ""
        codes = None if among is None else [code for system, code in among if system in (None, url)]
        if codes == []:
            return {}
        stored = await self.code_system(url, part.version)
        if part.listed:
            listed = _chosen(part.listed, among)
            return await self._described(stored, listed) if stored else listed
        if stored:
            limit = MOST + 1
            rows = await concepts.chosen(self.connection, stored, part.filters, codes, limit=limit)
            self._look(len(rows))
            return {(url, one.code): one for one in rows}
        core = composition.core_concepts(url)
        if core is None:
            raise _refused(f"{part.place}.system", "not-found", "this code system is not held here")
        if part.filters:
            told = "the concepts of this code system are held here without what filters look at"
            raise _refused(f"{part.place}.filter", "not-supported", told)
        return _chosen(core.values(), among)

    def _look(self, concepts: int) -> None:
        self._looks -= concepts
        if self._looks < 0:
            raise TooCostly("The value set takes too many looks at code systems and other value sets.")

    async def _described(self, system: System, listed: Members) -> Members:
        """Listed codes with what their code system says of them; a display of the list's own stays."""
        codes = [code for _, code in listed]
        rows = await concepts.chosen(self.connection, system, (), codes, limit=len(codes))
        known = {(one.system, one.code): one for one in rows}
        return {
            key: known[key]._replace(display=one.display or known[key].display) if key in known else one
            for key, one in listed.items()
        }


async def membership(
    terms: Terms, value_set: str, codes: Iterable[tuple[str | None, str]]
) -> Mapping[tuple[str | None, str], bool] | None:
    """Of some codes, whether each is in the value set; None if nobody here can tell.

    For bindings: a code without a system is in the set if it is there in any system.
    """
    wanted = list(dict.fromkeys(codes))
    found = await terms.value_set(value_set)
    if found is None:
        return None
    try:
        members = await terms.members(found, wanted)
    except (Unprocessable, TooCostly):
        return None
    bare = {code for _, code in members}
    return {one: (one[1] in bare if one[0] is None else one in members) for one in wanted}


def _place(concept: Concept) -> tuple[str, str]:
    return concept.system, concept.version or ""


def _chosen(found: Iterable[Concept], among: Collection[tuple[str | None, str]] | None) -> Members:
    if among is None:
        return {(one.system, one.code): one for one in found}
    wanted: Any = frozenset(among)
    return {
        (one.system, one.code): one
        for one in found
        if (one.system, one.code) in wanted or (None, one.code) in wanted
    }


def _refused(place: str, code: str, reason: str) -> Unknown:
    return Unknown("The value set cannot be expanded here.", errors=(FieldError(place, code, reason),))
