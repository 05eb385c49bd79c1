"""Two repositories that differ in what a caller may not see, and requests that try to tell them apart."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.cdr.conftest import LOINC, UCUM, Resource

Request = tuple[str, str, Any, dict[str, str]]
"""Method, path, body, headers."""

PULSE, WEIGHT = "8867-4", "29463-7"


def reference(name: str) -> dict[str, str]:
    return {"reference": name}


def person(name: str, organisation: str, family: str) -> Resource:
    care = reference(f"Organization/{organisation}")
    return {"resourceType": "Patient", "id": name, "name": [{"family": family}], "managingOrganization": care}


def seen(name: str, subject: str, code: str, value: float, day: int, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}], "text": f"code {code}"},
        "subject": reference(f"Patient/{subject}"),
        "effectiveDateTime": f"2026-05-{day:02}",
        "valueQuantity": {"value": value, "system": UCUM, "code": "/min"},
        "identifier": [{"system": "urn:w", "value": name}],
    } | more


def ill(name: str, subject: str, text: str, **more: Any) -> Resource:
    about = {"resourceType": "Condition", "id": name, "subject": reference(f"Patient/{subject}")}
    return about | {"code": {"text": text}, "onsetDateTime": "2020"} | more


def list_of(name: str, subject: str, *entries: str) -> Resource:
    items = [{"item": reference(one)} for one in entries]
    about = {"resourceType": "List", "id": name, "status": "current", "mode": "working"}
    return about | {"subject": reference(f"Patient/{subject}"), "entry": items}


def content(name: str, context: str, data: str) -> Resource:
    about = {"resourceType": "Binary", "id": name, "contentType": "text/plain", "data": data}
    return about | {"securityContext": reference(context)}


def subscription(name: str, criteria: str) -> Resource:
    about = {"resourceType": "Subscription", "id": name, "status": "off", "reason": "x", "criteria": criteria}
    return about | {"channel": {"type": "websocket"}}


OWN: list[Resource] = [
    person("n1", "north", "Nord"),
    person("n2", "north", "Nordal"),
    seen("n-o1", "n1", PULSE, 60, 1),
    seen("n-o2", "n1", PULSE, 70, 2, hasMember=[reference("Observation/h-o1")]),
    seen(
        "n-o3", "n1", WEIGHT, 80, 3, performer=[reference("Practitioner/h-doctor"), reference("Patient/h1")]
    ),
    seen("n-o4", "n2", WEIGHT, 81, 3, derivedFrom=[reference("Observation/h-o2")]),
    seen("n-gone", "n1", PULSE, 1, 4),
    ill("n-c1", "n1", "cough", asserter=reference("Practitioner/h-doctor")),
    list_of("n-l1", "n1", "Observation/n-o1", "Observation/h-o1", "Binary/h-b1", "Binary/n-b2"),
    content("n-b1", "Patient/n1", "AAAA"),
    content("n-b2", "Observation/n-o1", "AAAA"),
    {
        "resourceType": "ValueSet",
        "id": "n-codes",
        "url": "urn:known",
        "status": "active",
        "compose": {"include": [{"system": LOINC, "concept": [{"code": PULSE}]}]},
    },
]
"""The same in both worlds; of two patients in the north. One of them is deleted afterwards."""

HIDDEN: list[Resource] = [
    person("h1", "south", "Sued"),
    {"resourceType": "Practitioner", "id": "h-doctor", "name": [{"family": "Hidden"}]},
    {"resourceType": "Organization", "id": "north", "name": "The north"},
    seen("h-o1", "h1", PULSE, 61, 1, hasMember=[reference("Observation/n-o1")]),
    seen("h-o2", "h1", WEIGHT, 82, 2, performer=[reference("Patient/n1")]),
    ill("h-c1", "h1", "cold", asserter=reference("Patient/n1")),
    list_of("h-l1", "h1", "Observation/n-o1"),
    {
        "resourceType": "Group",
        "id": "h-g1",
        "type": "person",
        "actual": True,
        "member": [{"entity": reference("Patient/n1")}, {"entity": reference("Patient/h1")}],
    },
    {
        "resourceType": "Provenance",
        "id": "h-p1",
        "target": [reference("Patient/n1"), reference("Patient/h1"), reference("Observation/n-o1")],
        "recorded": "2026-05-01T00:00:00Z",
        "agent": [{"who": reference("Patient/h1")}],
    },
    content("h-b1", "Patient/h1", "BBBB"),
    content("h-b2", "Practitioner/h-doctor", "BBBB"),
    subscription("h-s1", "Observation"),
]
"""What is in the first world alone."""

OTHERWISE: list[Resource] = [
    person("h2", "south", "Nord"),
    seen("h-o2", "h2", PULSE, 99, 30),
    seen("h-o9", "h2", PULSE, 60, 1, identifier=[{"system": "urn:w", "value": "n-o1"}]),
    ill("h-c9", "h2", "cough"),
    content("h-b1", "Patient/h2", "CCCC"),
    subscription("h-s9", "Patient"),
]
"""What is in the second world instead."""


def puts(resources: Iterable[Resource]) -> Resource:
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


TYPES = (
    "Patient",
    "Observation",
    "Condition",
    "List",
    "Group",
    "Provenance",
    "Practitioner",
    "Binary",
    "Subscription",
)
IDS = {
    "Patient": ("n1", "n2", "h1", "h2", "none"),
    "Observation": ("n-o1", "n-o2", "n-o4", "n-gone", "h-o1", "h-o2", "h-o9", "none"),
    "Condition": ("n-c1", "h-c1", "h-c9", "none"),
    "List": ("n-l1", "h-l1", "none"),
    "Group": ("h-g1", "none"),
    "Provenance": ("h-p1", "none"),
    "Practitioner": ("h-doctor", "none"),
    "Binary": ("n-b1", "n-b2", "h-b1", "h-b2", "none"),
    "Subscription": ("h-s1", "h-s9", "none"),
}
names = st.sampled_from([f"{kind}/{one}" for kind, ids in IDS.items() for one in ids])
subjects = st.sampled_from(["n1", "n2", "h1", "none"])
identifiers = st.sampled_from(["n-o1", "h-o1", "h-o9", "x"]).map(lambda value: f"urn:w|{value}")
CRITERIA: dict[str, list[tuple[str, Iterable[str]]]] = {
    "Observation": [
        ("code", (PULSE, WEIGHT)),
        ("code:not", (PULSE,)),
        ("code:in", ("ValueSet/n-codes", "urn:known")),
        ("code:not-in", ("urn:known",)),
        ("subject", ("Patient/n1", "Patient/h1", "n1")),
        ("patient", ("n1", "h1,n2")),
        ("patient.family", ("Nord", "Sued")),
        ("subject:Patient.organization", ("north", "south")),
        ("patient.organization.name", ("The",)),
        ("performer:Practitioner.family", ("Hidden",)),
        ("performer:Patient.family", ("Sued",)),
        ("has-member.code", (PULSE,)),
        ("has-member:Observation.patient.family", ("Sued",)),
        ("has-member:missing", ("true", "false")),
        ("derived-from:Observation.code:not", (WEIGHT,)),
        ("patient._has:Condition:patient:code:text", ("co",)),
        ("_has:Observation:has-member:code", (PULSE,)),
        ("_has:Provenance:target:agent", ("Patient/h1",)),
        ("_has:List:item:subject", ("Patient/h1", "Patient/n1")),
        ("identifier", ("urn:w|n-o1", "urn:w|h-o1")),
        ("value-quantity", ("gt60", "61")),
        ("date", ("ge2026-05-02", "2026-05-30")),
        ("_id", ("n-o1,h-o1", "h-o2")),
        ("_list", ("n-l1", "h-l1")),
        ("_filter", ("patient.family eq Sued", 'identifier eq "urn:w|h-o1"', "not (code eq 8867-4)")),
        ("_text", ("code",)),
        ("_content", ("code", "8867")),
    ],
    "Patient": [
        ("family", ("Nord", "Sued")),
        ("organization", ("north", "south")),
        ("organization.name", ("The",)),
        ("_has:Observation:patient:code", (PULSE,)),
        ("_has:Observation:patient:identifier", ("urn:w|h-o1", "urn:w|n-o1")),
        ("_has:Observation:performer:patient", ("n1", "h1")),
        ("_has:Condition:asserter:code:text", ("cold",)),
        ("_has:Group:member:type", ("person",)),
        ("_has:Provenance:target:recorded", ("2026",)),
    ],
    "Binary": [("contenttype", ("text/plain",)), ("_content", ("AAAA",))],
    "Subscription": [("status", ("off",)), ("criteria", ("Observation",)), ("_id:not", ("h-s9",))],
    "Condition": [
        ("patient.family", ("Nord", "Sued")),
        ("code:text", ("co",)),
        ("asserter:Practitioner.name", ("Hidden",)),
        ("asserter:Patient._has:Observation:patient:code", (PULSE,)),
    ],
}
SHAPES: list[tuple[str, Iterable[str]]] = [
    ("_total", ("accurate", "estimate", "none")),
    ("_summary", ("count", "true", "data")),
    ("_count", ("1", "2", "0")),
    ("_elements", ("code",)),
    ("_sort", ("date", "-date", "_id", "-_lastUpdated", "has-member", "patient", "code,-date", "family")),
    ("_include", ("*", "Observation:has-member", "Observation:performer", "Condition:asserter")),
    ("_include:iterate", ("*", "Observation:has-member", "Patient:organization")),
    ("_revinclude", ("*", "Observation:has-member", "Provenance:target", "List:item", "Condition:asserter")),
    ("_revinclude:iterate", ("Observation:patient", "Group:member")),
]


@st.composite
def queries(draw: st.DrawFn, kind: str, least: int = 0) -> str:
    """The criteria of a search, and sometimes what shapes its answer."""
    known = CRITERIA.get(kind, [("_id", IDS[kind])])
    chosen = draw(st.lists(st.sampled_from(known), min_size=least, max_size=2))
    if not least:
        chosen += draw(st.lists(st.sampled_from(SHAPES), max_size=2))
    pairs = [(name, draw(st.sampled_from(list(values)))) for name, values in chosen]
    return "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Whatever can be read."""
    kind = draw(st.sampled_from(TYPES))
    query = draw(queries(kind))
    name = draw(names)
    return draw(
        st.sampled_from(
            [
                name,
                f"{name}/_history",
                f"{name}/_history/1",
                f"{name}/_history/2",
                f"{kind}?{query}",
                f"{kind}?{query}",
                f"{kind}?{query}",
                f"Patient/{draw(subjects)}/{kind}?{query}",
                f"?_type={kind},Patient&{draw(st.sampled_from(['', '_total=accurate', '_summary=count']))}",
                f"{kind}/_history?_count={draw(st.sampled_from('13'))}",
                "_history",
                "_history?_since=2026-01-01T00:00:00Z&_count=2",
                f"Patient/{draw(subjects)}/$everything?_count={draw(st.sampled_from('259'))}",
                f"Patient/{draw(subjects)}/$everything",
                "Patient/$everything",
                "Group/h-g1/$everything",
                "$get-resource-counts",
                "ValueSet/$expand?url=urn:known",
                "$meta",
                f"{kind}/$meta",
                f"{name}/$meta",
                f"Observation/$stats?subject=Patient/{draw(subjects)}&code={PULSE}&statistic=count,sum",
                f"Observation/$lastn?patient={draw(subjects)}&max={draw(st.sampled_from('12'))}",
                f"Observation/$lastn?subject:Patient.family={draw(st.sampled_from(['Nord', 'Sued']))}",
            ]
        )
    )


@st.composite
def bodies(draw: st.DrawFn) -> Resource:
    """Something about somebody, or to be told of something, with an id that may be taken."""
    about, other = draw(subjects), draw(st.sampled_from(["", "", "", "Binary", "Subscription"]))
    if other == "Binary":
        return content(draw(st.sampled_from(IDS[other])), f"Patient/{about}", "DDDD")
    if other:
        return subscription(draw(st.sampled_from(IDS[other])), "Observation")
    if draw(st.booleans()):
        return ill(draw(st.sampled_from(IDS["Condition"])), about, draw(st.sampled_from(["cough", "new"])))
    linked = {"hasMember": [reference(f"Observation/{draw(st.sampled_from(IDS['Observation']))}")]}
    name = draw(st.sampled_from(IDS["Observation"]))
    return seen(name, about, PULSE, draw(st.sampled_from([60, 61])), 5, **draw(st.sampled_from([{}, linked])))


PATCH = [
    {"op": "test", "path": "/status", "value": "final"},
    {"op": "replace", "path": "/status", "value": "amended"},
]
conditions = st.sampled_from(
    ["identifier=urn:w|n-o1", "identifier=urn:w|h-o1", "identifier=urn:w|h-o9", "patient=h1", "code=8867-4",
     "patient.family=Sued", "has-member.patient=h1", "_id=h-o1", "_id=n-o1", "performer=Patient/n1"]
)  # fmt: skip
matched = st.sampled_from([{}, {}, {"if_match": 'W/"1"'}, {"if_match": 'W/"2"'}, {"if_none_match": "*"}])


@st.composite
def writes(draw: st.DrawFn) -> Request:
    """Whatever can be written, by itself."""
    body, headers = draw(bodies()), draw(matched)
    kind, name = body["resourceType"], f"{body['resourceType']}/{body['id']}"
    condition = draw(conditions)
    unnamed = {key: value for key, value in body.items() if key != "id"}
    patching = {"content_type": "application/json-patch+json"}
    return draw(
        st.sampled_from(
            [
                ("POST", kind, body, {}),
                ("POST", "Observation", seen("x", "n1", PULSE, 1, 9), {"if_none_exist": condition}),
                ("PUT", name, body, headers),
                ("PUT", f"{kind}?{condition}", draw(st.sampled_from([body, unnamed])), headers),
                ("DELETE", name, None, headers),
                ("DELETE", f"Observation?{condition}", None, {}),
                ("PATCH", name, PATCH, headers | patching),
                ("PATCH", f"Observation?{condition}", PATCH, patching),
            ]
        )
    )


IN_A_BUNDLE = {"if_match": "ifMatch", "if_none_match": "ifNoneMatch", "if_none_exist": "ifNoneExist"}


def entry_of(request: Request) -> Resource:
    """A write as an entry of a Bundle."""
    method, path, body, headers = request
    asked = {"method": method, "url": path} | {IN_A_BUNDLE[name]: text for name, text in headers.items()}
    return {"request": asked} | ({"resource": body} if body else {})


@st.composite
def bundles(draw: st.DrawFn) -> Request:
    """Writes with reads and conditional references; a batch has one write, its order is not fixed.

    What came since an instant is not asked beside a write: nobody could wait until it may be told.
    """
    kind = draw(st.sampled_from(["batch", "transaction"]))
    most = 1 if kind == "batch" else 3
    writing = writes().filter(lambda request: request[0] != "PATCH")
    entries = [entry_of(request) for request in draw(st.lists(writing, max_size=most))]
    if kind == "transaction" or not entries:
        about = draw(
            st.sampled_from(["Patient?family=Sued", "Patient?family=Nord", "Patient/h1", "Patient/n1"])
        )
        referring = seen("x", "n1", PULSE, 1, 9, performer=[reference(about)])
        entries.append(entry_of(("POST", "Observation", referring, {})))
    asked = addresses().filter(lambda path: "$" not in path and "_since" not in path)
    reading = draw(st.lists(asked, max_size=2))
    entries += [{"request": {"method": "GET", "url": address}} for address in reading]
    return "POST", "", {"resourceType": "Bundle", "type": kind, "entry": entries}, {}


reads = st.tuples(st.sampled_from(["GET", "GET", "GET", "HEAD"]), addresses(), st.none(), st.just({}))
requests = st.one_of(reads, reads, writes(), bundles())
