"""A rule as its file says it, and the signature without which it does not judge real people."""

import hashlib
import tomllib
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from smartbear.decisions.model.band import Band, Bounds


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Floors(_Entry):
    extreme: Band
    red: Band

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if not self.red.encloses(self.extreme):
            raise ValueError("the extreme band must lie inside the red floor")
        return self

    def bounds(self) -> Bounds:
        """The floors as what judges a value."""
        return Bounds(self.extreme, self.red)


class SignOff(_Entry):
    """A clinician's signature under one version of one rule file."""

    rule: str
    version: int
    sha256: str
    signed_by: str
    """Name and function, as the deployment's records have them."""
    signed_on: date


class Rule(_Entry):
    """Repeat, then alert: for people with all of ``conditions``."""

    id: str
    version: int
    title: str
    source: str
    measure: Literal["blood_pressure"]
    conditions: tuple[str, ...] = Field(min_length=1)
    """SNOMED CT codes."""
    repeat_window_minutes: int = Field(gt=0, le=60)
    systolic: _Floors
    diastolic: _Floors
    sha256: str
    """Of the file."""
    sign_off: SignOff | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rule in a TOML file; ValueError if the file has a fault."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        return cls.model_validate({**tomllib.loads(text), "sha256": digest})

    @property
    def window(self) -> timedelta:
        """How long a repeat counts."""
        return timedelta(minutes=self.repeat_window_minutes)

    def applies_to(self, conditions: Collection[str]) -> bool:
        """Whether the rule judges a person with these conditions."""
        return set(self.conditions) <= set(conditions)

    def signed(self, records: Collection[SignOff]) -> "Rule":
        """The rule with its signature, if one of the records is for exactly this file."""
        found = (
            record
            for record in records
            if (record.rule, record.version, record.sha256) == (self.id, self.version, self.sha256)
        )
        return self.model_copy(update={"sign_off": next(found, None)})


def sign_offs(text: str) -> tuple[SignOff, ...]:
    """The records of a deployment's TOML file."""
    return tuple(SignOff.model_validate(entry) for entry in tomllib.loads(text).get("sign_off", ()))
