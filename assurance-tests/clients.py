"""Clients of a platform under test: a machine with every scope, and people who sign in as browsers do."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from platform_under_test import PlatformUnderTest

_PROTOCOL = "/realms/smartbear/protocol/openid-connect"

_FORMS = {"application/problem+json", "application/fhir+json"}


class Client:
    """Requests with a token that is renewed before it is old."""

    def __init__(self, address: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=address, timeout=30, event_hooks={"response": [self._look_at]}
        )
        self.answers = Counter[int]()
        """Status → answers."""
        self.odd: list[str] = []
        """Answers of 500 and above that do not say when to try again, in the form that is due."""
        self._until, self._bearer = 0.0, ""
        self._lock = asyncio.Lock()

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with a fresh token."""
        headers = {**options.pop("headers", {}), "authorization": f"Bearer {await self.token()}"}
        return await self._http.request(method, path, headers=headers, **options)

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """The pieces of a long answer, as they come; an error is an exception."""
        headers = {"authorization": f"Bearer {await self.token()}"}
        async with self._http.stream("GET", path, headers=headers) as answer:
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                yield chunk

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON at an address; an error is an exception."""
        return (await self.request("GET", path, params=params or None)).raise_for_status().json()

    async def token(self) -> str:
        """An access token with at least half of its life ahead."""
        async with self._lock:
            if time.monotonic() > self._until:
                answer = await self._fresh()
                self._bearer = answer["access_token"]
                self._until = time.monotonic() + answer["expires_in"] / 2
            return self._bearer

    async def _fresh(self) -> dict[str, Any]:
        raise NotImplementedError

    async def _tokens(self, **form: str) -> dict[str, Any]:
        answer = await self._http.post(f"{_PROTOCOL}/token", data=form)
        tokens: dict[str, Any] = answer.raise_for_status().json()
        return tokens

    async def _look_at(self, answer: httpx.Response) -> None:
        self.answers[answer.status_code] += 1
        form = answer.headers.get("content-type", "").partition(";")[0]
        due = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "retry-after" in answer.headers
        if answer.is_server_error and not (due and form in _FORMS):
            self.odd.append(f"{answer.request.method} {answer.request.url.path} {answer.status_code} {form}")

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class SystemClient(Client):
    """A machine client that an operator has made."""

    def __init__(self, platform: PlatformUnderTest) -> None:
        super().__init__(platform.address)
        self._made = json.loads(platform.cli("client", "create", "assurance", "--scope", "system/*.*"))

    async def _fresh(self) -> dict[str, Any]:
        return await self._tokens(grant_type="client_credentials", **self._made)


class Person(Client):
    """Somebody who signs in to the dashboard."""

    def __init__(self, platform: PlatformUnderTest, username: str, password: str) -> None:
        super().__init__(platform.address)
        self._origin = platform.address
        self._username, self._password = username, password

    async def _fresh(self) -> dict[str, Any]:
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        redirect = f"{self._origin}/callback"
        query = {
            "client_id": "dashboard",
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": "openid",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "prompt": "login",
        }
        page = (await self._http.get(f"{_PROTOCOL}/auth", params=query)).raise_for_status()
        proof = re.search(r'name="proof" value="([^"]+)"', page.text)
        assert proof, page.text
        form = {"username": self._username, "password": self._password, "proof": proof[1]}
        answer = await self._http.post(f"{_PROTOCOL}/auth", params=query, data=form)
        if answer.is_error:
            answer.raise_for_status()
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        return await self._tokens(
            grant_type="authorization_code",
            client_id="dashboard",
            redirect_uri=redirect,
            code=code,
            code_verifier=verifier,
        )

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What the inbox's stream tells, as it tells it."""
        headers = {"authorization": f"Bearer {await self.token()}"}
        async with self._http.stream("GET", "/api/inbox/stream", headers=headers, timeout=None) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("data:") and line[5:].strip():
                    yield json.loads(line[5:])
