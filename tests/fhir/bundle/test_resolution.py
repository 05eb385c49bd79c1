import copy
from pathlib import Path

from smartbear.fhir import json
from smartbear.fhir.bundle.entries import read_entries
from smartbear.fhir.bundle.resolution import (
    conditional_references,
    duplicates,
    full_urls,
    named_targets,
    rewrite,
)
from smartbear.fhir.links import links

EXAMPLE = json.decode((Path(__file__).parent.parent / "examples" / "transaction.json").read_bytes())
URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"


def read(*entries):
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": copy.deepcopy(list(entries))}
    return read_entries(bundle, "https://here.example/fhir/")[0]


def put(target, full_url=None, **members):
    kind, _, resource_id = target.partition("/")
    return {
        "fullUrl": full_url or f"https://here.example/fhir/{target}",
        "resource": {"resourceType": kind, "id": resource_id, **members},
        "request": {"method": "PUT", "url": target},
    }


def rewritten(entry, replacements):
    return rewrite(entry, links(entry.resource, replacements), replacements)


def test_references_follow_their_entries_to_the_ids_the_server_gave():
    patient, condition = read(*EXAMPLE["entry"])
    replacements = full_urls([patient, condition], {0: "Patient/p-1", 1: "Condition/c-1"})
    (search,) = conditional_references(links(condition.resource, ()))
    replacements[f"{search.type}?{search.query}"] = "Practitioner/7"
    assert rewritten(condition, replacements) == []
    assert condition.resource["subject"] == {"reference": "Patient/p-1"}
    assert condition.resource["recorder"] == {"reference": "Practitioner/7"}


def test_references_that_lead_nowhere_are_named_by_entry_and_place():
    _, condition = read(*EXAMPLE["entry"])
    assert [(issue.code, issue.expression) for issue in rewritten(condition, {})] == [
        ("not-found", "Bundle.entry[1].resource.subject.reference"),
        ("not-found", "Bundle.entry[1].resource.recorder.reference"),
    ]


def test_a_relative_reference_is_read_against_the_address_of_its_own_entry():
    there = "https://there.example/r4/"
    patient = put("Patient/1", there + "Patient/1")
    (one, two) = read(
        put("Observation/2", there + "Observation/2", subject={"reference": "Patient/1"}),
        put("Observation/3", URN, subject={"reference": "Patient/1"}),
    )
    replacements = full_urls(read(patient), {0: "Patient/new"})
    assert rewritten(one, replacements) == []
    assert rewritten(two, replacements) == []
    assert one.resource["subject"] == {"reference": "Patient/new"}
    assert two.resource["subject"] == {"reference": "Patient/1"}


def test_addresses_and_anchors_are_rewritten_and_mere_text_is_not():
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{URN}">he</a> {URN}</div>'
    (entry,) = read(
        put(
            "Observation/2",
            text={"status": "generated", "div": div},
            extension=[{"url": "http://e", "valueUri": URN}, {"url": "http://e", "valueString": URN}],
        )
    )
    assert rewritten(entry, {URN: "Patient/1"}) == []
    assert entry.resource["text"]["div"] == div.replace(f'href="{URN}"', 'href="Patient/1"')
    assert [list(e.values())[1] for e in entry.resource["extension"]] == ["Patient/1", URN]


def test_what_the_bundle_does_not_hold_is_left_alone():
    members = {"subject": {"reference": "Patient/9"}, "focus": [{"reference": "https://x.example/Group/1"}]}
    (entry,) = read(put("Observation/2", **members))
    before = copy.deepcopy(entry.resource)
    assert rewritten(entry, {URN: "Patient/1"}) == []
    assert entry.resource == before


def test_one_resource_is_changed_once_in_a_transaction():
    deletion = {"request": {"method": "DELETE", "url": "Patient/1"}}
    reading = {"request": {"method": "GET", "url": "Patient/1"}}
    entries = read(put("Patient/1"), put("Patient/2"), deletion, reading)
    assert [(issue.code, issue.expression) for issue in duplicates(entries, named_targets(entries))] == [
        ("duplicate", "Bundle.entry[2]")
    ]


def test_creates_without_a_target_yet_are_no_duplicates():
    patient, condition = read(*EXAMPLE["entry"])
    assert duplicates([patient, condition], {}) == []
    assert len(duplicates([patient, condition], {0: {"Patient/1"}, 1: {"Patient/1", "Patient/2"}})) == 1


def test_deleted_resources_cannot_be_referred_to():
    deletion = {"fullUrl": URN, "request": {"method": "DELETE", "url": "Patient/1"}}
    entries = read(deletion)
    assert full_urls(entries, {0: "Patient/1"}) == {}
