"""The description of the APIs: one OpenAPI document of all components, and a page to read it on."""

from collections.abc import Mapping
from html import escape
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from smartbear import __version__
from smartbear.contracts.scope import HEADER, SERVICE, AccessScope, sign
from smartbear.gateway.model import table
from smartbear.gateway.routes.web import CSP
from smartbear.kit.context import Context

_DOCUMENTED = ("identity", "users", "measurements", "decisions", "notifications", "mobile", "assurance")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>SMART BEAR APIs</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head><body>{body}</body></html>"""
_HEAD = """<link rel="stylesheet" href="/api-docs/swagger-ui.css">
<link rel="stylesheet" href="/api/docs/page.css">"""
_BODY = """<div id="apis"></div><script src="/api-docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>"""
_START = 'SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#apis", validatorUrl: null})'

# Swagger UI's colours with the contrast of 4.5 that WCAG 2.2 asks for (1.4.3)
_STYLE = """
.swagger-ui .info .title small, .swagger-ui .info .title small.version-stamp { background: #3b4151 }
.swagger-ui .info .link .url, .swagger-ui .info a { color: #1d5a9e }
.swagger-ui .btn.authorize { border-color: #1a6b43; color: #1a6b43 }
.swagger-ui .btn.authorize svg { fill: #1a6b43 }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1d5a9e }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #1a6b43 }
.swagger-ui .opblock.opblock-put .opblock-summary-method { background: #8a4b00 }
.swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #0b6b5d }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b3221c }
.swagger-ui .json-schema-2020-12-expand-deep-button { color: #505050 }
"""


def routes(context: Context) -> list[BaseRoute]:
    """The addresses of the document and its page."""
    swagger = context.settings.web / "dashboard" / "dist" / "api-docs" / "swagger-ui-bundle.js"

    async def openapi(_request: Request) -> Response:
        return JSONResponse(await _merged(context))

    async def page(_request: Request) -> Response:
        text = _PAGE.format(head=_HEAD, body=_BODY) if swagger.is_file() else _plain(await _merged(context))
        return HTMLResponse(text, headers={"content-security-policy": CSP})

    async def start(_request: Request) -> Response:
        return Response(_START, media_type="text/javascript")

    async def style(_request: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    return [
        Route("/api/docs/page.css", style),
        Route("/api/openapi.json", openapi),
        Route("/api/docs", page),
        Route("/api/docs/start.js", start),
    ]


async def _merged(context: Context) -> Mapping[str, Any]:
    """What the components say of themselves, without the addresses that are for components alone."""
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


def _plain(document: Mapping[str, Any]) -> str:
    """A list of the operations, for where the web applications have not been built."""
    lines = [
        f"<li><code>{escape(method.upper())} {escape(path)}</code> {escape(what.get('summary', ''))}</li>"
        for path, methods in document["paths"].items()
        for method, what in methods.items()
    ]
    link = '<p><a href="/api/openapi.json">The whole description as OpenAPI</a></p>'
    return _PAGE.format(head="", body=f"<main><h1>SMART BEAR APIs</h1>{link}<ul>{''.join(lines)}</ul></main>")
