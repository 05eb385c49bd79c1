"""Identity swap: who the people are makes no difference to what a project gets.

Two platforms hold the same data of different people: other names, ids, contacts and texts, and dates that the
projects' own shifts bring back to the same days. The same requests, generated, get the same answers, tokens
being read as what they stand for.
"""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from smartbear.fhir import definitions, json
from smartbear.fhir.pseudonymisation.searchable import searchable
from tests.attacks.canaries import BORN, IDS, SEEN, WORD, records
from tests.whole import PROJECTS, Whole, counted, whole

PROJECT = PROJECTS[0]
PREFIX, OTHER_PREFIX = IDS[0][:-12], "7c2fad5f-1c1a-4b49-8d7d-"
OTHER_WORD, OTHER_BORN = "Somebody-else-altogether", "1951-11-30"
TOKEN = re.compile(r"p[A-Za-z0-9.-]{40,64}")
CURSOR = re.compile(r"_cursor=[\w-]+")
KINDS = [*sorted(definitions.resource_types()), "Identifier", "linkId"]
NUMBERS = {one["resourceType"]: int(one["id"][-12:]) for one in records()}
SHOWN = (
    "Patient",
    "Observation",
    "Condition",
    "List",
    "Group",
    "Device",
    "CarePlan",
    "QuestionnaireResponse",
)


@dataclass(repr=False)
class World:
    """A platform, and how what is stored in it is called in the first of them."""

    platform: Whole
    word: str = WORD
    born: str = BORN
    seen: str = SEEN
    prefix: str = PREFIX

    def stored(self, value):
        """What the first world calls ``value``, as it is called here."""
        text = orjson.dumps(value).decode()
        names = ((WORD, self.word), (BORN, self.born), (SEEN, self.seen), (PREFIX, self.prefix))
        for name, here in names:
            text = text.replace(name, here)
        return orjson.loads(text)

    def asked(self, text):
        """``{Patient:1}`` as this world's project knows the person."""
        return re.sub(r"\{(\w+):(\d+)\}", self._token, text)

    def _token(self, read):
        return self.platform.pseudonym(read[1], f"{self.prefix}{int(read[2]):012}")

    def told(self, answer):
        """An answer in the words of the first world."""
        text = TOKEN.sub(self._meant, answer.text)
        headers = {
            name: TOKEN.sub(self._meant, value)
            for name, value in answer.headers.items()
            if name not in ("x-request-id", "content-length")
        }
        return answer.status_code, headers, CURSOR.sub("_cursor=", text)

    def _meant(self, read):
        opened = (self.platform.keyring.open(PROJECT, kind, read[0]) for kind in KINDS)
        found = next((text for text in opened if text is not None), None)
        return f"<{found.replace(self.prefix, PREFIX).replace(self.word, WORD)}>" if found else read[0]

    async def answer(self, request):
        """What the project is told."""
        method, path, body, headers = request
        given_ = orjson.loads(self.asked(orjson.dumps(body).decode())) if body is not None else None
        return self.told(await self.platform.fhir(PROJECT, method, self.asked(path), given_, **headers))


@pytest.fixture(scope="module")
async def worlds(postgres_url):
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(whole(postgres_url, make_id=counted(), with_people=False))
            for _ in range(2)
        ]
        apart = timedelta(first.keyring.days(PROJECT) - second.keyring.days(PROJECT))
        second.clock.advance(apart)
        seen = (date.fromisoformat(SEEN) + apart).isoformat()
        both = World(first), World(second, OTHER_WORD, OTHER_BORN, seen, OTHER_PREFIX)
        for one in both:
            await one.platform.store(*one.stored(records()))
        yield both


def values(kind):
    """Values for a parameter of a kind, some of them guesses at the people of one world."""
    day = date.fromisoformat("2026-06-14")
    known = {
        "date": [
            f"{prefix}{day + timedelta(days)}" for prefix in ("", "ge", "lt") for days in (-200, -140, 0, 30)
        ],
        "quantity": ["61", "61||/min", "gt60||/min", "lt60||/min"],
        "number": ["gt0"],
        "code": ["final", "active", "female", "completed"],
        "token": ["8867-4", "http://loinc.org|8867-4", "http://loinc.org|1"],
        "reference": [
            "Patient/{Patient:1}",
            "{Patient:1}",
            "Patient/{Patient:9}",
            "Practitioner/{Practitioner:2}",
        ],
    }
    known["day"] = known["date"]
    return known.get(kind, [f"{WORD}-family", IDS[1], BORN])


@st.composite
def searches(draw):
    kind = draw(st.sampled_from(SHOWN))
    offered = {code: one.kind for code, one in searchable(kind).items()}
    guessed = dict.fromkeys(("identifier", "name", "birthdate", "_text", "address-city", "_content"), "")
    chosen = draw(st.lists(st.sampled_from(sorted((offered | guessed).items())), max_size=2))
    pairs = [f"{code}={draw(st.sampled_from(values(each)))}" for code, each in chosen]
    shapes = [
        "_count=1",
        "_total=accurate",
        "_summary=count",
        "_sort=-_lastUpdated",
        "_sort=date",
        "_include=*",
        "_revinclude=*",
    ]
    pairs += draw(st.lists(st.sampled_from(shapes), max_size=2, unique=True))
    return "GET", f"{kind}?{'&'.join(pairs)}", None, {}


NAMED = [f"{kind}/{{{kind}:{number}}}" for kind, number in NUMBERS.items()]
reads = st.sampled_from(
    [
        *NAMED,
        *(f"{name}/_history" for name in NAMED),
        *(f"{name}/_history/1" for name in NAMED),
        "Patient/{Patient:1}/$everything",
        "Patient/{Patient:1}/$everything?_count=2",
        "Observation/$lastn?patient={Patient:1}",
        "Patient/{Patient:1}/Observation",
        "Observation/_history",
        f"Patient/{IDS[1]}",
        "Patient/{Patient:9}",
        "?_type=Patient,Observation",
    ]
).map(lambda path: ("GET", path, None, {}))


@st.composite
def creations(draw):
    """An observation of the project's own, sometimes with a guess in it that may not succeed."""
    body = {
        "resourceType": "Observation",
        "status": draw(st.sampled_from(["final", "wrong"])),
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": draw(st.sampled_from(["Patient/{Patient:1}", f"Patient/{IDS[1]}"]))},
        "effectiveDateTime": "2026-06-01",
    }
    guesses = [{}, {}, {"identifier": [{"value": f"{WORD}-reading", "system": f"urn:{WORD}-reading"}]}]
    return "POST", "Observation", body | draw(st.sampled_from(guesses)), {}


requests = st.one_of(reads, searches(), searches(), creations())


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(asked=st.lists(requests, min_size=8, max_size=12))
async def test_who_people_are_changes_no_answer(worlds, asked):
    for request in asked:
        first, second = [await one.answer(request) for one in worlds]
        assert first == second, request
        assert first[0] < 500


async def test_there_is_something_to_compare(worlds):
    """The worlds differ, and the answers that are compared are about what differs."""
    first, second = worlds
    assert first.stored(records()) != second.stored(records())
    shown = await first.answer(("GET", "Observation?patient={Patient:1}", None, {}))
    assert len(json.decode(shown[2].encode())["entry"]) >= 2
    assert f"<{IDS[1]}>" in shown[2]
