"""What the front door answers itself: health, the description of the APIs, the web applications."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from smartbear.gateway.actions.projects import Projects
from smartbear.gateway.routes import docs, health, reidentification
from smartbear.gateway.routes import projects as listing
from smartbear.gateway.routes.web import WebApplication
from smartbear.kit import problems
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound


def build(context: Context, projects: Projects) -> Starlette:
    """The application behind the front door's own rows of the table, and behind no row at all."""
    dashboard = WebApplication(context.settings.web / "dashboard" / "dist", "/")
    app = WebApplication(context.settings.web / "app" / "dist", "/app/")
    starlette = Starlette(
        routes=[
            *health.routes(context),
            *docs.routes(context),
            Route("/api/pseudonyms/{rest:path}", reidentification.build(context, projects)),
            Route(listing.PATH, listing.build(context, projects)),
            *(Route(path, _nothing, methods=["GET", "POST"]) for path in _NO_PAGES),
            Route("/app", lambda _request: RedirectResponse("/app/")),
            Route("/app/{path:path}", app.answer),
            Route("/{path:path}", dashboard.answer),
        ]
    )
    problems.install(starlette)
    return starlette


_NO_PAGES = (
    *("/api", "/api/{rest:path}", "/health", "/health/{rest:path}", "/internal", "/internal/{rest:path}"),
    "/metrics",
)
"""Where programs look: a page with status 200 would tell a probe or a collector that all is well."""


async def _nothing(_request: Request) -> Response:
    raise NotFound
