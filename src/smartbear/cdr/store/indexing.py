"""From resources to the rows they are found by."""

from collections.abc import Iterable
from dataclasses import dataclass

from smartbear.cdr.model.change import Draft
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.numbers import number
from smartbear.cdr.store.observations import traits_of
from smartbear.cdr.store.parameters import AddedParameters
from smartbear.cdr.store.rows import Rows, index_rows
from smartbear.fhir import json
from smartbear.fhir.search.catalogue import Catalogue
from smartbear.fhir.search.extract import with_added
from smartbear.kit.aside import aside


@dataclass(frozen=True, slots=True)
class Indexing:
    """Knows what rows call things, and by which parameters there is to search."""

    dictionary: Dictionary
    parameters: AddedParameters
    bases: tuple[str, ...]
    """Addresses of the FHIR service."""

    async def rows_of(self, drafts: Iterable[Draft]) -> list[Rows]:
        """The index rows of some drafts."""
        catalogue = await self.parameters.for_writing()
        drafts = [_with_added(draft, catalogue) for draft in drafts]
        numbers = await number(self.dictionary, (draft.indexes for draft in drafts), self.bases)
        traits = [
            traits_of(draft.indexes, numbers) if draft.target.type == "Observation" else None
            for draft in drafts
        ]
        known = await self.dictionary.traits(each for each in traits if each is not None)
        return [
            await aside(index_rows, draft.target.type, draft.indexes, numbers, known[each] if each else None)
            for draft, each in zip(drafts, traits, strict=True)
        ]


def _with_added(draft: Draft, catalogue: Catalogue) -> Draft:
    """The draft with what the deployment's own search parameters find; a failing expression finds nothing."""
    added = catalogue.added(draft.target.type)
    if not added:
        return draft
    return draft._replace(indexes=with_added(draft.indexes, json.decode(draft.content), added.values()))
