"""Sending a notification to an address that a client chose, without being turned against our own network.

The host is looked up once, every address of it must be a public one (or the host one that the deployment
allows), and the connection goes to an address that was looked at. No redirects, no proxies, no waiting.
"""

import asyncio
import socket
import ssl
from collections.abc import Collection
from functools import cache

import httpx

from smartbear.cdr.actions.subscriptions.endpoints import PORTS, Endpoints, is_public

_SECONDS = 5.0


class NotDelivered(Exception):
    """The endpoint did not take the notification; the message says why, in words for its owner."""


class NotAllowed(NotDelivered):
    """The endpoint is one that notifications are not sent to, now or later."""


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities an endpoint's certificate may be of; reading them is too slow for every delivery."""
    return httpx.create_ssl_context(trust_env=False)


def connections() -> httpx.AsyncHTTPTransport:
    """Connections for a delivery to one endpoint; close it when done."""
    return httpx.AsyncHTTPTransport(verify=_trusted(), trust_env=False, retries=0)


async def send(
    transport: httpx.AsyncHTTPTransport,
    endpoints: Endpoints,
    method: str,
    address: str,
    headers: Collection[tuple[str, str]],
    body: bytes = b"",
) -> None:
    """Send one notification; NotDelivered unless the endpoint answers with 2xx in time."""
    try:
        async with asyncio.timeout(_SECONDS):
            status = await _status(transport, endpoints, method, address, headers, body)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise NotDelivered("The endpoint could not be reached, or did not answer in time.") from error
    if not 200 <= status < 300:  # noqa: PLR2004 - success of HTTP
        raise NotDelivered(f"The endpoint answered with status {status}.")


async def _status(
    transport: httpx.AsyncHTTPTransport,
    endpoints: Endpoints,
    method: str,
    address: str,
    headers: Collection[tuple[str, str]],
    body: bytes,
) -> int:
    if fault := endpoints.fault(address):
        raise NotAllowed(f"The endpoint {fault}.")
    url = httpx.URL(address)
    checked = await _checked_address(endpoints, url)
    request = httpx.Request(
        method,
        url.copy_with(host=checked),
        headers=[("Host", url.netloc.decode("ascii")), *headers],
        content=body,
        extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(_SECONDS).as_dict()},
    )
    answer = await transport.handle_async_request(request)
    await answer.aclose()  # whatever it says is not read
    return answer.status_code


async def _checked_address(endpoints: Endpoints, url: httpx.URL) -> str:
    """An address of the host, after all of them have been found to be allowed."""
    port = url.port or PORTS[url.scheme]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise NotDelivered("The endpoint's host is not known.")
    if not endpoints.allows_inside(url) and not all(is_public(one) for one in addresses):
        raise NotAllowed("The endpoint's host is not one of the public internet.")
    return addresses[0]
