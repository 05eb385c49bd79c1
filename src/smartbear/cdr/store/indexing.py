"""From resources to the rows they are found by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from smartbear.cdr.model.change import Draft
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.numbers import named, named_alone, number
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

    async def rows_of(self, drafts: Iterable[Draft]) -> list[Rows]:
        """The index rows of some drafts; of a kind, the rows of the others follow those of the first."""
        catalogue = await self.parameters.for_writing()
        drafts = list(drafts)
        firsts = {id(draft) for draft in drafts} if not catalogue.added("Observation") else set()
        alone = [draft for draft in drafts if id(draft.like) not in firsts]
        following = [draft for draft in drafts if id(draft.like) in firsts]
        made = await self._rows_of(alone, following, catalogue)
        return [made[id(draft)] for draft in drafts]

    async def _rows_of(
        self, alone: Sequence[Draft], following: Sequence[Draft], catalogue: Catalogue
    ) -> dict[int, Rows]:
        """By the identity of the draft."""
        indexes = [_with_added(draft, catalogue) for draft in alone]
        names = chain(map(named, indexes), (named_alone(draft.indexes) for draft in following))
        numbers = await number(self.dictionary, chain.from_iterable(names), self.bases)
        traits = [
            traits_of(found, numbers) if draft.target.type == "Observation" else None
            for draft, found in zip(alone, indexes, strict=True)
        ]
        known = await self.dictionary.traits(each for each in traits if each is not None)
        made = {
            id(draft): await aside(
                index_rows, draft.target.type, found, numbers, known[each] if each else None
            )
            for draft, found, each in zip(alone, indexes, traits, strict=True)
        }
        return made | {id(one): rows_like(made[id(one.like)], one.indexes, numbers) for one in following}


def _with_added(draft: Draft, catalogue: Catalogue) -> Indexes:
    """With what the deployment's own search parameters find; a failing expression finds nothing."""
    added = catalogue.added(draft.target.type)
    if not added:
        return draft.indexes
    return with_added(draft.indexes, json.decode(draft.content), added.values())
