"""Settings of the front door."""

import re
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?")


class GatewaySettings(BaseSettings):
    """Rates are requests a second that one caller may keep up, at all replicas together.

    Ten seconds' worth may come at once.
    """

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_GATEWAY_", frozen=True, extra="ignore")

    person_rate: float = Field(50, gt=0, description="Requests a second of one signed-in person.")
    alarm_rate: float = Field(50, gt=0, description="The same for inbox, decisions and the app's first page.")
    message_rate: float = Field(0.3, gt=0, description="Messages a second of one participant.")
    client_rate: float = Field(
        20_000,
        gt=0,
        description="Requests a second of all people of one client together, such as the app.",
    )
    machine_rate: float = Field(20_000, gt=0, description="Requests a second of one machine client.")
    address_rate: float = Field(30, gt=0, description="Requests a second of one address before signing in.")
    sign_in_rate: float = Field(30, gt=0, description="The same at the pages and tokens of signing in.")
    most_waiting: int = Field(
        1000, ge=10, description="Requests a process takes on at a time; see the classes of requests."
    )
    most_late: float = Field(
        2,
        gt=0,
        description="Seconds that a process may come late with what is due before it takes on no more.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins of pages elsewhere that may call the APIs, separated by commas. Empty: none."
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        return tuple(one.strip() for one in given if one.strip())

    @field_validator("cors_origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Whole origins as browsers write them (RFC 6454 §6.1); no pattern, nothing in the clear."""
        if not all(_ORIGIN.fullmatch(one) for one in value):
            raise ValueError("an origin is https://host, or http://localhost to try things out")
        return value
