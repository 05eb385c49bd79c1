"""The projects that there are, for administrators who say which of them a data scientist works for."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway.actions.projects import Projects
from smartbear.kit import problems
from smartbear.kit.context import Context

PATH = "/api/projects"


def build(context: Context, projects: Projects) -> ASGIApp:
    """The address of the list. Unavailable if the key holder, which alone knows, does not answer."""

    async def listed(_request: Request) -> Response:
        return JSONResponse({"items": await projects.names()})

    app = Starlette(routes=[Route(PATH, listed)])
    problems.install(app)
    return ScopeMiddleware(Audited(app, Auditor(context)), context.key("scope"), context.clock)
