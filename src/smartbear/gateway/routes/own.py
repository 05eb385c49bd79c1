"""What the front door answers itself: health, the description of the APIs, the web applications."""

from collections.abc import Mapping
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from smartbear import __version__
from smartbear.contracts.scope import HEADER, SERVICE, AccessScope, sign
from smartbear.gateway.model import table
from smartbear.gateway.routes.web import WebApplication
from smartbear.kit import problems
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound

_DOCUMENTED = ("users", "measurements", "decisions", "notifications", "mobile")
_DOCS_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>SMART BEAR APIs</title>
<link rel="stylesheet" href="/api-docs/swagger-ui.css"></head>
<body><main id="apis"></main><script src="/api-docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script></body></html>"""
_DOCS_START = 'SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#apis", validatorUrl: null})'


def build(context: Context) -> Starlette:
    """The application behind every path that is not in the table."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "up", "version": __version__})

    async def ready(_request: Request) -> Response:
        parts = await context.ready()
        up = all(parts.values())
        body = {"status": "ready" if up else "not ready", "parts": dict(parts)}
        return JSONResponse(body, 200 if up else 503)

    async def openapi(_request: Request) -> Response:
        return JSONResponse(await merged(context))

    dashboard = WebApplication(context.settings.web / "dashboard" / "dist", "/")
    app = WebApplication(context.settings.web / "app" / "dist", "/app/")
    starlette = Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/api/openapi.json", openapi),
            Route("/api/docs", lambda _request: HTMLResponse(_DOCS_PAGE)),
            Route("/api/docs/start.js", lambda _request: Response(_DOCS_START, media_type="text/javascript")),
            Route("/api/{unknown:path}", _nothing),
            Route("/app", lambda _request: RedirectResponse("/app/")),
            Route("/app/{path:path}", app.answer),
            Route("/{path:path}", dashboard.answer),
        ]
    )
    problems.install(starlette)
    return starlette


async def _nothing(_request: Request) -> Response:
    raise NotFound


async def merged(context: Context) -> Mapping[str, Any]:
    """One OpenAPI document of all components, without the addresses that are for components alone."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "SMART BEAR", "version": __version__},
        "paths": {},
        "components": {
            "schemas": {},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}],
    }
    for name in _DOCUMENTED:
        described = await _described(context, name)
        public = {path: what for path, what in described.get("paths", {}).items() if table.find(path)}
        document["paths"] |= public
        document["components"]["schemas"] |= described.get("components", {}).get("schemas", {})
    return document


async def _described(context: Context, name: str) -> dict[str, Any]:
    scope = AccessScope(role=SERVICE, service="gateway")
    signed = sign(scope, context.key("scope"), context.clock.now())
    async with context.connect(name) as client:
        try:
            answer = await client.get("/openapi.json", headers={HEADER: signed})
        except httpx.TransportError:
            return {}
    found: dict[str, Any] = answer.json() if answer.is_success else {}
    return found
