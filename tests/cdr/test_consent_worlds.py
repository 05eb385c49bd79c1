"""Non-interference of what is withheld: the data of who withdrew changes no answer.

Both repositories know the same people of the north and the same Consents; they differ in what they hold about
those who withdrew, in general or from research.
"""

from contextlib import AsyncExitStack

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from smartbear.contracts.scope import SYSTEM, AccessScope
from tests.cdr.test_consent import consent
from tests.cdr.test_two_worlds import CALLERS, compare, platform_at, unhurried, world
from tests.cdr.two_worlds import HIDDEN, OTHERWISE, OWN, person, requests

RESEARCH = "research"
PROJECT = AccessScope(role=SYSTEM, client="p", scopes=("project.x", "system/*.cruds"))
READER = AccessScope(
    role=SYSTEM,
    client="r",
    scopes=tuple(f"system/{one}.rs" for one in ("Patient", "Observation", "Condition")),
)
SEEN = {"case manager": CALLERS["case manager"], "project": PROJECT, "reader": READER}
PEOPLE = [
    *(consent(who, scope=RESEARCH) | {"id": f"{who}-r"} for who in ("n1", "n2")),
    *(consent(who, "care", status="inactive") | {"id": f"{who}-c"} for who in ("h1", "h2")),
    *(consent(who, scope=RESEARCH, status="inactive") | {"id": f"{who}-r"} for who in ("h1", "h2")),
]
NOBODYS = {"Practitioner", "Organization", "Group", "Provenance", "Subscription"}
"""What is in no single record, like a Binary in the context of a Practitioner: the same in both worlds."""


@pytest.fixture(scope="module")
async def worlds(postgres_url, tmp_path_factory):
    platform = platform_at(tmp_path_factory.mktemp("withheld"))
    alike = [one for one in HIDDEN if one["resourceType"] in NOBODYS or one["id"] == "h-b2"]
    first, second = (
        [one for one in some if one not in alike and one["resourceType"] not in {"Patient", "Subscription"}]
        for some in (HIDDEN, OTHERWISE)
    )
    names = (("Sued", "Nord"), ("Nordal", "Cold"))
    async with AsyncExitStack() as stack:
        made = []
        for some, family in zip((first, second), names, strict=True):
            people = [person(who, "north", name) for who, name in zip(("h1", "h2"), family, strict=True)]
            made.append(await world(stack, postgres_url, platform, PEOPLE, OWN, people, alike, some))
        yield tuple(made)


@pytest.mark.parametrize("scope", SEEN.values(), ids=SEEN)
@settings(max_examples=8, deadline=None, suppress_health_check=unhurried, phases=[Phase.generate])
@given(asked=st.lists(requests, min_size=10, max_size=15))
async def test_what_is_withheld_changes_no_answer(worlds, scope, asked):
    await compare(worlds, scope, OWN, asked)
