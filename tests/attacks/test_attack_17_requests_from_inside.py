"""Attack 17: having the platform ask an address that only the platform can reach."""

import pytest

from tests.cdr.subscribers import served
from tests.cdr.two_worlds import PULSE, seen


def following(address, name):
    return {
        "resourceType": "Subscription",
        "id": name,
        "status": "requested",
        "reason": "x",
        "criteria": "Observation?code=8867-4",
        "channel": {"type": "rest-hook", "endpoint": address, "payload": "application/fhir+json"},
    }


async def test_a_subscription_reaches_nothing_inside(platform, ours):
    async with served() as inside:
        port = inside.address.rpartition(":")[2]
        hosts = (
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f000001",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
        )
        made = []
        for number, host in enumerate(hosts):
            name = f"inside-{number}"
            answer = await platform.fhir(
                "system", "PUT", f"Subscription/{name}", following(f"http://{host}:{port}/", name)
            )
            assert answer.status_code < 500
            made += [name] if answer.status_code < 300 else []
        await platform.store(seen("trigger", ours, PULSE, 66, 6))
        await platform.work()
        assert inside.told == []
        for name in made:
            kept = (await platform.fhir("system", "GET", f"Subscription/{name}")).json()
            assert kept["status"] in ("requested", "error", "off"), kept
            await platform.fhir("system", "DELETE", f"Subscription/{name}")
    await platform.fhir("system", "DELETE", "Observation/trigger")


async def test_a_project_subscribes_to_nothing(platform):
    """What is told to a subscriber is stored data; projects are refused, by hook and by websocket."""
    answer = await platform.fhir(
        "holobalance", "POST", "Subscription", following("https://example.org/", "x")
    )
    assert answer.status_code == 403
    for path in ("Subscription", "Subscription/x"):
        assert (await platform.fhir("holobalance", "GET", path)).status_code == 404
    assert (await platform.fhir("holobalance", "GET", "websocket")).status_code in (403, 404, 405)


async def test_addresses_inside_of_resources_are_not_fetched(platform, ours):
    async with served() as inside:
        body = seen("lure", ours, PULSE, 66, 6)
        body["derivedFrom"] = [{"reference": f"{inside.address}/fhir/Observation/1"}]
        body["meta"] = {"profile": [f"{inside.address}/StructureDefinition/x"]}
        answer = await platform.fhir("system", "PUT", "Observation/lure", body)
        assert answer.status_code < 500
        for path in (f"ValueSet/$expand?url={inside.address}/vs", f"Observation?code:in={inside.address}/vs"):
            assert (await platform.fhir("system", "GET", path)).status_code < 500
        assert inside.told == []
    await platform.fhir("system", "DELETE", "Observation/lure")


@pytest.mark.parametrize("who", ["holobalance", "scientist", "reader", "ccm_south", ""])
async def test_a_websocket_opens_to_those_alone_who_see_what_is_stored(platform, who):
    said, token = [], await platform.token(who) if who else ""

    async def send(message):
        said.append(message["type"])

    async def receive():
        return {"type": "websocket.connect" if not said else "websocket.disconnect", "code": 1000}

    path = "/fhir/websocket"
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "ws",
    }
    scope |= {"headers": [(b"authorization", f"Bearer {token}".encode())], "subprotocols": [], "state": {}}
    scope |= {"client": ("127.0.0.1", 1), "server": ("localhost", 8080), "extensions": {}}
    await platform.running.front(scope, receive, send)
    opens = who in ("reader", "ccm_south")
    assert said[0] == ("websocket.accept" if opens else "websocket.close")
