"""What somebody who wants an account must tell, and what is wrong with it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from smartbear.identity.model.strength import is_strong

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\"<>(),;:\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_LONGEST_NAME = 100
PRIVACY_NOTICE = "2026-11-01"
"""Which notice the page shows. Another one gets another name, and earlier consents keep theirs."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The form (SMBS1_TC1), as it was filled in."""

    username: str
    given_name: str
    family_name: str
    email: str
    password: str
    organisation: str
    language: str
    has_consented: bool
    """To the notice that the page shows now; a form that was open since another one is asked again."""

    @classmethod
    def read(cls, form: Mapping[str, str], language: str) -> "Registration":
        """The form's fields without surrounding spaces; what is missing is empty."""
        text = {name: form.get(name, "").strip() for name in TYPED}
        return cls(
            **text,
            password=form.get("password", ""),
            organisation=form.get("organisation", ""),
            language=language,
            has_consented=form.get("consent") == PRIVACY_NOTICE,
        )

    @property
    def name(self) -> str:
        """As colleagues read it."""
        return f"{self.given_name} {self.family_name}"

    def problems(self, organisations: Collection[str]) -> dict[str, str]:
        """Field → the word for what is wrong with it; empty if nothing is."""
        own = (self.username, self.given_name, self.family_name, self.email)
        checks = {
            "username": ("bad_username", _USERNAME.fullmatch(self.username)),
            "given_name": ("bad_name", is_name(self.given_name)),
            "family_name": ("bad_name", is_name(self.family_name)),
            "email": ("bad_email", is_email(self.email)),
            "password": ("weak_password", is_strong(self.password, own)),
            "organisation": ("bad_organisation", self.organisation in organisations),
            "consent": ("no_consent", self.has_consented),
        }
        return {field: word for field, (word, good) in checks.items() if not good}


TYPED = ("username", "given_name", "family_name", "email")
"""Fields that are shown again as they were typed."""


def is_name(text: str) -> bool:
    """Whether a person may be called this: anything that can be printed, and is not too long."""
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()


def is_email(text: str) -> bool:
    """Whether a letter could be sent there."""
    return _EMAIL.fullmatch(text) is not None and ".." not in text and text.isprintable()
