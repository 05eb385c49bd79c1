"""Non-interference: what a caller may not see makes no difference to what the caller gets.

Two repositories differ in hidden things alone. The same requests, generated, must be answered with the same
bytes: status, headers, body. Clocks stand still and ids come from counters, so nothing else differs.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from smartbear.cdr.app import serve
from smartbear.contracts.scope import PARTICIPANT, SYSTEM, AccessScope
from smartbear.kit.clock import FrozenClock
from smartbear.kit.settings import PlatformSettings
from tests.cdr.conftest import Fhir, Resource, link
from tests.cdr.two_worlds import (
    HIDDEN,
    OTHERWISE,
    OWN,
    Request,
    content,
    list_of,
    person,
    puts,
    requests,
    subscription,
)
from tests.conftest import NOW, client_of, eventually, fresh_database, open_context

SECOND = timedelta(seconds=1)
MOST_PAGES = 4
CURSOR = re.compile(rb"_cursor=[\w\-]+")
WRITER = ("system/Observation.cruds", "system/Condition.cruds")
CALLERS = {
    "participant": AccessScope(role=PARTICIPANT, account="p", participant="SB-0001", subject="n1"),
    "case manager": AccessScope(role="CCM", account="c", organisations=("north",)),
}
MACHINES = {
    "reader": AccessScope(role=SYSTEM, client="r", scopes=("system/Observation.rs",)),
    "reader in old words": AccessScope(role=SYSTEM, client="o", scopes=("system/Condition.read",)),
    "reader of content": AccessScope(
        role=SYSTEM, client="c", scopes=("system/Binary.cruds", "system/Observation.rs")
    ),
    "subscriber": AccessScope(
        role=SYSTEM, client="s", scopes=("system/Subscription.cruds", "system/Condition.rs")
    ),
    "writer": AccessScope(role=SYSTEM, client="w", scopes=WRITER),
    "nobody": AccessScope(role=SYSTEM, client="n", scopes=("patient/*.read", "system/*", "openid")),
}
SHOWN_TO_MACHINES = [
    one
    for one in [*OWN, *HIDDEN]
    if one["resourceType"] in ("Observation", "Condition") or one["id"] == "n-b2"
]
unhurried = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@dataclass
class World:
    """One repository, its clock, and its callers."""

    clock: FrozenClock
    app: Any
    clients: AsyncExitStack

    async def caller(self, scope: AccessScope | None) -> Fhir:
        return Fhir(await self.clients.enter_async_context(client_of(self.app, self.clock, scope)))

    async def answers(self, caller: Fhir, request: Request) -> list[httpx.Response]:
        """The answer and, if it has further pages, those."""
        self.clock.advance(SECOND)
        method, path, body, headers = request
        found = [await caller.send(method, path, body, accept_encoding="identity", **headers)]
        while len(found) < MOST_PAGES and (following := _following(found[-1])):
            found.append(await caller.send("GET", following, accept_encoding="identity"))
        return found


def told(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """What a caller can read in an answer; cursors are sealed, and those of histories count transactions."""
    headers = {name: text for name, text in answer.headers.items() if name != "content-length"}
    return answer.status_code, headers, CURSOR.sub(b"_cursor=", answer.content)


_SETTLED = """
    SELECT coalesce(
        (SELECT xid FROM body ORDER BY xid DESC LIMIT 1) < pg_snapshot_xmin(pg_current_snapshot()), true)"""


async def settled(one: World) -> None:
    """Wait until nothing is under way on the server, in any database, that began before the last write."""

    async def is_settled() -> bool:
        async with one.app._repository.db.connection() as connection:
            held: bool = await connection.fetchval(_SETTLED)
        return held

    await eventually(is_settled, 20)


def _following(answer: httpx.Response) -> str:
    is_json = "json" in answer.headers.get("content-type", "")  # the content of a Binary is what it is
    if answer.status_code != 200 or not (answer.content and is_json):
        return ""
    bundle = answer.json()
    return link(bundle, "next") if bundle.get("resourceType") == "Bundle" else ""


async def world(
    stack: AsyncExitStack, url: str, platform: PlatformSettings, *stored: list[Resource]
) -> World:
    """A repository in a database of its own, in which one list after the other was stored."""
    clock, numbers = FrozenClock(NOW), count(1)
    database = await stack.enter_async_context(fresh_database(url, ("cdr",)))
    opened = open_context(database, "cdr", platform, clock, plan_cache_mode="force_generic_plan")
    context = replace(await stack.enter_async_context(opened), new_id=lambda: f"made-{next(numbers)}")
    made = World(clock, await stack.enter_async_context(serve(context)), stack)
    everybody = await made.caller(None)
    for resources in stored:
        clock.advance(SECOND)
        answer = await everybody.send("POST", "", puts(resources))
        assert answer.status_code == 200, answer.text
    for gone in ("n-gone", "h-o2"):
        await everybody.send("DELETE", f"Observation/{gone}")
    return made


def platform_at(home: Path) -> PlatformSettings:
    return PlatformSettings(home=home, environment="test", secret_key="k" * 32)


@pytest.fixture(scope="module")
async def rows(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, World]]:
    """Two worlds for those who see some rows of all types."""
    platform = platform_at(tmp_path_factory.mktemp("rows"))
    async with AsyncExitStack() as stack:
        yield (
            await world(stack, postgres_url, platform, OWN, HIDDEN),
            await world(stack, postgres_url, platform, OWN, OTHERWISE),
        )


@pytest.fixture(scope="module")
async def types(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, World]]:
    """Two worlds for those who see all rows of some types."""
    platform = platform_at(tmp_path_factory.mktemp("types"))
    shown, others = SHOWN_TO_MACHINES, [one for one in [*OWN, *HIDDEN] if one not in SHOWN_TO_MACHINES]
    unlike = [
        person("n1", "south", "Sued"),
        person("h2", "north", "Nord"),
        list_of("n-l1", "n1", "Patient/h2"),
        content("n-b1", "Patient/h2", "CCCC"),
        subscription("h-s9", "Condition"),
    ]
    async with AsyncExitStack() as stack:
        yield (
            await world(stack, postgres_url, platform, shown, others),
            await world(stack, postgres_url, platform, shown, unlike),
        )


async def compare(
    worlds: tuple[World, World], scope: AccessScope, stored: list[Resource], asked: list[Request]
) -> None:
    """Put the worlds back in order, and ask the same of both."""
    for one in worlds:
        everybody = await one.caller(None)
        one.clock.advance(SECOND)
        assert (await everybody.send("POST", "", puts(stored))).status_code == 200
    callers = [await one.caller(scope) for one in worlds]
    for request in asked:
        if "_since" in request[1]:  # shows nothing that an earlier transaction might still come before
            await asyncio.gather(*map(settled, worlds))
        first, second = [
            [told(answer) for answer in answers]
            for answers in [
                await one.answers(caller, request) for one, caller in zip(worlds, callers, strict=True)
            ]
        ]
        assert first == second, request
        assert all(status < 500 for status, _, _ in first), request


@pytest.mark.parametrize("scope", CALLERS.values(), ids=CALLERS)
@settings(max_examples=10, deadline=None, suppress_health_check=unhurried, phases=[Phase.generate])
@given(asked=st.lists(requests, min_size=10, max_size=15))
async def test_rows_that_are_not_seen_change_no_answer(rows, scope, asked):
    await compare(rows, scope, OWN, asked)


@pytest.mark.parametrize("scope", MACHINES.values(), ids=MACHINES)
@settings(max_examples=6, deadline=None, suppress_health_check=unhurried, phases=[Phase.generate])
@given(asked=st.lists(requests, min_size=10, max_size=15))
async def test_types_that_are_not_seen_change_no_answer(types, scope, asked):
    await compare(types, scope, [one for one in OWN if one in SHOWN_TO_MACHINES], asked)
