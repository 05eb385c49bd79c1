"""How many resources of a type there are, without counting them."""

from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection

_TOTAL = "SELECT coalesce(sum(delta), 0)::bigint FROM type_delta WHERE type_id = $1"
_FOLD = """
    WITH folded AS (DELETE FROM type_delta RETURNING type_id, delta)
    INSERT INTO type_delta (type_id, delta) SELECT type_id, sum(delta) FROM folded GROUP BY type_id"""


async def of_type(connection: Connection, dictionary: Dictionary, resource_type: str) -> int:
    """The exact number in this snapshot."""
    found: int = await connection.fetchval(_TOTAL, dictionary.types[resource_type])
    return found


async def fold(connection: Connection) -> None:
    """Put all changes since the last time into one row for each type; two at once do no harm."""
    await connection.execute(_FOLD)
