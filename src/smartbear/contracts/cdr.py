"""The client of ``cdr``."""

from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter

from smartbear.contracts.client import ComponentClient


class Condition(BaseModel):
    """A condition on a subject's record: a SNOMED CT code and its words."""

    model_config = ConfigDict(frozen=True)

    code: str
    display: str


class CdrClient(ComponentClient):
    """Asks ``cdr``."""

    component: ClassVar[str] = "cdr"

    async def conditions(self, subject: str) -> list[Condition]:
        """The subject's confirmed, active conditions."""
        answer = await self.request("GET", f"/internal/subjects/{subject}/conditions")
        return _CONDITIONS.validate_json(answer.content)

    async def transaction(self, bundle: dict[str, Any]) -> dict[str, Any]:
        """Write a transaction Bundle as a whole; returns the answering Bundle."""
        answer = await self.request("POST", "/fhir", content=orjson.dumps(bundle), headers=_FHIR)
        answered: dict[str, Any] = orjson.loads(answer.content)
        return answered


_FHIR = {"content-type": "application/fhir+json"}
_CONDITIONS = TypeAdapter(list[Condition])
