"""The caller's predicate on a table alias. Without one, a caller sees every row."""

from collections.abc import Collection

from smartbear.cdr.model.access import BY_CONTEXT, Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import FALSE, TRUE, all_of, any_of, exists, select


class Visibility:
    """What one caller may see, for the statement under construction."""

    def __init__(self, access: Access, arguments: Arguments, lookups: Lookups) -> None:
        self._access, self._arguments, self._lookups = access, arguments, lookups

    def is_whole(self, resource_type: str | None) -> bool:
        """Whether every row of this type, or of all that may be read, is seen."""
        if self._access.is_whole:
            return True
        types = {resource_type} if resource_type else self._access.reads
        return all(self._access.sees_all_of(one) for one in types)

    def allows(self, resource_type: str) -> bool:
        """Whether any resource of this type is seen."""
        return resource_type in self._access.reads

    def of(self, alias: str, types: Collection[str], row: str = "") -> str:
        """On an alias of ``resource``, ``body`` or ``obs``, whose ``patient`` is the owner.

        ``types``: which the alias may be of; of several, ``row`` (else the alias) has the ``type_id``. That
        a type may be read at all is not asked here.
        """
        if self._access.is_whole:
            return TRUE
        types = self._access.reads.intersection(types)
        free = frozenset(one for one in types if self._access.sees_all_of(one))
        owned = types - free - {BY_CONTEXT}
        heeding = frozenset(one for one in owned if self._access.heeds_consent(one))
        kinds = [(free, TRUE)] if free else []
        if heeding:
            kinds.append((heeding, self._is_agreed(alias, among_others=types > heeding)))
        if owned - heeding:
            kinds.append((owned - heeding, self._is_own(alias, among_others=types > owned - heeding)))
        if BY_CONTEXT in types - free:
            kinds.append((types - free - owned, self._by_context(alias)))
        if len(kinds) == 1:
            return kinds[0][1]
        return any_of(all_of([self._is_of(row or alias, some), condition]) for some, condition in kinds)

    def _is_of(self, alias: str, types: Collection[str]) -> str:
        numbers = sorted(self._lookups.type(one) for one in types)
        return f"{alias}.type_id = ANY({self._arguments.add(numbers, 'int[]')})"

    def _is_agreed(self, alias: str, *, among_others: bool) -> str:
        """``_is_own``, or for those who see all rows whatever, of a person who agrees to the purpose."""
        if self._access.rows == "organisations":
            return self._is_own(alias, "(own.withheld @> now()) IS NOT TRUE", among_others=among_others)
        if self._access.purpose == "research":
            released = "own.released IS NOT NULL AND own.released @> now()"
            return self._of_person(alias, released, among_others=among_others)
        withheld = "own.withheld IS NOT NULL AND own.withheld @> now()"
        return f"NOT {exists(select('', 'resource own', f'own.rid = {alias}.patient', withheld))}"

    def _is_own(self, alias: str, *also: str, among_others: bool) -> str:
        """Of an owner whose id, or whose keeper, is one of the caller's keys."""
        access, add = self._access, self._arguments.add
        if access.rows == "none":
            return FALSE
        if access.rows == "patient":
            known = [rid for key in access.keys if (rid := self._lookups.patient(key)) is not None]
            return f"{alias}.patient = {add(known[0], 'bigint')}" if len(known) == 1 else FALSE
        ours = f"own.organisation = ANY({add(sorted(access.keys), 'text[]')})"
        return self._of_person(alias, ours, *also, among_others=among_others)

    def _of_person(self, alias: str, *conditions: str, among_others: bool) -> str:
        """Of an owner whose row, ``own``, meets conditions."""
        if among_others:  # in an OR, an EXISTS would be asked of each row of the table
            return f"{alias}.patient = ANY(ARRAY({select('own.rid', 'resource own', *conditions)}))"
        return exists(select("", "resource own", f"own.rid = {alias}.patient", *conditions))

    def _by_context(self, alias: str) -> str:
        """The owner stands for who may see the content; those who see all rows see what has none, too."""
        others = self._access.reads - {BY_CONTEXT}
        seen = all_of([self._is_of("context", others), self.of("context", others)])
        named = exists(select("", "resource context", f"context.rid = {alias}.patient", seen))
        has_none = self._access.rows == "all" and self._access.purpose != "research"
        return any_of([f"{alias}.patient IS NULL", named]) if has_none else named
