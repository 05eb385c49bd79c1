"""Settings of ``assurance``: the log's name and key, and who watches it."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

_Key = Annotated[str, StringConstraints(pattern=r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$")]
"""A verifier key of C2SP signed-note; `services.py` looks whether it is one."""


class AssuranceSettings(BaseSettings):
    """Read once at start, from variables that begin with ``SMARTBEAR_ASSURANCE_``."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_ASSURANCE_", frozen=True, extra="ignore")

    origin: str = Field(
        "smartbear-audit",
        pattern=r"^[!-*,-~]{1,200}$",
        description="Name of the log in its checkpoints, such as `bear.example/audit`; unlike any other's.",
    )
    signing_key: SecretStr | None = Field(
        None,
        min_length=44,
        max_length=44,
        description="32 random bytes as base64. Empty: a file made on first start in the data directory.",
    )
    witness_folder: Path | None = Field(
        None, description="Where checkpoints are kept as files. Empty: `witness` in the data directory."
    )
    witnesses: dict[str, _Key] = Field(
        default_factory=dict,
        description="JSON object from the address of a witness (C2SP tlog-witness) to its verifier key.",
    )
    witnessed: tuple[_Key, ...] = Field(
        (), description="JSON list of verifier keys of other logs, for which this one is a witness."
    )
    former_keys: tuple[_Key, ...] = Field(
        (), description="JSON list of verifier keys that signed this log's checkpoints before."
    )
    retention_days: int | None = Field(
        None, ge=365, description="Days after which `smartbear audit expire` removes events. Empty: never."
    )
