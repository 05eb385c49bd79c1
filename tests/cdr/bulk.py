"""A caller of bulk operations, and the worker that does them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from smartbear.fhir import json
from tests.cdr.conftest import Fhir, Resource

ASYNC = {"prefer": "respond-async"}


@dataclass
class Bulk:
    """A caller; ``work`` lets the worker do all that it has been asked."""

    fhir: Fhir
    work: Callable[[], Awaitable[None]]

    async def start(self, path: str = "$export", body: Any = None, **headers: str) -> str:
        """The address of a new job."""
        answer = await self.fhir.send("POST" if body else "GET", path, body, **(ASYNC | headers))
        assert answer.status_code == 202, answer.text
        return place_of(answer.headers["content-location"])

    async def manifest(self, path: str = "$export", body: Any = None, **headers: str) -> Resource:
        """What a job ends in."""
        place = await self.start(path, body, **headers)
        await self.work()
        return await self.fhir.get(place)

    async def read(self, manifest: Resource, purpose: str = "output") -> list[Resource]:
        """The lines of all files of a purpose."""
        found = []
        for file in manifest[purpose]:
            answer = await self.fhir.send("GET", place_of(file["url"]), accept="application/fhir+ndjson")
            assert answer.headers["content-type"] == "application/fhir+ndjson"
            lines = [json.decode(line) for line in answer.content.splitlines()]
            assert len(lines) == file["count"]
            found += lines
        return found

    async def exported(self, path: str = "$export", body: Any = None) -> list[Resource]:
        """Every resource of an export."""
        return await self.read(await self.manifest(path, body))


def place_of(url: str) -> str:
    return url.partition("/fhir/")[2]


def named(lines: list[Resource]) -> list[str]:
    """Types and ids, in order; a resource that is there twice is named twice."""
    return sorted(f"{line['resourceType']}/{line['id']}" for line in lines)
