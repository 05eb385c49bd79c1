"""Every way out of the platform: what is asked there about the person in the north, or why nobody is told of.

``{subject}``, ``{participant}`` and ``{notice}`` stand for the ids of that person and of an alert.
"""

from dataclasses import dataclass
from typing import Any

from tests.cdr.two_worlds import PULSE


@dataclass(frozen=True)
class Probe:
    """What is asked; ``shown`` is in the answer while the data may be seen, and not after."""

    method: str
    path: str
    body: Any = None
    shown: str = "CANARY"
    others: bool = True
    """Whether the participant, too, may ask so."""


def get(path, shown="CANARY", **more):
    return Probe("GET", path, shown=shown, **more)


def post(path, body, shown="CANARY", **more):
    return Probe("POST", path, body, shown, **more)


def parameters(**values):
    return {"resourceType": "Parameters", "parameter": [{"name": n, **v} for n, v in values.items()]}


BATCH = {
    "resourceType": "Bundle",
    "type": "batch",
    "entry": [{"request": {"method": "GET", "url": "Condition"}}],
}
NAMED = {"name": [{"family": "CANARY-name"}], "identifier": [{"system": "urn:w", "value": "north"}]}
ALIKE = {"resourceType": "Patient"} | NAMED
TAG = parameters(meta={"valueMeta": {"tag": [{"system": "urn:x", "code": "x"}]}})
NOBODY = "terminology and conformance are about nobody"
ADMINISTRATION = "for machine clients that write everything; tells how many"

FHIR: dict[str, str | tuple[Probe, ...]] = {
    "": (get("?_type=Patient,Observation,Condition"), post("", BATCH)),
    "_search": (Probe("POST", "_search", b"_type=Condition"),),
    "type": (
        get("Patient?family=CANARY-name", shown='"entry"'),
        get("Observation?code=8867-4&_sort=-date"),
        get("Condition?subject:Patient.family=CANARY-name", shown='"entry"'),
        get("Patient?_has:Observation:patient:code=8867-4", shown='"entry"'),
        get("Encounter?_include=Encounter:subject&_revinclude=Observation:encounter"),
        get("List?item.code=8867-4", shown='"entry"'),
        get("Observation?_id=north-pulse,north-all&_summary=count", shown='"total":2'),
        get("Observation?_elements=note&_total=accurate"),
        Probe("PUT", "Observation?identifier=urn:w|north-pulse", "record", others=False),
    ),
    "type/_search": (Probe("POST", "Observation/_search", b"code=8867-4"),),
    "type/id": (
        get("Patient/{subject}"),
        get("Observation/north-pulse"),
        Probe("PATCH", "Encounter/north-visit", [], others=False),
    ),
    "Binary/id": (get("Binary/north-file"),),
    "Binary/id/_history/version": (get("Binary/north-file/_history/1"),),
    **{
        f"{kind}/id/member{search}": (
            Probe("POST" if search else "GET", f"{kind}/{name}/Observation{search}", b"" if search else None),
        )
        for kind, name in {
            "Device": "north-device",
            "Encounter": "north-visit",
            "Patient": "{subject}",
            "Practitioner": "dr",
            "RelatedPerson": "north-kin",
        }.items()
        for search in ("", "/_search")
    },
    "_history": (get("_history"),),
    "type/_history": (get("Observation/_history"),),
    "type/id/_history": (get("Observation/north-pulse/_history"),),
    "type/id/_history/version": (get("Observation/north-pulse/_history/1"),),
    "$import": ADMINISTRATION,
    "$import/job": ADMINISTRATION,
    "$import/job/file": ADMINISTRATION,
    "Patient/$everything": (get("Patient/$everything"),),
    "Patient/id/$everything": (get("Patient/{subject}/$everything"),),
    "Encounter/id/$everything": (get("Encounter/north-visit/$everything"),),
    "Group/id/$everything": (get("Group/north-group/$everything"),),
    **dict.fromkeys(
        ("$export", "Patient/$export", "Group/id/$export", "$export/job", "$export/job/file"),
        "test_an_export_under_way_or_complete_is_gone",
    ),
    **dict.fromkeys(("$expunge", "type/$expunge", "type/id/$expunge"), ADMINISTRATION),
    "Observation/$lastn": (get("Observation/$lastn?patient={subject}&max=20"),),
    "Patient/$match": (post("Patient/$match", parameters(resource={"resource": ALIKE}), '"entry"'),),
    "$meta": (get("$meta"),),
    "type/$meta": (get("Observation/$meta"),),
    "type/id/$meta": (get("Observation/north-all/$meta"),),
    "type/id/$meta-add": (post("Observation/north-all/$meta-add", TAG, others=False),),
    "type/id/$meta-delete": (post("Observation/north-all/$meta-delete", TAG, others=False),),
    **dict.fromkeys(("$reindex", "type/$reindex", "type/id/$reindex"), ADMINISTRATION),
    "$get-resource-counts": (get("$get-resource-counts", shown='"Encounter"'),),
    "Observation/$stats": (
        get(
            f"Observation/$stats?subject=Patient/{{subject}}&code={PULSE}&system=http://loinc.org"
            "&statistic=count&duration=10000",
            shown='"value":3',
        ),
    ),
    **dict.fromkeys(
        (
            *(f"ValueSet/{one}" for one in ("$expand", "id/$expand", "$validate-code", "id/$validate-code")),
            *(f"CodeSystem/{one}" for one in ("$validate-code", "id/$validate-code", "$lookup")),
            *(f"CodeSystem/{one}" for one in ("$subsumes", "id/$subsumes")),
            *(f"ConceptMap/{one}" for one in ("$translate", "id/$translate")),
            "metadata",
        ),
        NOBODY,
    ),
    "type/$validate": "what is sent is looked at, and nothing that is stored",
    "type/id/$validate": (get("Observation/north-pulse/$validate", shown='"issue"'),),
}

NO_PERSON = "about no participant"
OWN_ALONE = "the participant's alone"
READINGS = "measured_at"
API: dict[str, str | tuple[Probe, ...]] = {
    "/api/me": "about who asks",
    "/api/organisations": NO_PERSON,
    "/api/pilots": NO_PERSON,
    "/api/pilots/{pilot_id}": NO_PERSON,
    "/api/profiles": (get("/api/profiles", shown="mental", others=False),),
    "/api/devices": "which devices are out; last readings: tests/users/test_consents.py",
    "/api/participants": (get("/api/participants?profile=mental", shown='"1951-04"', others=False),),
    "/api/participants/{participant_id}": (
        get("/api/participants/{participant}", shown='"1951-04"'),
        get("/api/participants/{participant}", shown='"week"'),
    ),
    "/api/participants/{participant_id}/consents": "that the person has withdrawn",
    "/api/participants/{participant_id}/consents/{purpose}": "that the person has withdrawn",
    "/api/participants/{participant_id}/devices": "which devices are out",
    "/api/participants/{participant_id}/devices/{device_id}": "which devices are out",
    "/api/measurements": (get("/api/measurements?subject={subject}", shown=READINGS),),
    "/api/measurements/summary": (get("/api/measurements/summary?subject={subject}", shown="128"),),
    "/api/measurements/arrivals": (
        get("/api/measurements/arrivals", shown='"total_readings":1', others=False),
    ),
    "/api/decisions/limits": (get("/api/decisions/limits?subject={subject}", shown="measures"),),
    "/api/decisions/episodes": (get("/api/decisions/episodes?subject={subject}", shown="items"),),
    "/api/decisions/rules": NO_PERSON,
    "/api/inbox": (get("/api/inbox", shown="red_alert"),),
    "/api/inbox/{notice_id}": (get("/api/inbox/{notice}", shown="red_alert"),),
    "/api/inbox/{notice_id}/acknowledge": (
        post("/api/inbox/{notice}/acknowledge", {}, shown="red_alert", others=False),
    ),
    "/api/inbox/{notice_id}/resolve": (
        post("/api/inbox/{notice}/resolve", {"outcome": "x"}, shown="red_alert", others=False),
    ),
    "/api/inbox/stream": "test_open_pages_are_told_nothing_more",
    "/api/messages": "what the participant writes",
    "/api/mobile/today": OWN_ALONE,
}
"""By path."""
GROUPS = {
    "/api/accounts": "accounts of staff",
    "/api/audit": "who did what, and no data",
    "/api/erasures": "that somebody is to be erased",
}
"""What begins so."""
DOORS = {
    "/realms/smartbear": "accounts",
    "/api/projects": NO_PERSON,
    "/api/pseudonyms": "who a token is, by two people",
    "/api/docs": NO_PERSON,
    "/api/openapi.json": NO_PERSON,
    "/health": NO_PERSON,
    "/fhir/metadata": NOBODY,
    "/fhir/.well-known/smart-configuration": NOBODY,
    "/fhir/AuditEvent": "who did what, and no data",
    "/fhir/$import": ADMINISTRATION,
    "/fhir/websocket": "test_subscribers_are_told_nothing_more",
}
