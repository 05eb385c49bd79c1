from collections import Counter
from dataclasses import dataclass

import pytest

from smartbear.cdr.jobs import handlers
from smartbear.fhir import json
from smartbear.kit.jobs import worker
from tests.cdr.conftest import Fhir, observation, patient

ASYNC = {"prefer": "respond-async"}


@pytest.fixture
async def work(service, database_url):
    """Let the worker do what it is asked to."""
    does = handlers(service.context)

    async def work():
        await worker.drain(database_url, does)

    return work


@dataclass
class Exporting:
    """A caller, and the worker."""

    fhir: Fhir
    work: object

    async def start(self, path="$export", **headers):
        answer = await self.fhir.send("GET", path, **(ASYNC | headers))
        assert answer.status_code == 202, answer.text
        return answer.headers["content-location"].partition("/fhir/")[2]

    async def manifest(self, path="$export"):
        place = await self.start(path)
        await self.work()
        return await self.fhir.get(place)

    async def lines(self, path="$export", purpose="output"):
        return await self.read(await self.manifest(path), purpose)

    async def read(self, manifest, purpose="output"):
        found = []
        for file in manifest[purpose]:
            answer = await self.fhir.send("GET", file["url"].partition("/fhir/")[2])
            assert answer.headers["content-type"] == "application/fhir+ndjson"
            lines = [json.decode(line) for line in answer.content.splitlines()]
            assert len(lines) == file["count"]
            found += lines
        return found


@pytest.fixture
async def exporting(fhir, work):
    return Exporting(fhir, work)


def named(lines):
    return sorted(f"{line['resourceType']}/{line['id']}" for line in lines)


async def test_an_export_holds_every_resource_as_a_read_shows_it(exporting, fhir):
    one = await fhir.create(patient())
    two = await fhir.create(observation(one["id"], value=71))
    manifest = await exporting.manifest()
    assert manifest["requiresAccessToken"] is True
    assert manifest["request"].endswith("/fhir/$export")
    lines = await exporting.read(manifest)
    assert one in lines
    assert two in lines
    assert max(Counter(named(lines)).values()) == 1
