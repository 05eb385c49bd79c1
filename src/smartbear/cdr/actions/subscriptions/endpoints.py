"""Which addresses notifications may be sent to, as far as the address itself tells.

What a host's name stands for is looked at when a notification is sent, each time anew: names can be moved.
"""

import ipaddress
import socket
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from smartbear.cdr.model.access import BY_CREATOR
from smartbear.cdr.store.repository import Repository
from smartbear.kit.errors import FieldError

PORTS = {"https": 443, "http": 80}
_FREE_PORTS = 1024  # below are those of mail, files and the like, which might take a request for a command
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PLACE = f"{BY_CREATOR}.channel.endpoint"
_NO_ADDRESS = "must be an address of HTTPS"
_WANTED = frozenset({"requested", "active"})


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Which addresses may be reached."""

    inside: Collection[str]
    """Hosts, or «host:port», that may be private ones; to these plain HTTP is allowed, too."""
    plain: bool
    """Whether plain HTTP is allowed to any."""

    def allows_inside(self, url: httpx.URL) -> bool:
        """Whether the deployment allows this host whatever its address is."""
        port = url.port or PORTS[url.scheme]
        return url.host in self.inside or f"{url.host}:{port}" in self.inside

    def fault(self, address: str) -> str:
        """Why nothing is sent to an address, in words that do not quote it; empty if nothing is wrong yet."""
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, ValueError):
            return _NO_ADDRESS
        return _NO_ADDRESS if url.scheme not in PORTS or not url.host else next(self._faults(url), "")

    def _faults(self, url: httpx.URL) -> Iterator[str]:
        if url.userinfo:
            yield "must be an address without a user"
        if self.allows_inside(url):
            return
        if url.scheme != "https" and not self.plain:
            yield _NO_ADDRESS
        if url.port is not None and url.port < _FREE_PORTS and url.port not in PORTS.values():
            yield "must be at a port of HTTP, or one from 1024 on"
        if not _may_be_public(url.host):
            yield "must be on the public internet"


def endpoints_of(repository: Repository) -> Endpoints:
    """What this deployment allows."""
    plain = repository.context.settings.environment != "production"
    return Endpoints(repository.settings.subscription_hosts, plain=plain)


def endpoint_faults(repository: Repository, resource: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """What is wrong with the endpoint of a valid Subscription that somebody wants to run."""
    channel = resource["channel"]
    if resource["status"] not in _WANTED or channel["type"] != "rest-hook":
        return ()
    fault = endpoints_of(repository).fault(channel.get("endpoint", ""))
    return (FieldError(_PLACE, "value", fault),) if fault else ()


def is_public(address: str) -> bool:
    """Whether an address is of the public internet; an IPv4 address in one of IPv6 counts as what it is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        inner = inner or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        if inner:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _may_be_public(host: str) -> bool:
    """Not an address inside, also as one number, in octal or cut short; not this machine by its name."""
    host = host.rstrip(".").lower()
    if ":" in host:
        return is_public(host)
    try:
        return is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        return host != "localhost" and not host.endswith(".localhost")
