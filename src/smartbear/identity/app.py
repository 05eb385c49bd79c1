"""Builds the provider's application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from smartbear.contracts import erasure
from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions.directory import Embedded, Keycloak
from smartbear.identity.actions.letters import ACCOUNT
from smartbear.identity.model.people import Directory
from smartbear.identity.model.realm import realm
from smartbear.identity.routes import (
    account,
    administration,
    authorize,
    discovery,
    internal,
    logout,
    registration,
    smart,
    standing,
    token,
)
from smartbear.identity.routes.provider import PROTOCOL, Provider
from smartbear.identity.settings import IdentitySettings
from smartbear.kit import logs, problems
from smartbear.kit.context import Context
from smartbear.kit.http import outside

_log = logs.get("identity")
SMART = "/.well-known/smart-configuration"
_STATIC = Path(__file__).parent / "static"


class _Kept(StaticFiles):
    """Files of the pages, which a browser may keep for a day."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """The file, or that it has not changed."""
        answer = super().file_response(*args, **options)
        answer.headers["cache-control"] = "public, max-age=86400"
        return answer


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The OpenID Provider under the realm's path."""
    path, settings, administrators = realm().issuer_path, IdentitySettings(), _administration()
    if context.settings.environment == "production" and settings.staff_second_factor is False:
        _log.warning("staff_sign_in_by_password_alone")
    app = Starlette(
        routes=[
            Route(f"{path}/.well-known/openid-configuration", discovery.configuration),
            Route(f"{path}{SMART}", smart.configuration),
            Route(f"/fhir{SMART}", smart.configuration),
            Route(f"{PROTOCOL}/certs", discovery.certs),
            Route(f"{PROTOCOL}/auth", authorize.show, methods=["GET"]),
            Route(f"{PROTOCOL}/auth", authorize.submit, methods=["POST"]),
            Route(f"{PROTOCOL}/token", token.token, methods=["POST"]),
            Route(f"{PROTOCOL}/token/introspect", token.introspect, methods=["POST"]),
            Route(f"{PROTOCOL}/revoke", token.revoke, methods=["POST"]),
            Route(f"{PROTOCOL}/userinfo", token.userinfo, methods=["GET", "POST"]),
            Route(f"{PROTOCOL}/logout", logout.logout, methods=["GET", "POST"]),
            Route("/internal/standing", standing.standing),
            Route(erasure.PATH, internal.erase_person, methods=["POST"]),
            Route(ACCOUNT, account.show, methods=["GET"]),
            Route(ACCOUNT, account.submit, methods=["POST"]),
            Route(f"{ACCOUNT}/registration", registration.show_registration, methods=["GET"]),
            Route(f"{ACCOUNT}/registration", registration.register, methods=["POST"]),
            Route(f"{ACCOUNT}/confirm", registration.confirm, methods=["GET", "POST"]),
            Route(f"{ACCOUNT}/forgotten", registration.forgotten, methods=["GET", "POST"]),
            Route(f"{ACCOUNT}/reset", registration.reset, methods=["GET", "POST"]),
            Route(f"{ACCOUNT}/address", registration.address, methods=["GET", "POST"]),
            Route(f"{ACCOUNT}/privacy", registration.privacy, methods=["GET"]),
            Mount(f"{path}/static", _Kept(directory=_STATIC)),
            Route("/api/accounts", administrators),
            Route("/api/accounts/{rest:path}", administrators),
            Route("/openapi.json", administrators),
        ]
    )
    problems.install(app)
    async with UsersClient(context) as users, _directory(context, settings) as directory:
        app.state.provider = Provider(context, settings, users, directory)
        administrators.state.provider = app.state.provider
        try:
            yield Audited(app, Auditor(context))
        finally:
            await app.state.provider.failures.close()


@asynccontextmanager
async def _directory(context: Context, settings: IdentitySettings) -> AsyncIterator[Directory]:
    """Where the accounts of staff are kept."""
    if not settings.keycloak_url:
        yield Embedded(context)
        return
    async with outside(settings.keycloak_url) as http:
        yield Keycloak(http, settings.keycloak_secret.get_secret_value())


def _administration() -> FastAPI:
    app = FastAPI(title="identity", docs_url=None, redoc_url=None, responses=problems.DOCUMENTED)
    problems.install(app)
    app.include_router(administration.router)
    return app
