"""The web applications as built, with an index page for every address a single-page application invents."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

CSP = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_FOREVER = "public, max-age=31536000, immutable"  # names of files under assets/ carry a hash of their content
_ASK_FIRST = "no-cache"  # may be kept, if the server says each time that it has not changed


class WebApplication:
    """One built application below ``prefix``."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._index, self._prefix = folder / "index.html", prefix
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def answer(self, request: Request) -> Response:
        """The file asked for; the index page for an address without a file's ending."""
        if not self._index.is_file():
            return PlainTextResponse("The web applications have not been built; `make run` builds them.", 503)
        path = request.scope["path"].removeprefix(self._prefix)
        answer = await self._file(path, request)
        answer.headers["cache-control"] = _FOREVER if path.startswith("assets/") else _ASK_FIRST
        answer.headers["content-security-policy"] = CSP
        return answer

    async def _file(self, path: str, request: Request) -> Response:
        try:
            return await self._files.get_response(path or self._index.name, request.scope)
        except HTTPException:
            if "." in path.rpartition("/")[2]:
                raise
            return await self._files.get_response(self._index.name, request.scope)
