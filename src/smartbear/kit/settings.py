"""The settings of the platform as a whole; a component's own live in its ``settings.py``.

Every setting is an environment variable with the prefix ``SMARTBEAR_`` and is documented in
``docs/reference/settings.md``; a test compares the two.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PostgresDsn, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Environment = Literal["production", "test", "demo"]


class PlatformSettings(BaseSettings):
    """Read once at start and passed down; nothing reads the environment after that."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_", frozen=True, extra="ignore")

    home: Path = Field(Path(".smartbear"), description="Data directory: database, secrets, logs.")
    host: str = Field("127.0.0.1", description="Address the front door listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the front door.")
    internal_port: int = Field(
        0, ge=0, le=65535, description="Loopback port of metrics; 0 picks a free one and prints it."
    )
    public_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses users type, separated by commas, the canonical one first. "
        "Empty: localhost and 127.0.0.1 with the port.",
    )
    environment: Environment = Field("production", description="Shown on the login page when not production.")
    database_url: PostgresDsn | None = Field(
        None, description="External PostgreSQL, version 17 or newer. Empty: the embedded server."
    )
    database_connections: int = Field(10, ge=3, le=200, description="Connections a component may hold.")
    statement_timeout: float = Field(30.0, gt=0, description="Seconds after which a statement is cancelled.")
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Root of derived keys; needed when replicas do not share a data directory.",
    )
    pseudonym_keys: Path | None = Field(
        None, description="Folder of the pseudonyms' keys. Empty: `pseudonyms` in the data directory."
    )
    pseudonym_socket: Path | None = Field(
        None, description="Socket of a key holder run apart. Empty: one is started with the gateway."
    )
    pseudonym_peers: tuple[int, ...] = Field(
        (), description="JSON list of user ids that a key holder answers besides its own."
    )
    component_urls: dict[str, str] = Field(
        default_factory=dict, description="JSON object from component to URL, for those that run elsewhere."
    )
    web: Path = Field(
        Path(__file__).resolve().parents[3] / "web", description="Folder of the built web applications."
    )
    serving_processes: int = Field(
        default_factory=lambda: max(1, (os.cpu_count() or 1) // 4),
        ge=1,
        le=64,
        description="Processes that answer at the front door. Default: one for every four cores.",
    )
    record_processes: int = Field(
        default_factory=lambda: min(1, (os.cpu_count() or 1) // 2),
        ge=0,
        le=64,
        description="Processes beside the front door for requests to the record that last, such as Bundles. "
        "Default: one where there are two cores.",
    )
    worker_concurrency: int = Field(8, ge=1, le=100, description="Jobs one worker runs at the same time.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    audit_journal: bool = Field(
        default=True,
        description="Record what is shown in a file of the data directory first, and in the database a tenth "
        "of a second later. False where that folder may go with the process: then answers wait for a commit.",
    )
    audit: bool = Field(
        default=True,
        description="Whether accesses are recorded; off only to measure what it costs, never in production.",
    )
    telemetry_endpoint: str = Field(
        "", description="OTLP/HTTP endpoint for traces; needs the extra «telemetry». Empty: no traces."
    )

    @field_validator("public_urls", mode="before")
    @classmethod
    def _split(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value.split(",")) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _no_access_without_a_record(self) -> "PlatformSettings":
        if not self.audit and self.environment == "production":
            raise ValueError("audit: in production every access is recorded")
        return self

    @property
    def record_sockets(self) -> tuple[Path, ...]:
        """Where the processes for requests that last listen."""
        return tuple(self.home / "run" / f"record-{place}.sock" for place in range(self.record_processes))

    @property
    def key_folder(self) -> Path:
        """Where the keys of the pseudonyms are."""
        return self.pseudonym_keys or self.home / "pseudonyms"

    @property
    def identification_record(self) -> Path:
        """Where it is recorded who asked whose token it was; beside the keys."""
        return self.key_folder / "re-identifications.jsonl"

    @property
    def key_socket(self) -> Path:
        """Where the process that holds them listens."""
        return self.pseudonym_socket or self.home / "run" / "keys.sock"

    def addresses(self) -> tuple[str, ...]:
        """Public addresses without a trailing slash, the canonical one first."""
        given = tuple(url.strip().rstrip("/") for url in self.public_urls if url.strip())
        return given or (f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}")
