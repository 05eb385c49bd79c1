"""The web applications as built, with an index page for every address a single-page application invents."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from smartbear.kit.errors import NotFound

CSP = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_FOREVER = "public, max-age=31536000, immutable"  # names of files under assets/ carry a hash of their content


class WebApplication:
    """One built application below ``prefix``."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder, self._prefix = folder.resolve(), prefix

    async def answer(self, request: Request) -> Response:
        """The file asked for; the index page for an address without a file's ending."""
        if not (self._folder / "index.html").is_file():
            return PlainTextResponse("The web applications have not been built; `make run` builds them.", 503)
        rest = request.url.path.removeprefix(self._prefix)
        wanted = (self._folder / rest).resolve() if rest else self._folder
        if not wanted.is_relative_to(self._folder):
            raise NotFound
        if wanted.is_file():
            kept = _FOREVER if wanted.parent.name == "assets" else "no-cache"
            return FileResponse(wanted, headers={"cache-control": kept, "content-security-policy": CSP})
        if "." in rest.rpartition("/")[2]:
            raise NotFound
        index = self._folder / "index.html"
        return FileResponse(index, headers={"cache-control": "no-cache", "content-security-policy": CSP})
