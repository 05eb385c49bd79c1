"""Tokens of browsers that open a websocket: they cannot send headers, and addresses are no place for secrets.

A page offers two subprotocols, ``smartbear`` and ``smartbear.bearer.`` with its access token after it. The
first is the one that is spoken; the second goes no further than here.
"""

from starlette.types import Message, Scope, Send

SPOKEN = "smartbear"
_TOKEN = f"{SPOKEN}.bearer."


def token(scope: Scope) -> str:
    """What the header Authorization would say; empty if no token is offered."""
    offered = (one for one in scope["subprotocols"] if one.startswith(_TOKEN))
    found = next(offered, "").removeprefix(_TOKEN)
    return f"Bearer {found}" if found else ""


def without_token(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """The websocket for a component: nothing is offered, and what is spoken is settled."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"sec-websocket-protocol"]
    is_offered = SPOKEN in scope["subprotocols"]

    async def settled(message: Message) -> None:
        if message["type"] == "websocket.accept" and is_offered:
            message = {**message, "subprotocol": SPOKEN}
        await send(message)

    return {**scope, "headers": headers, "subprotocols": []}, settled
