"""A participant's conditions as FHIR, for the repository."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

_NAMESPACE = uuid.UUID("5d0d6c1b-0a35-5a3e-9c4b-2f43b1a6a7aa")
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_DISPLAYS = {
    "38341003": "Hypertensive disorder",
    "703272007": "Heart failure with reduced ejection fraction",
    "446221000": "Heart failure with preserved ejection fraction",
    "49436004": "Atrial fibrillation",
    "15188001": "Hearing loss",
    "386805003": "Mild cognitive impairment",
    "248279007": "Frailty",
    "35489007": "Depressive disorder",
    "111541001": "Benign paroxysmal positional vertigo",
}


def conditions(subject: str, codes: Iterable[str], recorded: datetime) -> dict[str, Any]:
    """A transaction that writes one confirmed, active Condition for each SNOMED CT code; may be repeated."""
    entries = [_entry(_condition(subject, code, recorded)) for code in codes]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    return {"resource": resource, "request": {"method": "PUT", "url": f"Condition/{resource['id']}"}}


def _condition(subject: str, code: str, recorded: datetime) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": str(uuid.uuid5(_NAMESPACE, f"{subject}/{code}")),
        "clinicalStatus": _concept(f"{_TERMINOLOGY}/condition-clinical", "active"),
        "verificationStatus": _concept(f"{_TERMINOLOGY}/condition-ver-status", "confirmed"),
        "category": [_concept(f"{_TERMINOLOGY}/condition-category", "problem-list-item")],
        "code": _concept("http://snomed.info/sct", code, _DISPLAYS[code]),
        "subject": {"reference": f"Patient/{subject}"},
        "recordedDate": recorded.date().isoformat(),
    }


def _concept(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}
