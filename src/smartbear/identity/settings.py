"""Settings of the identity provider."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IdentitySettings(BaseSettings):
    """Lifetimes are in seconds."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_IDENTITY_", frozen=True, extra="ignore")

    access_token_lifetime: int = Field(
        300, ge=60, le=3600, description="Seconds an access token is good for."
    )
    refresh_token_lifetime: int = Field(
        43_200, ge=300, description="Seconds without use after which a sign-in must be repeated."
    )
    session_lifetime: int = Field(
        28_800, ge=300, description="Seconds a browser stays signed in at the identity provider."
    )
