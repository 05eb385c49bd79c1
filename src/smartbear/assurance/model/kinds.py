"""What an access was about, in as many kinds as a participant can tell apart."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args
from urllib.parse import parse_qs

from smartbear.contracts.readings import BLOOD_PRESSURE, DIASTOLIC, MEASURES, SYSTOLIC

Kind = Literal[
    "blood_pressure",
    "heart_rate",
    "oxygen",
    "temperature",
    "weight",
    "steps",
    "sleep",
    "readings",
    "limits",
    "alerts",
    "profile",
    "conditions",
    "medicines",
    "answers",
    "devices",
    "consent",
    "messages",
    "account",
    "trail",
    "identity",
    "day",
    "record",
]
"""The first seven are measures; ``readings`` are those of several measures, ``record`` is whatever else."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_BY_TYPE: Mapping[str, Kind] = {
    "AuditEvent": "trail",
    "Batch": "readings",
    "Condition": "conditions",
    "Consent": "consent",
    "Device": "devices",
    "DeviceMetric": "devices",
    "DeviceUseStatement": "devices",
    "MedicationAdministration": "medicines",
    "MedicationDispense": "medicines",
    "MedicationRequest": "medicines",
    "MedicationStatement": "medicines",
    "Notice": "alerts",
    "Observation": "readings",
    "Participant": "profile",
    "Patient": "profile",
    "QuestionnaireResponse": "answers",
    "RelatedPerson": "profile",
}

_BY_ADDRESS: tuple[tuple[str, Kind], ...] = (
    ("/api/audit", "trail"),
    ("/api/decisions/episodes", "alerts"),
    ("/api/decisions/limits", "limits"),
    ("/api/devices", "devices"),
    ("/api/inbox", "alerts"),
    ("/api/measurements", "readings"),
    ("/api/messages", "messages"),
    ("/api/mobile", "day"),
    ("/api/participants/{participant_id}/consents", "consent"),
    ("/api/participants/{participant_id}/devices", "devices"),
    ("/api/participants", "profile"),
    ("/api/pseudonyms", "identity"),
    ("/internal/participants", "profile"),
)
"""Beginnings of addresses outside of FHIR, where entities say less; the first that fits counts."""

_MEASURES: Mapping[str, Kind] = {
    code: next(kind for kind in KINDS if kind == name)
    for code, name in {**MEASURES, **dict.fromkeys((SYSTOLIC, DIASTOLIC), MEASURES[BLOOD_PRESSURE])}.items()
}


def kinds(source: str, address: str, query: str, entities: Sequence[str]) -> dict[Kind, list[str]]:
    """Kinds of what an event is about, each with a person's ``entities`` in it.

    ``source``, ``address`` and ``query`` are the event's; ``query`` is empty if it is not about one person.
    """
    measures = _measures(query)
    path = address.partition(" ")[2]
    plain = "account" if source == "identity" else _of_address(path)
    if plain is not None:
        return {kind: list(entities) for kind in _named(plain, measures)}
    if not entities:
        return {kind: [] for kind in _named(_of_type(path.removeprefix("/fhir/")), measures)}
    found: dict[Kind, list[str]] = {}
    for entity in entities:
        kind = _of_type(entity)
        # which of several measures a reading has is not known
        found.setdefault(measures[0] if kind == "readings" and len(measures) == 1 else kind, []).append(
            entity
        )
    return found


def _of_address(path: str) -> Kind | None:
    return next((kind for beginning, kind in _BY_ADDRESS if path.startswith(beginning)), None)


def _of_type(reference: str) -> Kind:
    return _BY_TYPE.get(reference.partition("/")[0], "record")


def _named(kind: Kind, measures: Sequence[Kind]) -> Sequence[Kind]:
    return measures if kind == "readings" and measures else [kind]


def _measures(query: str) -> list[Kind]:
    """The measures a search names; none if it asks for anything else as well."""
    codes = list(_codes(parse_qs(query).get("code", ())))
    if not all(code in _MEASURES for code in codes):
        return []
    return list(dict.fromkeys(_MEASURES[code] for code in codes))


def _codes(values: Iterable[str]) -> Iterable[str]:
    """Of a token search, ``system|code`` or ``code``, several with commas."""
    for value in values:
        yield from (one.rpartition("|")[2] for one in value.split(","))
