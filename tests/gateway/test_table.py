"""The table of routes: complete, as its page says, and found by path."""

import re
import time
from pathlib import Path

import pytest

from smartbear import system
from smartbear.cdr.routes.application import ROUTES
from smartbear.gateway.model.table import TABLE, find
from tests.gateway.conftest import METHODS
from tests.gateway.declared import declared

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "gateway.md"
REFUSED = {
    "/openapi.json": "the front door merges the components' descriptions into its own",
    "/internal": "between components",
}
"""Beginnings of components' paths that are not offered, and why."""


def size(number):
    return next(
        f"{number >> bits} {unit}" for bits, unit in ((30, "GB"), (20, "MB"), (10, "KB")) if number >> bits
    )


def written(row):
    """A row as the page writes it."""
    machines = ", ".join(f"`{each}…`" for each in row.scopes)
    people = "anybody" if row.roles is None else ", ".join(sorted(row.roles))
    body = size(row.body) + (f" ({size(row.machine_body)})" if row.machine_body != row.body else "")
    cells = (
        f"`{row.path}`",
        f"{row.component} (people: {row.people})" if row.people else row.component,
        " ".join(sorted(row.methods)),
        people or "-",
        "anybody" if row.roles is None else machines or "-",
        row.space,
        row.rate.name,
        body,
        f"{row.timeout:g} s",
    )
    return f"| {' | '.join(cells)} |"


def test_the_page_repeats_the_table():
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `/.*$", text, re.MULTILINE)
    assert rows == [written(row) for row in TABLE]


def test_every_class_of_requests_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    for rate in {row.rate for row in TABLE}:
        share = "never" if rate.served_until > 1 else f"{rate.served_until:.0%}".replace("%", " %")
        assert re.search(rf"^\| {rate.name} \|.*\| {share} \|$", text, re.MULTILINE), rate.name


def test_every_row_leads_to_a_component_that_exists_and_no_further_than_needed():
    assert {row.component for row in TABLE} | {row.people for row in TABLE if row.people} <= set(system.NAMES)
    assert len({row.path for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert row.roles is None or row.roles or row.scopes, row.path


def test_the_longest_path_wins():
    assert find("/fhir/metadata").roles is None
    assert find("/fhir/metadata-of-others").path == "/fhir"
    assert find("/fhirs") is None


def test_a_path_of_many_parts_is_found_as_soon_as_a_short_one():
    long = "/a" * 32_000  # as much as the server reads
    began = time.process_time()
    assert (find(long), find(f"/fhir{long}").path) == (None, "/fhir")
    assert time.process_time() - began < 0.05


@pytest.mark.parametrize(
    "path",
    [
        "/internal",
        "/internal/accounts/a-1",
        "/api",
        "/api/",
        "/api/unknown",
        "/api/participantsX",
        "/openapi.json.",
        "/x.php",
    ],
)
async def test_what_is_not_in_the_table_is_not_there(http, as_role, path):
    answer = await http.get(path, headers=as_role("SysAdmin"))
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_a_method_that_a_row_does_not_name_is_refused_before_anybody_is_asked_who_they_are(http):
    for row in TABLE:
        for method in {*METHODS, "TRACE", "BREW"} - row.methods:
            answer = await http.request(method, f"{row.path}/below")
            assert answer.status_code == 405, (method, row.path)


async def test_every_route_of_every_component_is_in_the_table_or_refused_on_purpose(database_url, settings):
    async with system.assemble(settings, database_url) as running:
        offered = {
            (name, method, path)
            for name, app in running.apps.items()
            for method, path in declared(app._own if name == "gateway" else app)
        }
    assert {name for name, _, _ in offered} == set(system.NAMES)
    lost = [
        (name, method, path)
        for name, method, path in sorted(offered)
        if name != "gateway"
        and not path.startswith(tuple(REFUSED))
        and (
            (row := find(path)) is None
            or name not in (row.component, row.people)
            or method not in row.methods
        )
    ]
    assert lost == []
    for row in TABLE:
        below = {method for _, method, path in offered if find(path) is row}
        assert row.methods - {"HEAD"} <= below, row.path  # and it lets nothing in that nobody answers


def test_the_shapes_of_the_repository_are_all_found_below_its_row():
    for shape in ROUTES:
        assert find("/".join(("/fhir", *shape))).component == "cdr", shape


def test_a_row_for_everybody_admits_everybody():
    for row in TABLE:
        assert row.admits("anonymous", ()) is (row.roles is None), row.path
