"""Sending a notification to an address that a client chose, without being turned against our own network.

The host is looked up once, every address of it must be a public one (or the host one that the deployment
allows), and the connection goes to an address that was looked at. No redirects, no proxies, no waiting.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import httpx

_SECONDS = 5.0
_PORTS = {"https": 443, "http": 80}


class NotDelivered(Exception):
    """The endpoint did not take the notification; the message says why, in words for its owner."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Which addresses may be reached."""

    inside: Collection[str]
    """Hosts, or «host:port», that may be private ones; to these plain HTTP is allowed, too."""
    plain: bool
    """Whether plain HTTP is allowed to any."""

    def allows_inside(self, url: httpx.URL) -> bool:
        """Whether the deployment allows this host whatever its address is."""
        port = url.port or _PORTS[url.scheme]
        return url.host in self.inside or f"{url.host}:{port}" in self.inside


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
    url = httpx.URL(address)
    if url.scheme != "https" and not (url.scheme == "http" and _may_be_plain(endpoints, url)):
        raise NotDelivered("The endpoint must be an address of HTTPS.")
    if url.userinfo or not url.host:
        raise NotDelivered("The endpoint must be an address without a user.")
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


def _may_be_plain(endpoints: Endpoints, url: httpx.URL) -> bool:
    return endpoints.plain or endpoints.allows_inside(url)


async def _checked_address(endpoints: Endpoints, url: httpx.URL) -> str:
    """An address of the host, after all of them have been found to be allowed."""
    port = url.port or _PORTS[url.scheme]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise NotDelivered("The endpoint's host is not known.")
    if not endpoints.allows_inside(url) and not all(is_public(one) for one in addresses):
        raise NotDelivered("The endpoint's host is not one of the public internet.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is of the public internet; an IPv4 address in one of IPv6 counts as what it is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        inner = inner or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        if inner:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
