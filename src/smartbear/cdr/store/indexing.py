"""From resources to the rows they are found by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from weakref import WeakKeyDictionary

from smartbear.cdr.model.change import Draft, First
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.numbers import Numbers, named, named_alone, number
from smartbear.cdr.store.observations import traits_of
from smartbear.cdr.store.parameters import AddedParameters
from smartbear.cdr.store.rows import Rows, index_rows, rows_like
from smartbear.fhir import json
from smartbear.fhir.search.catalogue import Catalogue
from smartbear.fhir.search.extract import with_added
from smartbear.fhir.search.values import Indexes
from smartbear.kit.aside import aside


@dataclass(frozen=True, slots=True)
class Indexing:
    """Knows what rows call things, and by which parameters there is to search."""

    dictionary: Dictionary
    parameters: AddedParameters
    bases: tuple[str, ...]
    """Addresses of the FHIR service."""
    _firsts: WeakKeyDictionary[First, Rows] = field(default_factory=WeakKeyDictionary)

    async def rows_of(self, drafts: Iterable[Draft]) -> list[Rows]:
        """The index rows of some drafts; those of a kind follow the rows of the first of it."""
        catalogue = await self.parameters.for_writing()
        drafts = list(drafts)
        firsts = (
            {draft.like for draft in drafts if draft.like} if not catalogue.added("Observation") else set()
        )
        new = [first for first in firsts if not self._knows(first)]
        alone = [draft for draft in drafts if draft.like not in firsts] + [first.draft for first in new]
        following = [draft.indexes for draft in drafts if draft.like in firsts]
        indexes = [_with_added(draft, catalogue) for draft in alone]
        names = chain(map(named, indexes), map(named_alone, following))
        numbers = await number(self.dictionary, chain.from_iterable(names), self.bases)
        made = {
            id(draft): rows
            for draft, rows in zip(alone, await self._alone(alone, indexes, numbers), strict=True)
        }
        self._firsts.update((first, made[id(first.draft)]) for first in new)
        return [
            rows_like(self._firsts[draft.like], draft.indexes, numbers)
            if draft.like in firsts
            else made[id(draft)]
            for draft in drafts
        ]

    def _knows(self, first: First) -> bool:
        known = self._firsts.get(first)
        return known is not None and known.generation == self.dictionary.generation

    async def _alone(
        self, drafts: Sequence[Draft], indexes: Sequence[Indexes], numbers: Numbers
    ) -> list[Rows]:
        """The rows of drafts that are found by ``indexes``, each by itself."""
        traits = [
            traits_of(found, numbers) if draft.target.type == "Observation" else None
            for draft, found in zip(drafts, indexes, strict=True)
        ]
        known = await self.dictionary.traits(each for each in traits if each is not None)
        types = [draft.target.type for draft in drafts]
        shared = [known[each] if each else None for each in traits]
        return await aside(_rows, types, indexes, numbers, shared)


def _rows(
    types: Sequence[str], indexes: Sequence[Indexes], numbers: Numbers, traits: Sequence[int | None]
) -> list[Rows]:
    each = zip(types, indexes, traits, strict=True)
    return [index_rows(type_name, found, numbers, shared) for type_name, found, shared in each]


def _with_added(draft: Draft, catalogue: Catalogue) -> Indexes:
    """With what the deployment's own search parameters find; a failing expression finds nothing."""
    added = catalogue.added(draft.target.type)
    if not added:
        return draft.indexes
    return with_added(draft.indexes, json.decode(draft.content), added.values())
