"""Finding out who a token is: one person asks with a reason, another agrees.

The front door only passes on who they are, signed; the key holder checks that, and that they are two.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from smartbear.contracts.scope import HEADER
from smartbear.gateway.actions.projects import Projects
from smartbear.kit.body import read_json
from smartbear.kit.errors import BadInput, FieldError

_QUESTION = ("project", "type", "token", "reason")


def routes(projects: Projects) -> list[BaseRoute]:
    """The addresses of questions and answers."""

    async def ask(request: Request) -> Response:
        said = _texts(await read_json(request), _QUESTION)
        name = (said["type"], said["token"])
        ticket = await projects.ask(said["project"], name, said["reason"], request.headers[HEADER])
        return JSONResponse({"ticket": ticket}, 201)

    async def agree(request: Request) -> Response:
        said = _texts(await read_json(request), ("ticket",))
        told = await projects.agree(said["ticket"], request.headers[HEADER])
        return JSONResponse({"id": told.text, "reason": told.reason, "asked_by": told.asked_by})

    return [
        Route("/api/pseudonyms/questions", ask, methods=["POST"]),
        Route("/api/pseudonyms/answers", agree, methods=["POST"]),
    ]


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
