"""Two worlds at the front door: what a caller may not see changes nothing in what the caller gets.

The repository alone is compared at length in ``tests/cdr/test_two_worlds.py``; here the whole platform
answers, with its status, all its headers and its body: to a case manager, a participant and a project.
"""

import re
from contextlib import AsyncExitStack
from datetime import timedelta

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.attacks.canaries import agreement
from tests.attacks.records import told
from tests.cdr.test_consent import consent
from tests.cdr.two_worlds import HIDDEN, IDS, OTHERWISE, OWN, puts, requests
from tests.whole import counted, whole

SECOND = timedelta(seconds=1)
CURSOR = re.compile(rb"_cursor=[\w-]+")
KIND = {name: kind for kind, names in IDS.items() for name in names if name != "none"}
NAME = re.compile(rf"\b({'|'.join(sorted(KIND, key=len, reverse=True))})\b")

AGREED = [agreement(f"agreed-{name}", name) for name in ("n1", "n2", "h1")]
"""So that the project sees conditions at all."""


class World:
    """A platform in which n1 and north of the grammar are its own person and organisation."""

    def __init__(self, platform):
        self._platform = platform
        self._named = {"n1": platform.person["north"][1], "north": platform.place["north"]}

    def here(self, text):
        return re.sub(r"\b(n1|north)\b", lambda read: self._named[read[1]], text)

    def token(self, read):
        return self._platform.pseudonym(KIND[read[1]], read[1])

    async def ask(self, who, request):
        method, path, body, headers = request
        self._platform.clock.advance(SECOND)
        sent = self.here(orjson.dumps(body).decode()) if body is not None else None
        path = self.here(path)
        if who == "narrow":
            path, sent = NAME.sub(self.token, path), sent and NAME.sub(self.token, sent)
        answer = await self._platform.fhir(
            who, method, path, sent and sent.encode(), accept_encoding="identity", **headers
        )
        status, known, content = told(answer)
        return status, known, CURSOR.sub(b"_cursor=", content)

    async def store(self, resources):
        self._platform.clock.advance(SECOND)
        sent = self.here(orjson.dumps(puts(resources)).decode()).encode()
        answer = await self._platform.fhir("system", "POST", "", sent)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
async def worlds(postgres_url, tmp_path_factory):
    """Platforms with the same keys that differ in the south's records, but for the conditions."""
    keys = tmp_path_factory.mktemp("keys")
    keys.chmod(0o700)
    shown = [one for one in HIDDEN if one["resourceType"] == "Condition"]
    shown.append(consent("h1", scope="research") | {"id": "h-agreed"})
    unlike = [one for one in OTHERWISE if one["resourceType"] != "Condition"]
    async with AsyncExitStack() as stack:
        made = []
        for hidden in ([*HIDDEN, shown[-1]], [*unlike, *shown]):
            opened = whole(postgres_url, make_id=counted(), keys=keys)
            one = World(await stack.enter_async_context(opened))
            await one.store(OWN[1:])
            await one.store(hidden)
            await one.store(AGREED)
            made.append(one)
        yield made


@pytest.mark.parametrize("who", ["ccm_north", "person_north", "narrow"])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(asked=st.lists(requests, min_size=8, max_size=12))
async def test_what_is_not_seen_changes_no_answer_of_the_platform(worlds, who, asked):
    """The project may read conditions alone."""
    for one in worlds:
        await one.store(OWN[1:])
    for request in asked:
        first, second = [await one.ask(who, request) for one in worlds]
        assert first == second, request
        assert first[0] < 500, request
