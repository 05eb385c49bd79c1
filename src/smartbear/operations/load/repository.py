"""Sending Bundles to the repository."""

from smartbear.contracts.client import ComponentClient
from smartbear.fhir import json
from smartbear.operations.load.bundles import Json

_FHIR = "application/fhir+json"


class Repository(ComponentClient):
    """The repository as a load sees it."""

    component = "cdr"

    async def post(self, bundle: Json) -> tuple[bool, Json]:
        """Whether the Bundle was taken, and the answering Bundle or OperationOutcome."""
        answer = await self.send(
            "POST", "/fhir", content=json.encode(bundle), headers={"content-type": _FHIR}, timeout=600
        )
        body: Json = json.decode(answer.content)
        return answer.is_success, body
