"""Every search finds what a plain reading of it in memory finds (``smartbear.fhir.search.matches``)."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartbear.cdr.model.knowledge import KNOWLEDGE
from smartbear.fhir import json
from smartbear.fhir.search import extract, matches, pairs, parameters, parse
from smartbear.fhir.search.query import ANY_TYPE, Include
from tests.cdr.conftest import matches as found_in
from tests.cdr.questions import in_sets, inclusions, placed, searches
from tests.cdr.worlds import named, worlds

NOW = datetime(2026, 6, 1, tzinfo=UTC)
worlds_made = count()
unhurried = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


async def stored(fhir: Any, world: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Store a world under a tag of its own; the tag, and its resources as a reader would have them."""
    tag = f"w{next(worlds_made)}"
    resources = [named(resource, tag) for resource in world]
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in resources
    ]
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.text
    return tag, [json.decode(json.encode(one)) for one in resources]


def address_of(kind: str, criteria: list[tuple[str, str]], tag: str) -> str:
    written = "&".join(f"{name}={quote(placed(value, tag), safe='')}" for name, value in criteria)
    return f"{kind}?{written}&_tag=urn:world|{tag}&_count=1000"


def expected(kind: str, address: str, known: list[dict[str, Any]]) -> list[str]:
    query = parse(kind, pairs(address.partition("?")[2]), now=NOW)
    return sorted(one["id"] for one in known if matches(one, query, known))


@settings(max_examples=15, deadline=None, suppress_health_check=unhurried)
@given(world=worlds, asked=st.lists(st.one_of(searches, searches, in_sets), min_size=20, max_size=30))
async def test_a_search_finds_what_a_plain_reading_finds(fhir, world, asked):
    tag, known = await stored(fhir, world)
    for kind, criteria in asked:
        address = address_of(kind, criteria, tag)
        wanted = expected(kind, address, known)
        assert sorted(found_in(await fhir.get(address))) == wanted, address
        counted = await fhir.get(f"{address}&_summary=count")
        assert counted["total"] == len(wanted), address


@settings(max_examples=10, deadline=None, suppress_health_check=unhurried)
@given(world=worlds, asked=st.lists(searches, min_size=15, max_size=25), a_manager=st.booleans())
async def test_a_search_finds_for_its_reader_what_it_would_if_the_others_did_not_exist(
    service, fhir, world, asked, a_manager
):
    """The first patient is the reader's; what is somebody else's might as well not be there, nor what is
    nobody's but for what everybody reads: code systems tell what is below what."""
    place = service.context.new_id()
    care = {"managingOrganization": {"reference": f"Organization/{place}"}}
    tag, known = await stored(fhir, [{**world[0], **care}, *world[1:]])
    mine = f"Patient/{known[0]['id']}"
    own = [
        known[0],
        *(one for one in known[1:] if one.get("subject", {}).get("reference") == mine),
        *(one for one in known if one["resourceType"] in KNOWLEDGE),
    ]
    reader = await (service.case_manager(place) if a_manager else service.participant(known[0]["id"]))
    for kind, criteria in asked:
        address = address_of(kind, criteria, tag)
        wanted = expected(kind, address, own)
        assert sorted(found_in(await reader.get(address))) == wanted, address
        assert (await reader.get(f"{address}&_summary=count"))["total"] == len(wanted), address


def referred(resource: dict[str, Any], include: Include) -> set[tuple[str, str]]:
    """Types and ids that an include follows from the resource that holds the references."""
    kind = resource["resourceType"]
    if include.source not in {ANY_TYPE, kind}:
        return set()
    known = [one for one in parameters(kind).values() if include.parameter in {None, one}]
    targets = (
        {include.target} if include.target else set(include.parameter.targets if include.parameter else ())
    )
    found = extract(resource).references
    return {
        (one.type, one.id)
        for parameter in known
        for one in found.get(parameter.code, ())
        if one.url is None and (not targets or one.type in targets)
    }


def included(
    start: list[dict[str, Any]], includes: tuple[Include, ...], known: list[dict[str, Any]]
) -> list[str]:
    """Ids of what comes along, by following every reference of everything."""

    def name(resource: dict[str, Any]) -> tuple[str, str]:
        return resource["resourceType"], resource["id"]

    seen, around, wanted = {name(one) for one in start}, start, includes
    added: list[str] = []
    while around and wanted:
        there = {name(one) for one in around}
        forward = {
            found for one in around for each in wanted if not each.reverse for found in referred(one, each)
        }
        new = [
            one
            for one in known
            if name(one) not in seen
            and (name(one) in forward or any(each.reverse and referred(one, each) & there for each in wanted))
        ]
        seen |= {name(one) for one in new}
        added += [one["id"] for one in new]
        around, wanted = new, tuple(each for each in includes if each.iterate)
    return sorted(added)


@settings(max_examples=5, deadline=None, suppress_health_check=unhurried)
@given(
    world=worlds,
    asked=st.lists(
        st.tuples(st.sampled_from(["Patient", "Observation", "Location", "Organization"]), inclusions),
        min_size=10,
        max_size=15,
    ),
)
async def test_what_comes_along_is_what_the_references_say(fhir, world, asked):
    tag, known = await stored(fhir, world)
    for kind, written in asked:
        address = f"{kind}?_tag=urn:world|{tag}&{'&'.join(written)}"
        includes = parse(kind, pairs(address.partition("?")[2]), now=NOW).includes
        start = [one for one in known if one["resourceType"] == kind]
        bundle = await fhir.get(address)
        assert sorted(found_in(bundle)) == sorted(one["id"] for one in start)
        assert sorted(found_in(bundle, "include")) == included(start, includes, known), address
