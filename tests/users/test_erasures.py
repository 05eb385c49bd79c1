"""Erasing sweep by sweep: whatever fails or comes late, it goes on, and ends when nothing is left."""

from collections import deque
from datetime import timedelta

import asyncpg
import pytest

from smartbear.contracts.erasure import PATH, Erased, Erasing
from smartbear.contracts.scope import AccessScope
from smartbear.kit import jobs
from smartbear.kit.errors import Conflict, NotFound, Unavailable
from smartbear.users.actions import erasures, sweeping
from smartbear.users.model.erasures import NewErasure
from tests.conftest import jobs_of

WHO = "service operations"
ADMIN = AccessScope(role="SysAdmin", account="a-1")


class Keeper:
    """A component that has so much, and says nothing for a while."""

    component = "cdr"

    def __init__(self, *parts, silent=0, left=0):
        self.parts, self.silent, self.left, self.asked = deque(parts), silent, left, []

    async def request(self, method, path, *, json, **_):
        assert (method, path) == ("POST", PATH)
        if self.silent:
            self.silent -= 1
            raise Unavailable
        self.asked.append(Erasing.model_validate(json))
        removed = self.parts.popleft() if self.parts else 0
        return Answer(Erased(removed=removed, left=self.left).model_dump_json())


class Answer:
    def __init__(self, content):
        self.content = content


@pytest.fixture
async def begun(world):
    person = await world.enrol()
    form = NewErasure(participant=person["id"], ground="objection")
    erasure = await erasures.at_once(world.context, WHO, form)
    return erasure.id, person


async def seen(world, erasure_id):
    return await erasures.one(world.context, ADMIN, erasure_id)


async def salts(database_url):
    connection = await asyncpg.connect(database_url)
    found = await connection.fetchval("SELECT count(*) FROM audit.subject_key")
    await connection.close()
    return found


async def test_the_person_is_gone_at_once_and_under_no_name(world, begun):
    erasure_id, person = begun
    async with world.client(world.ccm) as client:
        assert (await client.get(f"/api/participants/{person['id']}")).status_code == 404
    async with world.client() as client:
        assert (await client.get(f"/internal/subjects/{person['subject']}/audience")).status_code == 404
    assert (await seen(world, erasure_id)).state == "under_way"


async def test_a_component_is_asked_until_it_has_nothing_and_all_once_more_later(world, begun, database_url):
    erasure_id, person = begun
    keeper, before = Keeper(5000, 5000, 12, left=3), await salts(database_url)
    await sweeping.sweep(world.context, [keeper], erasure_id)
    assert len(keeper.asked) == 4
    assert keeper.asked[0].subject == person["subject"]
    first = await seen(world, erasure_id)
    assert (first.state, first.removed["cdr"], first.left) == ("under_way", 10_012, 3)
    await sweeping.sweep(world.context, [keeper], erasure_id)
    last = await seen(world, erasure_id)
    assert (last.state, last.removed["cdr"], last.left) == ("done", 10_012, 3)
    assert await salts(database_url) < before + 1


async def test_what_comes_back_is_removed_before_it_ends(world, begun):
    erasure_id, _ = begun
    keeper = Keeper(3, 0, 2, 0, 0)
    for _ in range(2):
        await sweeping.sweep(world.context, [keeper], erasure_id)
        assert (await seen(world, erasure_id)).state == "under_way"
    await sweeping.sweep(world.context, [keeper], erasure_id)
    assert (await seen(world, erasure_id)).removed["cdr"] == 5


async def test_one_that_had_nothing_is_looked_for_a_second_time(world, begun, database_url):
    erasure_id, _ = begun
    await sweeping.sweep(world.context, [Keeper()], erasure_id)
    assert (await seen(world, erasure_id)).state == "under_way"
    wanted = [job["erasure"] for job in await jobs_of(database_url, sweeping.SWEEP)]
    assert wanted.count(erasure_id) == 2


async def test_a_component_that_is_away_ends_the_sweep_and_loses_nothing(world, begun):
    erasure_id, _ = begun
    good, away = Keeper(7), Keeper(4, silent=1)
    away.component = "decisions"
    with pytest.raises(Unavailable):
        await sweeping.sweep(world.context, [good, away], erasure_id)
    assert (await seen(world, erasure_id)).state == "under_way"
    for _ in range(2):
        await sweeping.sweep(world.context, [good, away], erasure_id)
    assert (await seen(world, erasure_id)).state == "done"


async def test_an_erasure_that_is_done_is_not_done_again(world, begun):
    erasure_id, _ = begun
    for _ in range(2):
        await sweeping.sweep(world.context, [Keeper()], erasure_id)
    keeper = Keeper(5)
    await sweeping.sweep(world.context, [keeper], erasure_id)
    assert keeper.asked == []


async def test_jobs_about_the_person_are_deleted_and_those_of_others_stay(world, begun, database_url):
    erasure_id, person = begun
    other = await world.enrol()
    async with world.context.db.transaction() as tx:
        for subject in (person["subject"], other["subject"]):
            at = world.clock.now() + timedelta(days=9)
            await jobs.defer(tx, queue="cdr", task="cdr.late", payload={"of": subject}, run_at=at)
    await sweeping.sweep(world.context, [Keeper()], erasure_id)
    assert [job["of"] for job in await jobs_of(database_url, "cdr.late")] == [other["subject"]]
    told = str([await jobs_of(database_url, f"cdr.{name}") for name in ("participant.changed", "late")])
    assert person["subject"] not in told
    assert (await seen(world, erasure_id)).removed["jobs"] > 1


async def test_no_other_component_deletes_jobs(make_context):
    async with make_context("cdr") as context:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with context.db.transaction() as tx:
                await jobs.forget(tx, ["anybody"])


async def test_who_does_not_exist_is_not_erased_and_nobody_twice(world, begun):
    erasure_id, person = begun
    for number in ("SB-999999", person["id"]):
        with pytest.raises(NotFound):
            await erasures.at_once(world.context, WHO, NewErasure(participant=number, ground="unlawful"))
    with pytest.raises(Conflict):
        await erasures.agree(world.context, ADMIN, erasure_id)


async def test_what_one_administrator_asked_for_can_be_agreed_to_from_a_shell(world):
    form = NewErasure(participant=(await world.enrol())["id"], ground="objection")
    asked = await erasures.ask(world.context, ADMIN, form)
    begun = await erasures.at_once(world.context, WHO, form)
    assert (begun.id, begun.asked_by, begun.agreed_by) == (asked.id, ADMIN.who, WHO)


@pytest.mark.parametrize(
    "form", [{"ground": "objection"}, {"participant": "SB-1", "ground": "objection"}, {}]
)
async def test_a_form_that_is_not_good_is_refused_by_its_fields(world, form):
    async with world.client(ADMIN) as client:
        assert (await client.post("/api/erasures", json=form)).status_code == 422
        odd = {"participant": "SB-0001", "ground": "because"}
        assert (await client.post("/api/erasures", json=odd)).json()["errors"][0]["path"] == "ground"
