"""One platform for all attacks of a run: people in the north and in the south, and records of canaries."""

import pytest

from tests.attacks import canaries
from tests.attacks.records import records
from tests.whole import whole


@pytest.fixture(scope="session")
async def platform(postgres_url):
    async with whole(postgres_url) as running:
        for place in ("north", "south"):
            await running.store(*records(place, running.person[place][1]))
        await running.store(*canaries.records())
        await running.work()
        yield running


@pytest.fixture
def theirs(platform):
    """The repository id of the person whom those of the north are not to know."""
    return platform.person["south"][1]


@pytest.fixture
def ours(platform):
    """The repository id of the person in the north."""
    return platform.person["north"][1]
