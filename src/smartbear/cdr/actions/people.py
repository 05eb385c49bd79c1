"""Participants and devices as FHIR, with nothing in it that identifies a person outside ``users``."""

from typing import Any

from smartbear.contracts.events import DeviceAssigned, ParticipantChanged

LABEL = "https://smart-bear.eu/fhir/device-label"
CATEGORY = "https://smart-bear.eu/fhir/CodeSystem/device-category"

_WITHDRAWN = "withdrawn"


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
