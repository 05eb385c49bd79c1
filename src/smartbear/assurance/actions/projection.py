"""An event as FHIR AuditEvent (https://hl7.org/fhir/R4/auditevent.html), in the patterns of IHE BALP.

It is worked out when it is asked for and kept nowhere. ``meta.profile`` names no profile of BALP: those want
the addresses of clients, which the trail does not keep, and persons in the clear.
"""

import base64
from typing import Any

from smartbear.assurance.actions.reading import Found
from smartbear.contracts.audit import Agent, Event, Person
from smartbear.contracts.roles import PARTICIPANT, SERVICE

_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_OWN_SUBTYPE = "urn:smartbear:audit-subtype"
_ROLE = "urn:smartbear:role"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_INTERACTIONS = frozenset(
    {
        *("read", "vread", "update", "patch", "delete", "create", "transaction", "batch", "operation"),
        *("history-instance", "history-type", "history-system", "search-type", "search-system"),
    }
)
_PERSON, _OBJECT = {"system": _ENTITY_TYPE, "code": "1"}, {"system": _ENTITY_TYPE, "code": "2"}
_PATIENT, _RESOURCE = {"system": _OBJECT_ROLE, "code": "1"}, {"system": _OBJECT_ROLE, "code": "4"}
_QUERY = {"system": _OBJECT_ROLE, "code": "24"}


def audit_event(found: Found, identifier: str) -> dict[str, Any]:
    """The resource; of persons it names the one whose part was opened, the others are marks."""
    event = found.event
    return {
        "resourceType": "AuditEvent",
        "id": identifier,
        "type": {"system": _TYPE, "code": "rest"},
        "subtype": [_subtype(event.subtype)],
        "action": event.action,
        "recorded": event.at.isoformat(timespec="milliseconds"),
        "outcome": event.outcome,
        "agent": [_user(event, found.person), *_program(event.agent)],
        "source": {
            "observer": {"display": event.source},
            "type": [{"system": _SOURCE_TYPE, "code": "4", "display": "Application Server"}],
        },
        "entity": [*_persons(found), *_data(event.entities), *_query(event, found.person), *_request(event)],
    }


def _subtype(code: str) -> dict[str, str]:
    return {"system": _INTERACTION if code in _INTERACTIONS else _OWN_SUBTYPE, "code": code}


def _user(event: Event, person: Person | None) -> dict[str, Any]:
    agent = event.agent
    return {
        "type": {"coding": [{"system": _PARTICIPATION, "code": "IRCP"}]},
        "role": [{"coding": [{"system": _ROLE, "code": agent.role}]}],
        "who": _who(agent, person),
        "requestor": True,
        "purposeOfUse": [{"coding": [{"system": _REASON, "code": event.purpose}]}],
    }


def _who(agent: Agent, person: Person | None) -> dict[str, Any]:
    if agent.role == PARTICIPANT:
        is_known = person is not None and bool(person.account)
        return {"reference": f"Patient/{person.subject}"} if person and is_known else {"display": PARTICIPANT}
    identifier = agent.account or agent.client or agent.service or agent.role
    name = agent.username or agent.client or agent.service or agent.role
    return {"identifier": {"value": identifier}, "display": name}


def _program(agent: Agent) -> list[dict[str, Any]]:
    """The client that a person used; BALP's agent for it."""
    if not agent.client or agent.role == SERVICE:
        return []
    kind = {"system": _DCM, "code": "110150", "display": "Application"}
    return [{"type": {"coding": [kind]}, "who": {"identifier": {"value": agent.client}}, "requestor": False}]


def _persons(found: Found) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = []
    for mark in found.row.marks:
        if found.person is not None and mark == found.mark:
            what: dict[str, Any] = {"reference": f"Patient/{found.person.subject}"}
            entities += [{"what": what, "type": _PERSON, "role": _PATIENT}, *_data(found.person.entities)]
        else:
            what = {"identifier": {"system": "urn:smartbear:audit-person", "value": mark.hex()}}
            entities.append({"what": what, "type": _PERSON, "role": _PATIENT})
    return entities


def _data(references: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"what": {"reference": reference}, "type": _OBJECT, "role": _RESOURCE} for reference in references
    ]


def _query(event: Event, person: Person | None) -> list[dict[str, Any]]:
    """What was searched for: the names of parameters, and the whole in the part of the person it is about."""
    asked = person.query if person and person.query else "&".join(event.query)
    if not asked:
        return []
    query = base64.b64encode(f"{event.address}?{asked}".encode()).decode()
    return [{"type": _OBJECT, "role": _QUERY, "query": query}]


def _request(event: Event) -> list[dict[str, Any]]:
    if not event.request:
        return []
    kind = {"system": _BALP_ENTITY, "code": "XrequestId"}
    return [{"what": {"identifier": {"value": event.request}}, "type": kind}]
