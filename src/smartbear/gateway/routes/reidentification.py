"""Finding out who a token is: one person asks with a reason, another agrees.

The front door only passes on who they are, signed; the key holder checks that, and that they are two. What
they do is in the audit trail before they are answered, and so is what they tried.
"""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.scope import HEADER, ScopeMiddleware
from smartbear.contracts.trail import did, saw
from smartbear.gateway.actions.projects import Projects
from smartbear.kit import problems
from smartbear.kit.body import read_json
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput, FieldError

_PERSON = "Patient"
_QUESTION = ("project", "type", "token", "reason")


def build(context: Context, projects: Projects) -> ASGIApp:
    """The addresses of questions and answers."""

    async def ask(request: Request) -> Response:
        did("re-identification-asked", "E")
        said = _texts(await read_json(request), _QUESTION)
        name = (said["type"], said["token"])
        ticket = await projects.ask(said["project"], name, said["reason"], request.headers[HEADER])
        saw("/".join(name))
        return JSONResponse({"ticket": ticket}, 201)

    async def agree(request: Request) -> Response:
        did("re-identification", "E")
        said = _texts(await read_json(request), ("ticket",))
        told = await projects.agree(said["ticket"], request.headers[HEADER])
        saw(f"{told.kind}/{told.text}", told.text if told.kind == _PERSON else None)
        return JSONResponse({"id": told.text, "reason": told.reason, "asked_by": told.asked_by})

    addresses = {"/api/pseudonyms/questions": ask, "/api/pseudonyms/answers": agree}
    app = Starlette(routes=[Route(path, does, methods=["POST"]) for path, does in addresses.items()])
    problems.install(app)
    return ScopeMiddleware(Audited(app, Auditor(context)), context.key("scope"), context.clock)


def _texts(given: object, names: tuple[str, ...]) -> Mapping[str, str]:
    """An object with these texts and nothing else; BadInput names what is wrong."""
    if not isinstance(given, dict):
        raise BadInput("The body is an object.")
    missing = [name for name in names if not isinstance(given.get(name), str)]
    unknown = sorted(given.keys() - set(names))
    faults = [FieldError(name, "missing", "must be a text") for name in missing]
    faults += [FieldError("", "unknown_field", "is not known here") for _ in unknown]
    if faults:
        raise BadInput(errors=tuple(faults))
    return given
