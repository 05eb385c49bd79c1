"""Records in which everything that identifies is a canary, and the look for canaries in what was sent.

A canary is a word that nobody else uses. Ids and exact days of the records are canaries too.
"""

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from smartbear.cdr.model.consent import ACTS, SCOPES
from tests.cdr.conftest import LOINC, UCUM

Resource = dict[str, Any]

WORD = "CANARY"
BORN, SEEN = "1951-04-03", "2026-03-02"
"""Days that may not be told; what is told instead is a year, and another day."""
IDS = tuple(f"5b1e9c4e-0b0f-4a38-9c6c-{number:012}" for number in range(20))
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")


def leaks(sent: bytes) -> list[str]:
    """Canaries in something that was sent, plain, percent-encoded or in base64."""
    texts = [sent.lower(), unquote_to_bytes(sent).lower(), *_decoded(sent)]
    words = [WORD.lower(), BORN, SEEN, *IDS]
    return [word for word in words if any(word.encode() in text for text in texts)]


def _decoded(sent: bytes) -> list[bytes]:
    found = []
    for text in _BASE64.findall(sent):
        if WORD[:3].encode() in text or b"Q0FO" in text or b"NBTk" in text or b"DQU5" in text:
            plain = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            try:
                found.append(base64.b64decode(plain + b"=" * (-len(plain) % 4)).lower())
            except binascii.Error:
                continue
    return found


def _name(what: str) -> list[Resource]:
    return [
        {"family": f"{WORD}-{what}", "given": [f"{WORD}-given"], "text": f"{WORD}-whole", "use": "official"}
    ]


def _common(kind: str, place: int) -> Resource:
    """What every resource may say, all of it telling."""
    return {
        "resourceType": kind,
        "id": IDS[place],
        "meta": {
            "source": f"urn:{WORD}-source",
            "tag": [{"system": f"urn:{WORD}", "code": f"{WORD}-tag", "display": f"{WORD}-tag"}],
            "security": [{"system": f"urn:{WORD}", "code": f"{WORD}-label"}],
        },
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{WORD}-narrative</div>',
        },
        "extension": [{"url": f"http://example.org/{WORD}", "valueString": f"{WORD}-extension"}],
    }


def _identifier(what: str) -> Resource:
    assigner = {"display": f"{WORD}-assigner"}
    return {
        "system": f"urn:{WORD}-{what}",
        "value": f"{WORD}-{what}",
        "type": {"text": f"{WORD}-type"},
        "assigner": assigner,
    }


def _to(kind: str, place: int) -> Resource:
    return {
        "reference": f"{kind}/{IDS[place]}",
        "display": f"{WORD}-display",
        "identifier": _identifier("reference"),
    }


def _contact() -> list[Resource]:
    return [
        {"system": "phone", "value": f"{WORD}-phone"},
        {"system": "email", "value": f"{WORD}@example.org"},
    ]


def _address() -> Resource:
    return {
        "text": f"{WORD}-address",
        "line": [f"{WORD}-line"],
        "city": f"{WORD}-city",
        "district": f"{WORD}-district",
        "state": f"{WORD}-state",
        "postalCode": f"{WORD}-code",
        "country": "GR",
    }


def _concept(code: str) -> Resource:
    return {
        "coding": [
            {"system": LOINC, "code": code, "display": f"{WORD}-display", "version": f"{WORD}-version"}
        ],
        "text": f"{WORD}-text",
    }


def _attachment() -> Resource:
    data = base64.b64encode(f"{WORD}-attachment".encode()).decode()
    return {
        "contentType": "text/plain",
        "data": data,
        "title": f"{WORD}-title",
        "url": f"http://{WORD}.example",
    }


def _note() -> list[Resource]:
    return [{"authorString": f"{WORD}-author", "time": SEEN, "text": f"{WORD}-note"}]


def patient() -> Resource:
    """A person with everything that FHIR can know."""
    contact = {"name": _name("contact")[0], "telecom": _contact(), "address": _address()}
    beside = {"extension": [{"url": f"urn:{WORD}", "valueString": f"{WORD}-beside"}]}
    return _common("Patient", 1) | {
        "identifier": [_identifier("number")],
        "name": _name("family"),
        "telecom": _contact(),
        "gender": "female",
        "birthDate": BORN,
        "_birthDate": beside,
        "address": [_address()],
        "photo": [_attachment()],
        "contact": [contact],
        "generalPractitioner": [_to("Practitioner", 2)],
        "managingOrganization": _to("Organization", 3),
    }


def observation(place: int = 4) -> Resource:
    """A pulse with texts, people and a device beside it."""
    held = {"resourceType": "Device", "id": "held", "serialNumber": f"{WORD}-held"}
    return _common("Observation", place) | {
        "contained": [held | {"udiCarrier": [{"deviceIdentifier": f"{WORD}-udi"}]}],
        "identifier": [_identifier("reading")],
        "status": "final",
        "category": [{"text": f"{WORD}-category"}],
        "code": _concept("8867-4"),
        "subject": _to("Patient", 1),
        "performer": [_to("Practitioner", 2)],
        "device": {"reference": "#held"},
        "effectiveDateTime": f"{SEEN}T10:00:00+02:00",
        "issued": f"{SEEN}T08:00:00Z",
        "valueQuantity": {"value": 61, "unit": f"{WORD}-unit", "system": UCUM, "code": "/min"},
        "interpretation": [{"text": f"{WORD}-interpretation"}],
        "note": _note(),
    }


def _things() -> list[Resource]:
    """Other kinds with places of their own for texts and people."""
    subject = {"subject": _to("Patient", 1)}
    answer = [{"valueString": f"{WORD}-answer"}]
    item = {"linkId": f"{WORD}-question", "text": f"{WORD}-item", "answer": answer}
    questionnaire = {"questionnaire": f"http://{WORD}.example/q"}
    attached = [{"attachment": _attachment()}]
    sender = {"name": f"{WORD}-device", "type": "user-friendly-name"}
    return [
        _common("Condition", 5)
        | subject
        | {"code": {"text": f"{WORD}-illness"}, "onsetString": f"{WORD}-onset"},
        _common("QuestionnaireResponse", 6)
        | subject
        | questionnaire
        | {"status": "completed", "item": [item]},
        _common("Device", 7)
        | {"serialNumber": f"{WORD}-serial", "lotNumber": f"{WORD}-lot", "deviceName": [sender]}
        | {"patient": _to("Patient", 1), "url": f"http://{WORD}.example", "note": _note()},
        _common("CarePlan", 8)
        | subject
        | {
            "status": "active",
            "intent": "plan",
            "title": f"{WORD}-plan",
            "description": f"{WORD}-description",
        },
        _common("List", 9)
        | subject
        | {
            "status": "current",
            "mode": "working",
            "title": f"{WORD}-list",
            "entry": [{"item": _to("Patient", 1)}],
        },
        _common("Group", 10)
        | {
            "type": "person",
            "actual": True,
            "name": f"{WORD}-group",
            "member": [{"entity": _to("Patient", 1)}],
        },
        _common("DocumentReference", 11) | subject | {"status": "current", "content": attached},
        _common("Communication", 12)
        | subject
        | {"status": "completed", "payload": [{"contentString": WORD}]},
        _common("RelatedPerson", 13) | {"patient": _to("Patient", 1), "name": _name("daughter")},
        _common("Consent", 15)
        | {
            "status": "active",
            "scope": {"coding": [{"system": SCOPES, "code": "research"}], "text": f"{WORD}-scope"},
            "category": [{"text": f"{WORD}-category"}],
            "patient": _to("Patient", 1),
            "performer": [_to("RelatedPerson", 13)],
            "organization": [_to("Organization", 3)],
            "sourceAttachment": _attachment(),
            "policyRule": {"coding": [{"system": ACTS, "code": "OPTIN"}], "text": f"{WORD}-rule"},
        },
    ]


def agreement(name: str, subject: str, **more: Any) -> Resource:
    """A person's word that a record may be used for research; without it no project sees any of it."""
    terminology = "http://terminology.hl7.org/CodeSystem"
    return {
        "resourceType": "Consent",
        "id": name,
        "status": "active",
        "scope": {"coding": [{"system": f"{terminology}/consentscope", "code": "research"}]},
        "category": [{"text": f"{WORD}-category"}],
        "patient": {"reference": f"Patient/{subject}"},
        "policyRule": {"coding": [{"system": f"{terminology}/v3-ActCode", "code": "OPTIN"}]},
    } | more


def records() -> list[Resource]:
    """Everything, in an order in which it can be stored; the person agrees to research."""
    people = [
        _common("Practitioner", 2)
        | {"name": _name("doctor"), "telecom": _contact(), "address": [_address()]},
        _common("Organization", 3)
        | {"name": f"{WORD}-clinic", "telecom": _contact(), "address": [_address()]},
    ]
    agreed = agreement(IDS[15], IDS[1], text=_common("Consent", 15)["text"])
    return [*people, patient(), agreed, observation(), observation(14), *_things()]
