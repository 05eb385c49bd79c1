"""The rules and limits this release ships with, loaded and checked before anything is judged by them."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from smartbear.decisions.model.limits import Limit, defaults
from smartbear.decisions.model.rule import Rule, SignOff, sign_offs
from smartbear.decisions.settings import DecisionSettings
from smartbear.kit.errors import PlatformError
from smartbear.kit.settings import Environment

_RULES = ("hf5-v1.toml", "hpf5-v1.toml")
_LIMITS = "limits-v1.toml"


class UnsignedRule(PlatformError):
    """A rule has no clinician's signature, and this is no test or demonstration."""

    code = "unsigned_rule"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What readings are judged by."""

    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...]

    def rule(self, rule_id: str) -> Rule | None:
        """The loaded rule of an id; None for one a later release has dropped."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def load(settings: DecisionSettings, environment: Environment) -> RuleBook:
    """The rule book; UnsignedRule where people are real and a signature is missing or under another text."""
    records = _records(settings.sign_offs)
    rules = tuple(Rule.parse(_text(name)).signed(records) for name in _RULES)
    for rule in rules:
        if rule.sign_off is None and environment == "production":
            raise UnsignedRule(
                f"Rule {rule.id} version {rule.version} (SHA-256 {rule.sha256}) has no signature in the file "
                "that SMARTBEAR_DECISIONS_SIGN_OFFS names."
            )
    return RuleBook(rules, defaults(_text(_LIMITS)))


def _text(name: str) -> str:
    return (files("smartbear.decisions") / "rules" / name).read_text(encoding="utf-8")


def _records(path: Path | None) -> tuple[SignOff, ...]:
    return sign_offs(path.read_text(encoding="utf-8")) if path else ()
