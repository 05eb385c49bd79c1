"""The settings of decision support."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DecisionSettings(BaseSettings):
    """Read once at start."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_DECISIONS_", frozen=True, extra="ignore")

    sign_offs: Path | None = Field(
        None,
        description="TOML file with the clinicians' signatures under rules; in production an unsigned rule "
        "stops the start.",
    )
