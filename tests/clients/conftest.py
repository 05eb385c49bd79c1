"""The FHIR service behind its front door on a socket, and a machine client's token: all a stranger gets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from smartbear import system
from smartbear.identity.actions import NewClient, create_client
from smartbear.kit import serving
from smartbear.kit.context import Context
from smartbear.kit.settings import PlatformSettings
from tests.conftest import fresh_database

NEEDED = ("identity", "users", "cdr", "gateway")


@dataclass(frozen=True)
class Server:
    """What is told to somebody who is to use the service."""

    address: str
    token: str
    identity: Context
    """For making the accounts and clients that strangers are given."""

    @property
    def fhir(self) -> str:
        return f"{self.address}/fhir"


@pytest.fixture(scope="session")
async def server(postgres_url, tmp_path_factory) -> AsyncIterator[Server]:
    listener = serving.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    settings = PlatformSettings(
        home=tmp_path_factory.mktemp("strangers"), port=port, environment="test", secret_key="k" * 32
    )
    async with (
        fresh_database(postgres_url) as url,
        system.assemble(settings, url, only=NEEDED) as running,
        serving.serving(running.front, listener),
    ):
        address = f"http://127.0.0.1:{port}"
        named = await create_client(
            running.contexts["identity"], NewClient(name="stranger", scope="system/*.*")
        )
        yield Server(address, await token(address, *named), running.contexts["identity"])


async def token(address: str, client_id: str, secret: str) -> str:
    """By client credentials, from the token endpoint that discovery names."""
    async with httpx.AsyncClient(base_url=address) as client:
        found = (await client.get("/realms/smartbear/.well-known/openid-configuration")).json()
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = await client.post(found["token_endpoint"], data=form)
        return answer.raise_for_status().json()["access_token"]
