"""Settings of the front door."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """Rates are requests a second that one caller may keep up; ten seconds' worth may come at once."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_GATEWAY_", frozen=True, extra="ignore")

    person_rate: float = Field(50, gt=0, description="Requests a second of one signed-in person.")
    machine_rate: float = Field(20_000, gt=0, description="Requests a second of one machine client.")
    address_rate: float = Field(30, gt=0, description="Requests a second of one address before signing in.")
