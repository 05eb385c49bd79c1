"""Participants, their consent and devices as FHIR; nothing in it identifies a person outside ``users``."""

from typing import Any

from smartbear.cdr.model.consent import ACTS, REASON_OF, REASONS, SCOPES
from smartbear.contracts.events import DeviceAssigned, ParticipantChanged, ParticipantConsented

LABEL = "https://smart-bear.eu/fhir/device-label"
CATEGORY = "https://smart-bear.eu/fhir/CodeSystem/device-category"

_WITHDRAWN = "withdrawn"
_SCOPE = {"care": "patient-privacy", "research": "research"}
_CONSENT = {"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}


def patient(event: ParticipantChanged) -> dict[str, Any]:
    """The Patient of a participant: repository id, sex, month of birth, and who looks after the person."""
    return {
        "resourceType": "Patient",
        "id": event.subject,
        "active": event.status != _WITHDRAWN,
        "gender": event.sex,
        "birthDate": event.birth_month,
        "managingOrganization": {"reference": f"Organization/{event.organisation}"},
    }


def device(event: DeviceAssigned) -> dict[str, Any]:
    """The Device as it is now: with its patient, or with nobody once it was taken back."""
    resource: dict[str, Any] = {
        "resourceType": "Device",
        "id": event.device_id,
        "identifier": [{"system": LABEL, "value": event.label}],
        "status": "active",
        "deviceName": [{"name": event.label, "type": "user-friendly-name"}],
        "type": {"coding": [{"system": CATEGORY, "code": event.category}]},
    }
    if event.assigned_to is None:
        resource["patient"] = {"reference": f"Patient/{event.subject}"}
    return resource


def consent(said: ParticipantConsented) -> dict[str, Any]:
    """One Consent of each person for each purpose: its versions are what the person said over the years."""
    patient = {"reference": f"Patient/{said.subject}"}
    resource: dict[str, Any] = {
        "resourceType": "Consent",
        "id": f"{said.subject}-{said.purpose}",
        "status": "active" if said.given else "inactive",
        "scope": {"coding": [{"system": SCOPES, "code": _SCOPE[said.purpose]}]},
        "category": [{"coding": [_CONSENT]}],
        "patient": patient,
        "dateTime": said.at.isoformat(timespec="milliseconds"),
        "performer": [patient],
        "organization": [{"reference": f"Organization/{said.organisation}"}],
        "policyRule": {"coding": [{"system": ACTS, "code": "OPTIN"}]},
        "provision": {"purpose": [{"system": REASONS, "code": REASON_OF[said.purpose]}]},
    }
    if said.signed:
        resource["sourceAttachment"] = {"title": "Paper form", "creation": said.signed.isoformat()}
    return resource
