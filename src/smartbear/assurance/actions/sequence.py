"""Putting the trail in order: new events become leaves of the tree, and the tree is signed."""

from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.tiles import tiles_of
from smartbear.assurance.store import log
from smartbear.kit import telemetry

MOST = 10_000
"""Events between two checkpoints at most."""


async def advance(services: Services, most: int = MOST) -> int:
    """Add the next events and sign a checkpoint, in one transaction; returns how many they were.

    None if another replica is at it. Events of transactions that may still be overtaken wait.
    """
    context = services.context
    async with context.db.transaction() as connection:
        state = await log.lock(connection)
        leaves = await log.following(connection, state.cursor, most) if state else []
        if state is None or not leaves:
            return 0
        tree, nodes = state.tree.extend(leaf.hash for leaf in leaves)
        now, last = context.clock.now(), leaves[-1]
        signer = services.signers.log
        note = signer.sign(str(Checkpoint(signer.name, tree.size, tree.root, now)))
        ids = [leaf.event for leaf in leaves]
        batch = log.Batch(state.tree.size, tree.size, ids, last.xid, last.event, now, note)
        await log.append(
            connection, state.cursor, tree, tiles_of(nodes), max(leaf.at for leaf in leaves), batch
        )
    telemetry.AUDIT_SEQUENCED.inc(len(leaves))
    telemetry.AUDIT_LAG.set((now - min(leaf.at for leaf in leaves)).total_seconds())
    return len(leaves)
