"""Erasing a participant's account, with its sessions, factors and letters' links."""

from smartbear.contracts.erasure import Erased, Erasing
from smartbear.contracts.trail import did
from smartbear.identity.model.people import Directory


async def erase(directory: Directory, person: Erasing) -> Erased:
    """Remove it; nothing removed says that there is none."""
    did("erasure", "D")
    return Erased(removed=int(await directory.erase(person)))
