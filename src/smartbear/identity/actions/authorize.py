"""The authorization endpoint: what a client asks for, and the code it gets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from smartbear.identity.actions import secrets
from smartbear.identity.actions.claims import wanted_claims
from smartbear.identity.actions.clients import find_client
from smartbear.identity.actions.sign_in import SignedIn
from smartbear.identity.actions.tokens import allowed_scope
from smartbear.identity.model import pkce
from smartbear.identity.model.accounts import Client, Grant
from smartbear.identity.model.faults import OAuthFault, WrongAddress
from smartbear.identity.store import grants
from smartbear.kit.context import Context

_CODE_LIFETIME = timedelta(seconds=60)
_SECONDS = re.compile(r"[0-9]{1,9}")
_LONGEST = 512  # characters of state and nonce


@dataclass(frozen=True, slots=True)
class Return:
    """Where the browser goes back to, once that address is known to be the client's."""

    client: Client
    redirect_uri: str
    state: str | None

    def address(self, issuer: str, **answer: str) -> str:
        """The address with an answer, the state, and who answers (RFC 9207)."""
        told = {**answer, **({"state": self.state} if self.state is not None else {}), "iss": issuer}
        parts = urlsplit(self.redirect_uri)
        query = "&".join(part for part in (parts.query, urlencode(told)) if part)
        return urlunsplit(parts._replace(query=query))


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid authorization request."""

    back: Return
    scope: str
    challenge: str
    nonce: str | None
    prompts: frozenset[str]
    max_age: timedelta | None
    claims: Mapping[str, tuple[str, ...]]
    hint: str | None
    """An ID token of the person the client expects to see."""

    @property
    def wishes(self) -> frozenset[str]:
        """All it wants to do or know: scopes, and claims asked for by name."""
        named = (f"claim:{name}" for names in self.claims.values() for name in names)
        return frozenset((*self.scope.split(), *named))

    def accepts(self, session: SignedIn, now: datetime) -> bool:
        """Whether an earlier sign-in will do, or the client wants a new one (OIDC Core §3.1.2.1)."""
        too_old = self.max_age is not None and now - session.since > self.max_age
        return not too_old and not self.prompts & {"login", "select_account"}


async def where_back(context: Context, query: Mapping[str, str]) -> Return:
    """The client and its redirect address, compared exactly; WrongAddress if either is unknown."""
    client = await find_client(context, query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri", "")
    if client is None or redirect_uri not in client.redirects:
        raise WrongAddress
    state = query.get("state")
    return Return(client, redirect_uri, state[:_LONGEST] if state is not None else None)


def understand(back: Return, query: Mapping[str, str]) -> Asked:
    """What the client asks for; OAuthFault if it may not, or asks in a way that protects nobody."""
    _refuse_what_is_not_offered(query)
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not pkce.is_challenge(challenge):
        raise OAuthFault("invalid_request", "PKCE with S256 is required.")
    nonce = query.get("nonce")
    if nonce is not None and len(nonce) > _LONGEST:
        raise OAuthFault("invalid_request", "The nonce is too long.")
    prompts = frozenset(query.get("prompt", "").split())
    if "none" in prompts and len(prompts) > 1:
        raise OAuthFault("invalid_request", "No prompt can be shown together with none.")
    scope = allowed_scope(back.client, query.get("scope", "openid"))
    claims = wanted_claims(query.get("claims"))
    hint = query.get("id_token_hint")
    return Asked(back, scope, challenge, nonce, prompts, _max_age(query.get("max_age")), claims, hint)


def _refuse_what_is_not_offered(query: Mapping[str, str]) -> None:
    """Say so, rather than ignore a parameter that would have changed the request (OIDC Core §6)."""
    if "request" in query:
        raise OAuthFault("request_not_supported", "Request objects are not read.")
    if "request_uri" in query:
        raise OAuthFault("request_uri_not_supported", "Requests are not fetched from addresses.")
    if query.get("response_type") != "code":
        raise OAuthFault("unsupported_response_type", "Only the code flow is offered.")
    if query.get("response_mode", "query") != "query":
        raise OAuthFault("invalid_request", "Answers are given in the query alone.")


def _max_age(seconds: str | None) -> timedelta | None:
    if seconds is None:
        return None
    if not _SECONDS.fullmatch(seconds):
        raise OAuthFault("invalid_request", "max_age is a number of seconds.")
    return timedelta(seconds=int(seconds))


async def grant_code(context: Context, asked: Asked, session: SignedIn) -> str:
    """A code for an account that has signed in, good for a minute and once."""
    secret, digest = secrets.fresh()
    until = context.clock.now() + _CODE_LIFETIME
    grant = Grant(
        session.account,
        asked.back.client.id,
        asked.scope,
        context.new_id(),
        session.since,
        asked.nonce,
        session.amr,
        asked.claims,
    )
    async with context.db.transaction() as tx:
        await grants.start_family(tx, grant, session.digest, until)
        await grants.insert_code(
            tx,
            digest,
            grant,
            redirect_uri=asked.back.redirect_uri,
            challenge=asked.challenge,
            expires_at=until,
        )
    return secret
