"""Settings of the clinical data repository."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class CdrSettings(BaseSettings):
    """Limits of the FHIR interface; environment variables with the prefix ``SMARTBEAR_CDR_``."""

    model_config = SettingsConfigDict(env_prefix="SMARTBEAR_CDR_", frozen=True, extra="ignore")

    resource_bytes: int = Field(8 << 20, ge=1024, description="Largest body of a request, in bytes.")
    bundle_bytes: int = Field(
        50 << 20,
        ge=1024,
        description="Largest Bundle of a client that writes for the whole system, in bytes.",
    )
    page_size: int = Field(50, ge=1, description="Matches on a page when a search does not say _count.")
    page_limit: int = Field(1000, ge=1, description="Most matches on a page, whatever _count says.")
    include_limit: int = Field(1000, ge=1, description="Most resources included with a page.")
    search_seconds: float = Field(10.0, gt=0, description="After which a search is given up as too costly.")
    bulk_jobs: int = Field(3, ge=1, description="Exports, and imports, a client may have under way at once.")
    bulk_hours: float = Field(
        1.0, gt=0, description="Hours after its end that an export or import and its files are kept."
    )
    import_bytes: int = Field(1 << 30, ge=1024, description="Largest input of an import, in bytes.")
    import_sources: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses that imports may read below, separated by commas. Empty: uploads alone.",
    )
    expansion_limit: int = Field(
        10_000, ge=1, description="Most codes of a value set that one answer lists; more come page by page."
    )
    subscription_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Hosts inside, as host or host:port, that subscriptions may notify, separated by commas; "
        "also by plain HTTP. Empty: public hosts alone.",
    )
    subscription_tries: int = Field(
        12, ge=1, description="Failures in a row after which a subscription ends with the status error."
    )
    unknown_profiles: Literal["accept", "refuse"] = Field(
        "accept", description="What becomes of a resource that claims a profile nobody here knows."
    )
    update_create: bool = Field(
        True,  # noqa: FBT003 - the default of a field
        description="Whether PUT may make a resource under an id of the client's.",
    )
    delete_matches: int = Field(
        1,
        ge=1,
        le=1000,
        description="Most resources that one conditional delete may delete.",
    )
    cursor_minutes: int = Field(30, ge=1, description="How long the link to the next page stays good.")

    @field_validator("import_sources", "subscription_hosts", mode="before")
    @classmethod
    def _split(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        return tuple(one.strip() for one in given if one.strip())
