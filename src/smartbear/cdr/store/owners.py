"""Who looks after a patient."""

from collections.abc import Collection

from smartbear.cdr.model.access import Owner
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection

_FIND = "SELECT id, organisation FROM resource WHERE type_id = $1 AND id = ANY($2::text[]) AND NOT deleted"


async def find(connection: Connection, dictionary: Dictionary, patients: Collection[str]) -> dict[str, Owner]:
    """Owners by patient id; patients that do not exist are absent."""
    rows = await connection.fetch(_FIND, dictionary.types["Patient"], list(patients))
    return {row["id"]: Owner(row["id"], row["organisation"]) for row in rows}
