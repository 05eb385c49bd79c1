"""The caller's predicate on a table alias. Without one, a caller sees every row."""

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import FALSE, TRUE, exists, select


class Visibility:
    """What one caller may see, for the statement under construction."""

    def __init__(self, access: Access, arguments: Arguments, lookups: Lookups) -> None:
        self._access, self._arguments, self._lookups = access, arguments, lookups

    @property
    def is_whole(self) -> bool:
        """Whether every row of the types that may be read is seen."""
        return self._access.rows == "all"

    def allows(self, resource_type: str) -> bool:
        """Whether any resource of this type is seen."""
        return resource_type in self._access.reads

    def of(self, alias: str) -> str:
        """On an alias of ``resource``, ``body`` or ``obs``, whose ``patient`` is the owner."""
        match self._access.rows:
            case "all":
                return TRUE
            case "patient":
                known = [rid for key in self._access.keys if (rid := self._lookups.patient(key)) is not None]
                own = self._arguments.add(known[0], "bigint") if len(known) == 1 else None
                return f"{alias}.patient = {own}" if own else FALSE
            case "organisations":
                ours = self._arguments.add(sorted(self._access.keys), "text[]")
                owner = f"own.rid = {alias}.patient"
                return exists(select("", "resource own", owner, f"own.organisation = ANY({ours})"))
            case _:
                return FALSE
