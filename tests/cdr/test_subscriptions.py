import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta

import asyncpg
import pytest
from msgspec.structs import replace

from smartbear.cdr.actions.subscriptions import watch
from smartbear.cdr.actions.subscriptions.take_up import take_up_changed
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.scope import SYSTEM, AccessScope
from smartbear.fhir import json, xml
from tests.cdr.conftest import issues, observation, patient
from tests.cdr.subscribers import status
from tests.conftest import eventually


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    monkeypatch.setenv("SMARTBEAR_CDR_SUBSCRIPTION_HOSTS", "127.0.0.1")
    monkeypatch.setenv("SMARTBEAR_CDR_SUBSCRIPTION_TRIES", "3")


JSON = {"payload": "application/fhir+json"}


async def test_a_subscriber_is_told_of_each_change_that_matches_in_order(fhir, subscribe, endpoint, working):
    async with working():
        made = await subscribe(endpoint, **JSON, header=["Authorization: Bearer s3cret"])
        assert made["status"] == "active"
        person = await fhir.create(patient())
        for value in range(5):
            last = await fhir.create(observation(person["id"], value=value))
            await fhir.create(observation(person["id"], code="8310-5", value=-1))
        await fhir.put(last | {"valueQuantity": last["valueQuantity"] | {"value": 9}})
        await eventually(lambda: len(endpoint.told) >= 6)
    assert endpoint.values() == [0, 1, 2, 3, 4, 9]
    method, path, headers, body = endpoint.told[-1]
    assert (method, path) == ("PUT", f"/Observation/{last['id']}")
    assert headers["authorization"] == "Bearer s3cret"
    assert headers["content-type"] == "application/fhir+json"
    assert json.decode(body) == await fhir.get(f"Observation/{last['id']}")


async def test_without_a_payload_only_the_fact_is_told_and_xml_is_for_those_who_want_it(
    fhir, subscribe, endpoints, working
):
    silent, other = await endpoints(), await endpoints()
    async with working():
        await subscribe(silent)
        await subscribe(other, payload="application/fhir+xml")
        stored = await fhir.create(observation())
        await eventually(lambda: silent.told and other.told)
    assert [(method, path, body) for method, path, _, body in silent.told] == [("POST", "/", b"")]
    assert xml.decode(other.told[0][3]) == stored


async def test_a_notification_waits_for_no_round_of_polling(fhir, subscribe, endpoint, working, monkeypatch):
    async with working():
        await subscribe(endpoint)
        await fhir.create(observation())
        await eventually(lambda: endpoint.told)
        monkeypatch.setattr(watch, "_POLL", 3600.0)

        async def is_told_of_another() -> bool:  # the first may be hidden by an older transaction elsewhere
            await fhir.create(observation())
            return len(endpoint.told) > 1

        await eventually(is_told_of_another)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"criteria": "Nothing?code=x"}, "type"),
        ({"criteria": "Observation?no-such=1"}, "parameters"),
        ({"criteria": "Observation?date=2023-02-30"}, "search"),
        ({"criteria": "Observation?subject.name=x"}, "chains"),
        ({"payload": "text/plain"}, "payload"),
        ({"header": ["Host: elsewhere"]}, "header"),
        ({"type": "email", "endpoint": "mailto:a@example.org"}, "channel"),
    ],
)
async def test_a_subscription_that_cannot_be_carried_out_says_why(subscribe, endpoint, changes, said):
    made = await subscribe(endpoint, **changes)
    assert made["status"] == "error"
    assert said in made["error"]


@pytest.mark.parametrize(
    "endpoint",
    [
        *("ftp://example.org/x", "example.org", "https://", "https://[::1", "mailto:a@example.org"),
        *("https://user@example.org/", "https://user:secret@example.org/", "https://example.org:22/"),
        *("http://127.0.0.2/", "http://127.1/", "http://2130706434/", "http://0x7f.2/", "http://0177.0.0.2/"),
        *("https://10.0.0.1/", "https://169.254.169.254/latest", "https://[fe80::1]/", "https://[::1]:8443/"),
        *("https://[::ffff:10.0.0.1]/", "https://localhost/", "https://a.LOCALHOST./x", "https://0/"),
    ],
)
async def test_an_endpoint_that_is_never_told_is_refused_wherever_it_is_written(fhir, endpoint):
    channel = {"type": "rest-hook", "endpoint": endpoint}
    resource = {"resourceType": "Subscription", "status": "requested", "reason": "x", "criteria": "Patient"}
    resource |= {"id": "unsent", "channel": channel}
    request = {"method": "PUT", "url": "Subscription/unsent"}
    entries = [{"resource": resource, "request": request}]
    place = "Subscription.channel.endpoint"
    for method, path in (("POST", "Subscription"), ("PUT", "Subscription/unsent")):
        answer = await fhir.send(method, path, resource)
        assert (answer.status_code, issues(answer)) == (422, [("value", place)]), answer.text
        assert "10.0" not in answer.text
    batch = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert batch.json()["entry"][0]["response"]["status"].startswith("422")
    whole = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert (whole.status_code, issues(whole)[0][1]) == (
        422, "Bundle.entry[0].resource.channel.endpoint"
    )  # fmt: skip


async def test_a_name_that_leads_inside_ends_the_subscription_when_it_is_told(
    fhir, subscribe, endpoint, working, monkeypatch
):
    async def inside(*_, **__):
        return [(None, None, None, "", ("10.0.0.1", 443))]

    async with working():
        made = await subscribe(endpoint)
        await fhir.put(made | {"channel": {"type": "rest-hook", "endpoint": "https://hook.example/x"}})
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", inside)
        await fhir.create(observation())
        place = f"Subscription/{made['id']}"
        await eventually(lambda: status(fhir, place, "error"))
    assert "public internet" in (await fhir.get(place))["error"]


@pytest.mark.parametrize("change", ["gone", "role", "organisation", "scope"])
async def test_who_may_no_longer_see_is_told_nothing_more(
    service, fhir, subscribe, endpoint, working, change
):
    here = service.context.new_id()
    scopes = ("system/Observation.rs", "system/Subscription.cruds")
    scope = AccessScope(role="CCM", account=here, organisations=(here,))
    if change == "scope":
        scope = AccessScope(role=SYSTEM, client=here, scopes=scopes)
    caller = await service.caller(scope)
    person = await fhir.create(patient(here))
    async with working():
        made = await subscribe(endpoint, caller=caller, **JSON)
        await fhir.create(observation(person["id"], value=1))
        await eventually(lambda: endpoint.values() == [1])
        by_now = {
            "gone": None,
            "role": replace(scope, role="Tech"),
            "organisation": replace(scope, organisations=("elsewhere",)),
            "scope": replace(scope, scopes=("system/Patient.rs", "system/Subscription.cruds")),
        }
        service.standing.scopes[scope.who] = by_now[change]
        await fhir.create(observation(person["id"], value=2))
        place = f"Subscription/{made['id']}"
        await eventually(lambda: status(fhir, place, "off"))
    assert endpoint.values() == [1]
    assert "no longer" in (await fhir.get(place))["error"]


async def test_who_follows_the_patients_of_an_organisation_is_told_until_they_move(
    service, fhir, subscribe, endpoint, working
):
    here = service.context.new_id()
    manager = await service.case_manager(here)
    staying, moving = await fhir.create(patient(here)), await fhir.create(patient(here))
    async with working():
        await subscribe(endpoint, caller=manager, **JSON)
        await fhir.create(observation(moving["id"], value=1))
        await eventually(lambda: endpoint.values() == [1])
        await fhir.put(moving | {"managingOrganization": {"reference": "Organization/elsewhere"}})
        await fhir.create(observation(moving["id"], value=2))
        await fhir.create(observation(staying["id"], value=3))
        await eventually(lambda: len(endpoint.told) > 1)
    assert endpoint.values() == [1, 3]


async def test_processes_that_hear_of_the_same_request_take_it_up_once(service, fhir, caplog):
    repository = await Repository.connect(service.context)
    resource = {"resourceType": "Subscription", "status": "requested", "reason": "x", "criteria": "Patient"}
    made = [await fhir.create(resource | {"channel": {"type": "websocket"}}) for _ in range(3)]
    await asyncio.gather(*(take_up_changed(repository) for _ in range(4)))
    for one in made:
        found = await fhir.get(f"Subscription/{one['id']}")
        assert (found["status"], found["meta"]["versionId"]) == ("active", "2")
        await fhir.send("DELETE", f"Subscription/{one['id']}")
    assert "subscription_not_taken_up" not in caplog.text


async def test_a_subscriber_who_was_away_is_told_everything_in_order(
    fhir, subscribe, endpoint, working, clock
):
    async with working():
        made = await subscribe(endpoint, **JSON)
        endpoint.answer = lambda: 503
        for value in range(3):
            await fhir.create(observation(value=value))
        await eventually(lambda: endpoint.told)
        endpoint.answer = lambda: 200

        def caught_up():
            clock.advance(timedelta(seconds=10))
            return endpoint.values()[-3:] == [0, 1, 2]

        await eventually(caught_up)
    assert await status(fhir, f"Subscription/{made['id']}", "active")


async def test_after_too_many_failures_it_is_an_error_until_it_is_requested_again(
    fhir, subscribe, endpoint, working, clock
):
    endpoint.answer = lambda: 500
    async with working():
        made = await subscribe(endpoint, **JSON)
        place = f"Subscription/{made['id']}"
        await fhir.create(observation(value=1))

        async def given_up():
            clock.advance(timedelta(seconds=10))
            return await status(fhir, place, "error")

        await eventually(given_up, within=10)
        assert (await fhir.get(place))["error"] == "The endpoint answered with status 500."
        assert len(endpoint.told) == 3
        await fhir.create(observation(value=2))
        endpoint.answer = lambda: 200
        await fhir.put(await fhir.get(place) | {"status": "requested"})
        await eventually(lambda: endpoint.values()[3:] == [1, 2])
    assert "error" not in await fhir.get(place)


async def test_an_endpoint_that_hangs_keeps_nobody_waiting(fhir, subscribe, endpoints, working):
    slow, quick = await endpoints(), await endpoints()
    slow.open.clear()
    async with working():
        await subscribe(slow)
        await subscribe(quick)
        await fhir.create(observation())
        await eventually(lambda: slow.told and quick.told, within=2)
        slow.open.set()


async def test_a_subscriber_is_told_what_the_own_scope_allows_and_nothing_else(
    service, fhir, subscribe, endpoint, working
):
    scopes = ("system/Observation.rs", "system/Subscription.cruds")
    narrow = await service.machine(*scopes)
    async with working():
        assert (await subscribe(endpoint, criteria="Patient", caller=narrow))["status"] == "error"
        await subscribe(endpoint, criteria="Observation", caller=narrow, **JSON)
        everything = await subscribe(endpoint, criteria="Patient", **JSON)
        assert everything["status"] == "active"
        await fhir.create(patient())
        await fhir.create(observation())
        await eventually(lambda: len(endpoint.told) == 2)
    assert sorted(path.split("/")[1] for _, path, *_ in endpoint.told) == ["Observation", "Patient"]
    blind = await service.machine("system/Patient.rs")
    assert (await blind.send("GET", f"Subscription/{everything['id']}")).status_code == 404


async def test_a_change_that_others_overtake_is_told_too(fhir, subscribe, endpoint, working, database_url):
    connection = await asyncpg.connect(database_url)
    async with working():
        await subscribe(endpoint, **JSON)
        async with connection.transaction():
            await connection.fetchval("SELECT pg_current_xact_id()")
            await fhir.create(observation(value=1))
            await asyncio.sleep(0.2)
            assert endpoint.told == [], "something earlier may still appear"
        await eventually(lambda: endpoint.values() == [1])
    await connection.close()


async def test_a_subscription_ends_when_its_time_is_over(fhir, subscribe, endpoint, working, clock):
    async with working():
        made = await subscribe(endpoint)
        place = f"Subscription/{made['id']}"
        await fhir.put(await fhir.get(place) | {"end": "2026-06-14T09:00:00Z"})
        clock.advance(timedelta(hours=2))
        await fhir.create(observation())
        await eventually(lambda: status(fhir, place, "off"))
    assert endpoint.told == []


KILLED = """
import asyncio, os, signal, sys
from smartbear.cdr.actions.subscriptions import deliver
from smartbear.cdr.jobs import handlers
from smartbear.kit.clock import SystemClock
from smartbear.kit.settings import PlatformSettings
from tests.conftest import open_context

send = deliver.send

async def dying(*given):
    await send(*given)
    os.kill(os.getpid(), signal.SIGKILL)

async def main(url, rid):
    settings = PlatformSettings(environment="test")
    async with open_context(url, "cdr", settings, SystemClock()) as context:
        await handlers(context)["cdr.subscriptions.deliver"]({"subscription": int(rid)})

deliver.send = dying
asyncio.run(main(*sys.argv[1:]))
"""


async def test_when_the_deliverer_is_killed_the_next_one_goes_on(
    fhir, subscribe, endpoint, working, database_url
):
    made = await subscribe(endpoint, **JSON)
    for value in range(3):
        await fhir.create(observation(value=value))
    connection = await asyncpg.connect(database_url)
    rid = await connection.fetchval("SELECT rid FROM cdr.resource WHERE id = $1", made["id"])
    await connection.close()
    command = [sys.executable, "-c", KILLED, database_url, str(rid)]
    died = await asyncio.to_thread(
        subprocess.run, command, check=False, timeout=30, env=os.environ | {"TZ": "UTC"}
    )
    assert died.returncode == -signal.SIGKILL
    assert endpoint.values() == [0]
    async with working():
        await eventually(lambda: len(endpoint.told) == 4)
    assert endpoint.values() == [0, 0, 1, 2], "told at least once, and in order"
