"""The client of ``cdr``: FHIR R4 as far as other components need it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel, ConfigDict

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.events import ConsentChanged, ParticipantConsented
from smartbear.contracts.scope import AccessScope
from smartbear.fhir import json
from smartbear.kit import errors

Resource = dict[str, Any]
"""As ``smartbear.fhir.json`` reads it: decimals keep the precision they were written with."""

_JSON = {"content-type": "application/fhir+json"}
_BY_STATUS: dict[int, type[errors.PlatformError]] = {
    cls.status: cls
    for cls in reversed(vars(errors).values())
    if isinstance(cls, type) and issubclass(cls, errors.PlatformError)
}


class Condition(BaseModel):
    """A condition on a subject's record: a SNOMED CT code and its words."""

    model_config = ConfigDict(frozen=True)

    code: str
    display: str


class CdrClient(ComponentClient):
    """Asks ``cdr``; errors come back as members of the error family, with FHIRPath locations."""

    component: ClassVar[str] = "cdr"

    async def search(
        self, resource_type: str, parameters: Mapping[str, str], *, scope: AccessScope | None = None
    ) -> AsyncIterator[Resource]:
        """Every match, page after page; resources that were included come too."""
        answer = await self._fhir("GET", f"/fhir/{resource_type}", scope=scope, params=parameters)
        while True:
            bundle = json.decode(answer.content)
            for entry in bundle.get("entry", ()):
                if entry["search"]["mode"] != "outcome":
                    yield entry["resource"]
            links = {link["relation"]: link["url"] for link in bundle.get("link", ())}
            if "next" not in links:
                return
            answer = await self._fhir("GET", httpx.URL(links["next"]).raw_path.decode(), scope=scope)

    async def put(self, resource: Resource, *, scope: AccessScope | None = None) -> Resource:
        """Write a resource under its own id; returns it as stored."""
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        return await self._send("PUT", path, resource, scope)

    async def transaction(self, bundle: Resource, *, scope: AccessScope | None = None) -> Resource:
        """Write a transaction Bundle as a whole; returns the answering Bundle."""
        return await self._send("POST", "/fhir", bundle, scope)

    async def conditions(self, subject: str) -> list[Condition]:
        """The subject's confirmed, active conditions."""
        wanted = {"patient": subject, "clinical-status": "active", "verification-status": "confirmed"}
        found = [_coding(resource) async for resource in self.search("Condition", wanted)]
        return [
            Condition(code=coding["code"], display=coding.get("display", "")) for coding in found if coding
        ]

    async def consent(self, said: ParticipantConsented) -> ConsentChanged:
        """Keep at once what a participant said; returns what all of the person's Consents say from now on."""
        answer = await self.request("PUT", "/internal/consents", json=said.model_dump(mode="json"))
        return ConsentChanged.model_validate_json(answer.content)

    async def _send(self, method: str, path: str, body: Resource, scope: AccessScope | None) -> Resource:
        answer = await self._fhir(method, path, scope=scope, content=json.encode(body), headers=_JSON)
        stored: Resource = json.decode(answer.content)
        return stored

    async def _fhir(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = await self.send(method, path, **options)
        if answer.is_error:
            raise _error_of(answer)
        return answer


def _coding(condition: Resource) -> Resource | None:
    codings = condition.get("code", {}).get("coding", ())
    return next((coding for coding in codings if coding.get("code")), None)


def _error_of(answer: httpx.Response) -> errors.PlatformError:
    """The error that an OperationOutcome tells of."""
    outcome = json.decode(answer.content) if answer.content else {}
    faults = tuple(
        errors.FieldError(issue["expression"][0], issue["code"], issue.get("diagnostics", ""))
        for issue in outcome.get("issue", ())
        if issue.get("expression")
    )
    return _BY_STATUS.get(answer.status_code, errors.PlatformError)(errors=faults)
