"""Whether those who subscribed may still see what they are told."""

from smartbear.cdr.access import access_of
from smartbear.cdr.model.access import Access
from smartbear.contracts.identity import IdentityClient
from smartbear.contracts.scope import SERVICE
from smartbear.kit.errors import NotFound


async def still_sees(identity: IdentityClient, access: Access) -> bool:
    """Whether the account or client sees today all that this access, kept from another day, lets it see.

    Raises Unavailable while nobody can say.
    """
    role, _, name = access.caller.partition(" ")
    if role == SERVICE:
        return True
    try:
        now = await identity.standing(role, name)
    except NotFound:
        return False
    return access_of(now).covers(access)
