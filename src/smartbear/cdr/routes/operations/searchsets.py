"""Bundles that operations answer: resources as they are stored, and the address that was asked."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from smartbear.cdr.routes.http import Call
from smartbear.cdr.store.reading import Stored


def entry(call: Call, stored: Stored, mode: str) -> bytes:
    """An entry of a searchset, as JSON."""
    resource_type, resource_id = stored.target
    head = f'{{"fullUrl":"{call.base}{resource_type}/{resource_id}","resource":'.encode()
    return head + stored.json() + f',"search":{{"mode":"{mode}"}}}}'.encode()


def address(call: Call, pairs: Iterable[tuple[str, str]]) -> str:
    """The operation's address with these parameters."""
    parameters = urlencode(list(pairs), quote_via=quote, safe=":/$,|")
    return call.base + "/".join(call.path) + (f"?{parameters}" if parameters else "")
