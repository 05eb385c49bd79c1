"""Everything that a project can ask, and much that it cannot."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from smartbear.fhir.pseudonymisation import policy
from smartbear.fhir.pseudonymisation.searchable import searchable
from smartbear.fhir.search.parameters import parameters
from tests.attacks.canaries import IDS, WORD

Question = tuple[str, str, Any, dict[str, str]]
"""Method, path below ``/fhir``, body, headers."""

_ANSWERABLE = {
    "date": ("ge1900-01-01", "lt2100-01-01", "eq2026-01-26"),
    "day": ("ge1900-01-01", "lt2100-01-01", "eq2026-01-26"),
    "quantity": ("gt1||/min", "61||/min"),
    "number": ("gt0",),
    "code": ("final", "active"),
    "token": ("8867-4", "http://loinc.org|8867-4"),
}
_HOSTILE = (WORD, IDS[1])


def _get(path: str, **headers: str) -> Question:
    return "GET", path, None, headers


def of_a_type(kind: str, tokens: list[str], person: str) -> Iterator[Question]:
    """Reads of all forms, searches with every parameter there is."""
    yield _get(kind)
    yield _get(f"{kind}?_total=accurate&_count=1&_sort=-_lastUpdated")
    yield _get(f"{kind}/_history")
    for token in tokens:
        for path in (f"{kind}/{token}", f"{kind}/{token}/_history", f"{kind}/{token}/_history/1"):
            yield _get(path)
            yield "HEAD", path, None, {}
        yield _get(f"{kind}/{token}", if_none_match='W/"1"')
        yield _get(f"{kind}/{token}", accept="application/fhir+xml")
        yield _get(f"{kind}?_id={token}&_include=*&_revinclude=*&_include:iterate=*")
    for shape in (
        "_summary=true",
        "_summary=text",
        "_summary=count",
        "_elements=id,code",
        "_format=xml",
        "_pretty=true",
    ):
        yield _get(f"{kind}?{shape}")
    for code, parameter in parameters(kind).items():
        offered = searchable(kind).get(code)
        fitting = (
            (f"Patient/{person}", person)
            if parameter.type == "reference"
            else _ANSWERABLE.get(offered.kind if offered else "", ())
        )
        for value in (*fitting, *_HOSTILE):
            yield _get(f"{kind}?{quote(code)}={quote(value, safe='')}")
        yield _get(f"{kind}?{quote(code)}:missing=false")
        yield _get(f"{kind}?_sort={code}")
    form = {"content_type": "application/x-www-form-urlencoded"}
    yield "POST", f"{kind}/_search", b"_count=5", form
    yield "POST", f"{kind}/_search", f"identifier={WORD}&name={WORD}".encode(), form


def of_a_person(person: str, project: str) -> Iterable[Question]:
    """Operations, compartments and searches over more than one type."""
    kinds = sorted(policy.released())
    paths = [
        f"Patient/{person}/$everything",
        f"Patient/{person}/$everything?_since=2000-01-01T00:00:00Z&_count=1",
        "Patient/$everything",
        "Observation/$lastn",
        f"Observation/$lastn?patient={person}&max=2",
        f"Observation/$stats?subject=Patient/{person}&code=8867-4&statistic=count",
        f"Patient/{person}/Observation",
        f"Patient/{person}/*",
        f"?_type={','.join(kinds[:20])}",
        "?_type=Patient,Observation&_total=accurate",
        "_history",
        "$meta",
        f"Patient/{person}/$meta",
        "metadata",
        "$get-resource-counts",
        f"Observation?patient={person}&_include=Observation:patient&_revinclude=List:item",
        f"Observation?patient.name={WORD}",
        f"Patient?_has:Observation:patient:identifier={WORD}",
        f"Observation?_filter=identifier eq {WORD}",
        f"Observation?_text={WORD}",
        f"Observation?_content={WORD}",
        f"Observation?code:text={WORD}",
        f"Observation?subject:identifier={WORD}",
    ]
    return [_get(path) for path in paths]


def hostile(person: str) -> Iterator[Question]:
    """Requests that are wrong, with canaries for an error to repeat."""
    bodies = [
        WORD.encode(),
        f'{{"resourceType": "{WORD}"}}'.encode(),
        f'{{"resourceType": "Observation", "status": "{WORD}", "{WORD}": 1}}'.encode(),
        f'{{"resourceType": "Observation", "id": "{WORD}", "id": "{WORD}"}}'.encode(),
        f'{{"resourceType": "Observation", "subject": {{"reference": "Patient/{IDS[1]}"}}}}'.encode(),
        f'{{"resourceType": "Observation", "identifier": [{{"value": "{WORD}-number"}}]}}'.encode(),
        f'{{"resourceType": "Bundle", "type": "transaction", "entry": [{{"fullUrl": "{WORD}"}}]}}'.encode(),
        f"<Observation xmlns='{WORD}'/>".encode(),
        b"\xff\xfe" + WORD.encode(),
    ]
    kinds = ("application/fhir+json", "application/fhir+xml", "application/json-patch+json", f"text/{WORD}")
    paths = (
        "Observation",
        "",
        "Patient/$validate",
        "Patient/$match",
        f"Patient/{WORD}",
        f"{WORD}",
        f"Patient/{person}",
    )
    for method, path, body in itertools.product(("POST", "PUT", "PATCH"), paths, bodies):
        yield method, path, body, {"content_type": kinds[len(path + method) % 2]}
    for kind in kinds:
        yield "POST", "Observation", bodies[2], {"content_type": kind}
    for path in (
        f"Patient/{IDS[1]}",
        f"{WORD}/{WORD}",
        f"Patient/{WORD}?{WORD}={WORD}",
        f"Patient/{person}/${WORD.lower()}",
        "%43ANARY",
        f"Observation?date={WORD}&_sort={WORD}",
        f"Observation?_cursor={WORD}",
        "Patient?" + "x=1&" * 300,
        f"$export/{WORD}/{WORD}",
    ):
        for method in ("GET", "DELETE", "OPTIONS", "TRACE"):
            yield method, path, None, {}
    for header in (
        "if_none_exist",
        "if_match",
        "if_modified_since",
        "prefer",
        "accept",
        "content_encoding",
        "x_synergy",
        "x_request_id",
        "host",
    ):
        yield "GET", f"Patient/{person}", None, {header: f"{WORD}={WORD}"}
        yield "POST", "Observation", bodies[2], {header: f"{WORD}={WORD}"}
