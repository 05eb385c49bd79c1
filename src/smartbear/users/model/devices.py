"""Devices and whose they are for a while."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from smartbear.contracts.people import Category


class Device(BaseModel):
    """A device as its organisation knows it."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: str = Field(description="What is written on it, such as BP-0917; unique in its organisation.")
    category: Category
    status: Literal["active", "inactive", "suspended"]


class HeldDevice(Device):
    """A device in the hands of a participant, now or once."""

    assigned_from: datetime
    assigned_to: datetime | None = Field(description="Null while the participant has it.")
    last_reading_at: datetime | None = Field(
        None, description="Device time of its newest reading, by anyone."
    )


class StockedDevice(Device):
    """A device in its organisation's list."""

    participant: str | None = Field(description="Who has it now.")
    assigned_from: datetime | None
    last_reading_at: datetime | None = None


class Assignment(BaseModel):
    """That one participant had one device from one instant until another."""

    model_config = ConfigDict(frozen=True)

    device: Device
    subject: str
    assigned_from: datetime
    assigned_to: datetime | None
