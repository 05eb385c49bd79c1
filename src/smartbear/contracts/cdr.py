"""The client of ``cdr``."""

from typing import ClassVar

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


_CONDITIONS = TypeAdapter(list[Condition])
