"""What an earlier seeding has done: step name → result, kept under the data directory."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson


class State:
    """Remembers each step's result, so that an interrupted seeding goes on where it stopped."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._done: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}

    def __contains__(self, step: str) -> bool:
        return step in self._done

    def __getitem__(self, step: str) -> Any:
        return self._done[step]

    async def once(self, step: str, do: Callable[[], Awaitable[Any]]) -> Any:
        """The result of ``do``, which is called only if this step has not been done before."""
        if step not in self._done:
            self._done[step] = await do()
            self._save()
        return self._done[step]

    def _save(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(orjson.dumps(self._done))
        fresh.replace(self._path)
