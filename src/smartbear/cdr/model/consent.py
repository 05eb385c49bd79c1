"""What a person's Consents (https://hl7.org/fhir/R4/consent.html) say about who may see that person's data.

Two purposes are known: *care* by the organisation that looks after the person, and *research* by projects. A
Consent speaks of them if its scope is ``patient-privacy`` (of both, unless its provision names purposes) or
``research``; what it says of treatments and of the end of life is not about data. It is read in this order:

1. ``active``: it permits or forbids, as its ``policyRule`` (OPTIN, OPTOUT) or ``provision.type`` says, during
   ``provision.period``.
2. ``inactive`` or ``rejected``: what it permitted, it permits no more; what it forbade, it forbids no more.
3. ``draft``, ``proposed``, ``entered-in-error``: it says nothing.

Care was agreed to when the person was enrolled: it is seen until a Consent about it says otherwise. Then, and
for research always, what some Consent permits is seen, but for what any forbids.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from smartbear.fhir.search.dates import period
from smartbear.fhir.search.values import DateRange
from smartbear.kit.errors import FieldError

TYPE = "Consent"
Purpose = Literal["care", "research"]
Rule = Literal["permit", "deny"]

SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
ACTS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

_PURPOSES_OF: Mapping[str, frozenset[Purpose]] = {
    "patient-privacy": frozenset({"care", "research"}),
    "research": frozenset({"research"}),
}
REASON_OF: Mapping[Purpose, str] = {"care": "TREAT", "research": "HRESCH"}
_NAMED = {reason: purpose for purpose, reason in REASON_OF.items()}
_RULES: Mapping[str, Rule] = {"OPTIN": "permit", "OPTOUT": "deny", "permit": "permit", "deny": "deny"}
"""Codes of ``policyRule``, and of a provision's ``type``."""
_KEPT = frozenset({"id", "extension", "type", "period", "purpose"})
_SIDES = frozenset({"id", "start", "end"})
_SPEAKING = frozenset({"active", "inactive", "rejected"})


class Said(NamedTuple):
    """What one Consent says; ``ended``: it was asked for, and does not permit (any more)."""

    kind: Literal["permit", "deny", "ended"]
    purposes: frozenset[Purpose]
    during: DateRange | None
    """None: at all times."""


class Standing(NamedTuple):
    """What all of a person's Consents together say about one purpose; None among the times: always."""

    is_asked: bool
    """Whether any speaks of leave to see, so that enrolment alone says it no more."""
    permitted: Sequence[DateRange | None]
    forbidden: Sequence[DateRange | None]

    def allows(self, purpose: Purpose, at: datetime) -> bool:
        """Whether data may be seen for the purpose at an instant; the database says the same of now."""
        agreed = _covers(self.permitted, at) or (purpose == "care" and not self.is_asked)
        return agreed and not _covers(self.forbidden, at)


def standing(purpose: Purpose, consents: Iterable[Mapping[str, Any]]) -> Standing:
    """Of all Consents of one person, in any order."""
    said = [one for consent in consents if (one := read(consent)) and purpose in one.purposes]
    return Standing(
        any(one.kind != "deny" for one in said),
        [one.during for one in said if one.kind == "permit"],
        [one.during for one in said if one.kind == "deny"],
    )


def read(consent: Mapping[str, Any]) -> Said | None:
    """What a valid Consent says. One that cannot be kept in full (see ``faults``) forbids all it is about."""
    about, status = _about(consent), consent["status"]
    if not about or status not in _SPEAKING:
        return None
    rule, is_kept = _rule(consent), not any(_unkept(consent, about))
    provision = consent.get("provision") or {}
    named = frozenset(_NAMED[code] for code in _reasons(provision)) if is_kept else about
    if status != "active":
        forbade = is_kept and rule == "deny"
        return None if forbade else Said("ended", named or about, None)
    during = period(provision.get("period") or {}) if is_kept else []
    return Said(rule if is_kept and rule else "deny", named or about, during[0] if during else None)


def faults(consent: Mapping[str, Any]) -> Iterator[FieldError]:
    """What of a valid Consent could not be kept as it is meant: one in force must have none."""
    about = _about(consent)
    if about and consent["status"] == "active":
        yield from _unkept(consent, about)


def _unkept(consent: Mapping[str, Any], about: frozenset[Purpose]) -> Iterator[FieldError]:
    if "reference" not in consent.get("patient", {}):
        yield FieldError("Consent.patient", "required", "must refer to the person whose data this is about")
    if "modifierExtension" in consent:
        yield _unknown("Consent.modifierExtension")
    if _rule(consent) is None:
        yield FieldError(
            "Consent.policyRule", "value", "must be OPTIN or OPTOUT; a provision's type must say the same"
        )
    provision = consent.get("provision") or {}
    for name in sorted(provision.keys() - _KEPT):
        yield _unknown(f"Consent.provision.{name.removeprefix('_')}")
    for name in sorted((provision.get("period") or {}).keys() - _SIDES):
        yield _unknown(f"Consent.provision.period.{name.removeprefix('_')}")
    for place, code in enumerate(_reasons(provision)):
        if _NAMED.get(code) not in about:
            yield _unknown(f"Consent.provision.purpose[{place}]")


def _about(consent: Mapping[str, Any]) -> frozenset[Purpose]:
    codes = _codes(consent["scope"].get("coding") or (), SCOPES)
    return frozenset[Purpose]().union(*(_PURPOSES_OF.get(code, ()) for code in codes))


def _rule(consent: Mapping[str, Any]) -> Rule | None:
    """None if nothing is said, or one thing and its opposite."""
    codes = _codes((consent.get("policyRule") or {}).get("coding") or (), ACTS)
    codes.append((consent.get("provision") or {}).get("type", ""))
    said = {_RULES[code] for code in codes if code in _RULES}
    return said.pop() if len(said) == 1 else None


def _reasons(provision: Mapping[str, Any]) -> list[str]:
    """Codes of the purposes named; «» for one of another system."""
    found = provision.get("purpose") or ()
    return [one.get("code", "") if one.get("system") == REASONS else "" for one in found]


def _codes(codings: Iterable[Mapping[str, Any]], system: str) -> list[str]:
    return [coding.get("code", "") for coding in codings if coding and coding.get("system") == system]


def _covers(times: Sequence[DateRange | None], at: datetime) -> bool:
    return any(one is None or one.start <= at < one.end for one in times)


def _unknown(place: str) -> FieldError:
    return FieldError(place, "not-supported", "is not kept here, so it cannot be part of a consent in force")
