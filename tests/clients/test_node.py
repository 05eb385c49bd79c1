"""Clients of JavaScript, as they are published; what they are to find is written in the scripts beside."""

import pytest

from tests.clients import scripts


@pytest.mark.parametrize("script", ["kit.mjs", "smart.mjs"])
async def test_a_published_client_finds_all_it_asks_for(server, script):
    await scripts.run(script, {"FHIR_BASE": server.fhir, "FHIR_TOKEN": server.token})
