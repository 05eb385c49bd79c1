"""``Patient/$match`` over HTTP."""

from smartbear.cdr.actions.match_patients import Matched, describes, match_patients
from smartbear.cdr.routes.bundles import bundle
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, given_to, refused
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.issues import Issue
from smartbear.fhir.outcome import operation_outcome

_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
_CUT = Issue("warning", "incomplete", "Not every candidate was compared: describe the person more closely.")


async def match_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/Patient/$match``: ``resource``, ``onlyCertainMatches``, ``count``."""
    given = await given_to(repository, call)
    given.expect_among({"resource", "onlyCertainMatches", "count"})
    described = given.structures("resource")
    if len(described) != 1 or described[0].get("resourceType") != "Patient":
        raise refused("resource", "required", "must be one Patient")
    if not describes(described[0]):
        raise refused(
            "resource", "value", "must have an identifier, telecom, birthDate, or name in two parts"
        )
    count = _count(given, repository.settings.page_size, repository.settings.page_limit)
    certain = _flag(given, "onlyCertainMatches")
    matches = await match_patients(repository, call.access, described[0], certain=certain, count=count)
    entries = [_entry(call, one) for one in matches.found]
    if matches.cut:
        outcome = json.encode(operation_outcome([_CUT]))
        entries.append(b'{"resource":' + outcome + b',"search":{"mode":"outcome"}}')
    return Answer(200, bundle("searchset", entries, total=len(matches.found)))


def _entry(call: Call, matched: Matched) -> bytes:
    patient, resource, (score, grade) = matched
    extension = [{"url": _GRADE, "valueCode": grade}]
    search = json.encode({"search": {"extension": extension, "mode": "match", "score": score}})
    head = f'{{"fullUrl":"{call.base}Patient/{patient}","resource":'.encode()
    return head + resource + b"," + search[1:]


def _count(given: Given, usual: int, most: int) -> int:
    text = given.text("count")
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and int(text[:9])):
        raise refused("count", "value", "must be a whole number from 1")
    return min(int(text[:9]), most)


def _flag(given: Given, name: str) -> bool:
    text = given.text(name)
    if text not in {None, "true", "false"}:
        raise refused(name, "value", "must be true or false")
    return text == "true"


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {("Patient", "$match"): {"POST": match_route}}
"""Shape of an address → method → interaction."""
