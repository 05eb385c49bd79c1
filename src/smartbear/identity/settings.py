"""Settings of the identity provider."""

from datetime import timedelta

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from smartbear.contracts.roles import PARTICIPANT, STAFF
from smartbear.kit.settings import Environment


class IdentitySettings(BaseSettings):
    """Lifetimes are in seconds where nothing else is said."""

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
    participant_lifetime: int = Field(
        2_592_000,
        ge=300,
        description="Seconds a participant stays signed in on the own device, in place of both of the above.",
    )

    staff_second_factor: bool | None = Field(
        default=None,
        description="Whether staff sign in with a second factor; who has none sets one up. "
        "Unset: yes, but for the environments demo and test.",
    )
    key_days: int = Field(90, ge=1, le=3650, description="Days after which the next signing key is made.")

    keycloak_url: str = Field(
        "", description="A Keycloak that keeps accounts and gives tokens in place of the embedded provider."
    )
    keycloak_secret: SecretStr = Field(
        SecretStr(""), description="Secret of the client usermanager there, for user administration."
    )

    def needs_second_factor(self, role: str, environment: Environment) -> bool:
        """Whether a password alone is not enough for whoever has this role."""
        wanted = self.staff_second_factor
        return role in STAFF and (environment == "production" if wanted is None else wanted)

    def session(self, role: str) -> timedelta:
        """How long a browser stays signed in."""
        return timedelta(seconds=self.participant_lifetime if role == PARTICIPANT else self.session_lifetime)

    def refresh(self, role: str) -> timedelta:
        """How long a refresh token may lie unused."""
        alone = self.refresh_token_lifetime
        return timedelta(seconds=self.participant_lifetime if role == PARTICIPANT else alone)
