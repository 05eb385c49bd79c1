"""What the front door costs over calling the component itself, and how many tokens it verifies.

    python assurance-tests/load/gateway.py [--runs N]

Platform, client and caller are one process, so a difference of processor time is the front door's: the same
read is asked of the repository with a signed scope, and of the front door with an access token, in turns.
PostgreSQL's own time is the same both ways and not counted, and so is the audit trail, which is off: a read
would wait for a disk, and its wait hide the difference. Verified are tokens never seen before.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvloop
from joserfc import jwt
from joserfc.jwk import RSAKey
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message

from smartbear import system
from smartbear.contracts.scope import HEADER, SYSTEM, AccessScope, sign
from smartbear.gateway.actions.tokens import Tokens
from smartbear.identity.actions import NewClient, create_client
from smartbear.kit import memory
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database

_PATIENT = {"resourceType": "Patient", "id": "measured", "gender": "female", "birthDate": "1951-04"}
_ROUND = 200  # requests one way before the other way has its turn
_SECONDS_TO_MILLISECONDS = 1000
_TOKENS = 2000


async def _ask(app: ASGIApp, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """One request without a client in between, whose time would drown the difference."""
    answered: list[Message] = []
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost:8080"), *((n.encode(), v.encode()) for n, v in headers.items())],
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    await app(scope, receive, send)
    if answered[0]["status"] >= 400:
        raise SystemExit(f"{method} {path} was answered with {answered[0]['status']}")
    return b"".join(message.get("body", b"") for message in answered)


async def _token(running: system.System) -> str:
    """An access token of a machine client, as the provider gives it."""
    new = NewClient(name="measured", scope="system/*.*", services=("cdr",))
    name, secret = await create_client(running.contexts["identity"], new)
    basic = base64.b64encode(f"{name}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
    path, body = "/realms/smartbear/protocol/openid-connect/token", b"grant_type=client_credentials"
    told = await _ask(running.front, "POST", path, headers, body)
    return told.partition(b'"access_token":"')[2].partition(b'"')[0].decode()


Way = Callable[[], Awaitable[bytes]]


async def _compared(direct: Way, through: Way, rounds: int) -> dict[str, list[float]]:
    """Milliseconds a request, by way: elapsed, one by one, and processor time, a round's mean."""
    found: dict[str, list[float]] = {name: [] for name in ("direct", "through", "direct cpu", "through cpu")}
    for _ in range(rounds):
        for name, way in (("direct", direct), ("through", through)):
            used = time.process_time()
            for _ in range(_ROUND):
                began = time.perf_counter()
                await way()
                found[name].append((time.perf_counter() - began) * _SECONDS_TO_MILLISECONDS)
            used = time.process_time() - used
            found[f"{name} cpu"].append(used / _ROUND * _SECONDS_TO_MILLISECONDS)
    return found


def _provider(key: RSAKey) -> httpx.AsyncClient:
    """A provider of tokens that signs with ``key``."""
    keys = {"keys": [key.as_dict(private=False)]}
    return httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _request: httpx.Response(200, json=keys)),
        base_url="http://identity",
    )


async def _verified(running: system.System) -> float:
    """Tokens a second of processor time."""
    context = running.contexts["gateway"]
    key, now = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True), int(time.time())
    tokens = Tokens(replace(context, connect=lambda _name: _provider(key)))
    issuer = f"{context.settings.addresses()[0]}/realms/smartbear"
    claims = {"iss": issuer, "aud": ["cdr"], "client_id": "c", "scope": "s", "iat": now, "exp": now + 300}
    head = {"alg": "RS256", "typ": "at+jwt", "kid": key.kid}
    await tokens.claims(jwt.encode(head, claims | {"sub": "first"}, key), "cdr")
    fresh = [jwt.encode(head, claims | {"sub": str(n)}, key) for n in range(_TOKENS)]
    used = time.process_time()
    for one in fresh:
        await tokens.claims(one, "cdr")
    used = time.process_time() - used
    await tokens.close()
    return _TOKENS / used


async def _measure(home: Path, rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    settings = PlatformSettings(home=home, environment="test", audit=False)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(settings))
        await system.migrate(url)
        running = await stack.enter_async_context(system.assemble(settings, url))
        memory.settle()
        bearer = {"authorization": f"Bearer {await _token(running)}", "content-type": "application/fhir+json"}
        path = f"/fhir/Patient/{_PATIENT['id']}"
        await _ask(running.front, "PUT", path, bearer, str(_PATIENT).replace("'", '"').encode())
        key, access = running.contexts["gateway"].key("scope"), AccessScope(SYSTEM, scopes=("system/*.*",))

        async def direct() -> bytes:
            signed = {HEADER: sign(access, key, datetime.now(UTC))}
            return await _ask(running.apps["cdr"], "GET", path, signed)

        async def through() -> bytes:
            return await _ask(running.front, "GET", path, bearer)

        await _compared(direct, through, 2)
        return await _compared(direct, through, rounds), [await _verified(running) for _ in range(3)]


def measured(rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    """Milliseconds a request by way, see ``_compared``; and verifications a second of processor time."""
    with tempfile.TemporaryDirectory(prefix="sb") as folder:
        Path(folder).chmod(0o711)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the platform's processes do
            return runner.run(_measure(Path(folder) / "home", rounds))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="rounds of 200 requests each way")
    found, verified = measured(parser.parse_args().runs)
    middle = {name: statistics.median(values) for name, values in found.items()}
    table = Table("the front door", "target", "component alone", "through it", "cost")
    lines = (("elapsed, p50", "", "≤ 1 ms"), ("processor time, median of rounds", " cpu", ""))
    for said, name, target in lines:
        before, after = middle[f"direct{name}"], middle[f"through{name}"]
        table.add_row(said, target, f"{before:.3f} ms", f"{after:.3f} ms", f"{after - before:.3f} ms")
    rate = f"{statistics.median(verified):,.0f} a second of processor time"
    table.add_row("token verifications", "≥ 5,000/s", "", "", rate)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
