"""From type and id to rid, and back."""

from collections.abc import Iterable

from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection, Reader

_MOST_KEPT = 200_000  # some 40 MB

_FIND = """
    SELECT k.type_id, k.id, r.rid FROM unnest($1::int[], $2::text[]) AS k (type_id, id)
    JOIN resource r ON r.type_id = k.type_id AND r.id = k.id"""


class Rids:
    """Rids never change and their rows are never removed, so what was read once can be kept."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._known: dict[LocalId, int] = {}

    async def find(self, connection: Reader, targets: Iterable[LocalId]) -> dict[LocalId, int]:
        """Rids of those that have a row; nothing seen inside a transaction is kept, it may never commit."""
        wanted = frozenset(targets)
        known = {target: self._known[target] for target in wanted if target in self._known}
        if len(known) < len(wanted):
            found = await self._read(connection, wanted - known.keys())
            known |= found
            if not connection.is_in_transaction():
                self._keep(found)
        return known

    def _keep(self, found: dict[LocalId, int]) -> None:
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        self._known |= found

    async def find_one(self, connection: Connection, target: LocalId) -> int | None:
        """The rid of one resource."""
        return (await self.find(connection, (target,))).get(target)

    async def _read(self, connection: Reader, targets: Iterable[LocalId]) -> dict[LocalId, int]:
        types = self._dictionary.types
        pairs = [(types[target.type], target.id) for target in targets if target.type in types]
        rows = await connection.fetch(_FIND, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
        names = self._dictionary.type_names
        return {LocalId(names[row["type_id"]], row["id"]): row["rid"] for row in rows}
