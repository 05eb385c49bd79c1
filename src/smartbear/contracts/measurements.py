"""The client of ``measurements``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.events import ConsentChanged
from smartbear.contracts.scope import AccessScope

IDEMPOTENCY_KEY = "idempotency-key"


class MeasurementsClient(ComponentClient):
    """Asks ``measurements``, and sends it readings."""

    component: ClassVar[str] = "measurements"

    async def heed(self, change: ConsentChanged) -> None:
        """Have what a person's consent says heeded from the next question on."""
        await self.request("PUT", "/internal/consent", json=change.model_dump(mode="json"))

    async def last_readings(self, device_ids: Sequence[str], *, own: bool = False) -> dict[str, datetime]:
        """Device time of each device's newest reading; devices without one are absent.

        Readings of people whose data is withheld do not count, unless it is they who ask (``own``).
        """
        asked = {"device_ids": list(device_ids), "own": own}
        answer = await self.request("POST", "/internal/devices/last-readings", json=asked)
        return _LAST.validate_json(answer.content)

    async def submit(
        self, batch: dict[str, Any], key: str, scope: AccessScope | None = None
    ) -> dict[str, Any]:
        """Send a batch in the form of ``POST /api/measurements`` under an idempotency key.

        Without ``scope`` the batch must name its ``subject``. Unprocessable names each field that is wrong.
        """
        answer = await self.request(
            "POST", "/api/measurements", json=batch, headers={IDEMPOTENCY_KEY: key}, scope=scope
        )
        stored: dict[str, Any] = answer.json()
        return stored

    async def summary(self, subject: str, days: int = 14, scope: AccessScope | None = None) -> dict[str, Any]:
        """Newest reading and daily series of every measure, as ``GET /api/measurements/summary`` has it."""
        answer = await self.request(
            "GET", "/api/measurements/summary", params={"subject": subject, "days": days}, scope=scope
        )
        found: dict[str, Any] = answer.json()
        return found


_LAST = TypeAdapter(dict[str, datetime])
