"""Settings of ``notifications``: the mail server, and when an alert nobody takes goes further."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotificationsSettings(BaseSettings):
    """Read once at start, from variables that begin with ``SMARTBEAR_NOTIFICATIONS_``."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_NOTIFICATIONS_", frozen=True, extra="ignore")

    smtp_host: str = Field(
        "", description="Mail server. Empty: no e-mail to staff; others count as not reached."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`none` sends in the clear: for a server on the same machine only."
    )
    smtp_username: str = Field("", description="Name at the mail server. Empty: no sign-in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_timeout: float = Field(
        10.0, gt=0, le=60, description="Seconds the mail server gets for one message."
    )
    sender: str = Field("smartbear@localhost", description="Address messages come from.")
    email_tries: int = Field(5, ge=1, le=20, description="Attempts before a message counts as failed.")
    email_pause: float = Field(
        30.0, gt=0, description="Seconds before the second attempt; doubles with each further one."
    )
    escalate_after: float = Field(
        600.0, gt=0, description="Seconds after which an unacknowledged red alert goes to the colleagues."
    )
