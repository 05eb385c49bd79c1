"""Every official example through the service: stored, read back as it was sent, found by what it says.

`SMARTBEAR_FHIR_EXAMPLES` is a folder with the files of `hl7.fhir.r4.examples` 4.0.1; those it is right to
refuse are listed in `tests/fhir/refused_examples.json` with the clause each of them breaks.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from smartbear.fhir import json
from smartbear.fhir.search.extract import extract
from smartbear.fhir.search.parameters import parameters
from smartbear.fhir.search.values import (
    OPEN_END,
    OPEN_START,
    DateRange,
    Indexes,
    Number,
    Quantity,
    Reference,
    Text,
    Token,
)
from tests.cdr.conftest import issues
from tests.fhir.test_corpus import REFUSED, files

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(1800)]
AT_ONCE = 8
LONG = 500
BROKEN = 422
ADDRESS = re.compile(r"[A-Za-z0-9\-.]{1,64}")  # one example breaks the specification with its id
OURS = {"versionId", "lastUpdated"}  # of meta


def examples() -> Iterator[tuple[str, Any]]:
    for path in files("SMARTBEAR_FHIR_EXAMPLES", "*.json"):
        if path.name not in REFUSED:
            yield path.name, json.decode(path.read_bytes())


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("$", "\\$").replace(",", "\\,")


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")


def of_token(code: str, token: Token) -> Iterator[tuple[str, str]]:
    if token.code:
        yield code, f"{escaped(token.system or '')}|{escaped(token.code)}"
    yield f"{code}:missing", "false"


def of_text(code: str, text: Text) -> Iterator[tuple[str, str]]:
    if text.folded and len(text.exact) < LONG:
        yield f"{code}:exact", escaped(text.exact)
        yield code, escaped(text.folded)


def of_date(code: str, date: DateRange) -> Iterator[tuple[str, str]]:
    if date.start != OPEN_START:
        yield code, f"ge{instant(date.start)}"
    if date.end != OPEN_END:
        yield code, f"lt{instant(date.end)}"


def of_number(code: str, number: Number) -> Iterator[tuple[str, str]]:
    yield code, f"ge{number.low}" if number.low.is_finite() else f"le{number.high}"


def of_quantity(code: str, one: Quantity) -> Iterator[tuple[str, str]]:
    bound = f"ge{one.low}" if one.low.is_finite() else f"le{one.high}"
    unit = f"|{escaped(one.system or '')}|{escaped(one.code)}" if one.code else ""
    yield code, bound + unit


def of_reference(code: str, reference: Reference) -> Iterator[tuple[str, str]]:
    yield code, escaped(reference.url or f"{reference.type}/{reference.id}")


def of_uri(code: str, uri: str) -> Iterator[tuple[str, str]]:
    yield code, escaped(uri)


def searches(kind: str, found: Indexes) -> Iterator[tuple[str, str]]:
    """For each parameter of a resource, searches by its first two values, all of which must find it."""
    for table, written in (
        (found.tokens, of_token),
        (found.strings, of_text),
        (found.dates, of_date),
        (found.numbers, of_number),
        (found.quantities, of_quantity),
        (found.references, of_reference),
        (found.uris, of_uri),
    ):
        for code, values in table.items():
            for value in values[:2]:
                if not isinstance(value, Reference) or may_point(kind, code, value):
                    yield from written(code, value)


def may_point(kind: str, code: str, reference: Reference) -> bool:
    """Whether a parameter is defined for what is referred to: a Bundle may begin with something else.

    One Library names its predecessor by a bare word, which a search reads as an id (R4 search 3.1.1.4.9).
    """
    if reference.type is None:
        return ":" in (reference.url or "")
    return reference.type in parameters(kind)[code].targets


def without_version(resource: Any) -> Any:
    """The resource as far as its sender says what it is; no meta is the same as an empty one."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in OURS}
    return resource | {"meta": meta}


async def stores(fhir: Any, name: str, resource: Any) -> list[str]:
    """What went wrong with storing an example and reading it again."""
    address = f"{resource['resourceType']}/{resource['id']}"
    answer = await fhir.send("PUT", address, resource)
    if answer.status_code not in (200, 201):
        return [f"{name}: PUT {answer.status_code} {answer.text[:300]}"]
    kept = json.decode((await fhir.send("GET", address, accept="application/fhir+json")).content)
    return [] if without_version(kept) == without_version(resource) else [f"{name}: came back different"]


async def finds(fhir: Any, name: str, resource: Any) -> list[str]:
    """The searches that should have found an example and did not."""
    kind, faults = resource["resourceType"], []
    for code, value in dict.fromkeys(searches(kind, extract(resource))):
        if code in {"_id", "_lastUpdated"} or (kind, code) == ("Subscription", "status"):  # the service's own
            continue
        query = f"{kind}?{code}={quote(value, safe='')}&_id={resource['id']}&_elements=id"
        answer = await fhir.send("GET", query, prefer="handling=strict")
        found = [entry["resource"]["id"] for entry in json.decode(answer.content).get("entry", ())]
        if answer.status_code != 200 or found[:1] != [resource["id"]]:
            faults.append(f"{name}: {query} {answer.status_code} {answer.text[:200]}")
    return faults


async def refuses(fhir: Any, name: str, resource: Any) -> list[str]:
    """Whether an example that breaks the specification is refused, where it breaks it."""
    address = f"{resource['resourceType']}/{resource['id']}"
    answer = await fhir.send("PUT", address, resource)
    places = {place for _, place in issues(answer)} if answer.status_code == BROKEN else set()
    missing = {fault["first_at"] for fault in REFUSED[name]} - places
    return [f"{name}: PUT {answer.status_code}, without {sorted(missing)}"] if missing else []


async def all_of(check: Any, fhir: Any, known: dict[str, tuple[str, Any]]) -> list[str]:
    """The faults of every example, several at once."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, resource: Any) -> list[str]:
        async with slots:
            return await check(fhir, name, resource)

    told = await asyncio.gather(*(one(*each) for each in known.values()))
    return [fault for faults in told for fault in faults]


async def test_every_example_that_breaks_the_specification_is_refused_where_it_does(fhir):
    known = {
        path.name: (path.name, json.decode(path.read_bytes()))
        for path in files("SMARTBEAR_FHIR_EXAMPLES", "*.json")
        if path.name in REFUSED
    }
    assert known.keys() == REFUSED.keys()
    assert (
        await all_of(refuses, fhir, {n: one for n, one in known.items() if ADDRESS.fullmatch(one[1]["id"])})
        == []
    )


async def test_every_official_example_is_kept_as_it_was_sent_and_found_by_what_it_says(fhir):
    known = {f"{one['resourceType']}/{one['id']}": (name, one) for name, one in examples() if "id" in one}
    assert await all_of(stores, fhir, known) == []
    assert await all_of(finds, fhir, known) == []
