"""A client with a server of its own, as the conformance tests play one."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from smartbear.identity.actions import NewClient, create_client
from tests.identity.conftest import PASSWORD, PROTOCOL, fields_of

BACK = "https://rp.example/callback"
AFTER = "https://rp.example/goodbye"
TOLD = "https://rp.example/backchannel"
VERIFIER = "p" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = "openid profile email offline_access"


async def register(context, **changes):
    described = {
        "name": "relying party",
        "scope": SCOPES,
        "redirects": (BACK,),
        "after_logout": (AFTER,),
        "backchannel_logout": TOLD,
        "is_ours": True,
    }
    return await create_client(context, NewClient(**described | changes))


class RelyingParty:
    """Sends a browser to the provider, takes it back and exchanges the code."""

    def __init__(self, http, client_id, secret):
        self.http, self.client_id, self.secret = http, client_id, secret

    def request(self, **changes):
        query = {
            "client_id": self.client_id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (query | changes).items() if value is not None}

    async def send(self, **changes):
        """The page or the answer that the browser gets, without anybody signing in."""
        return await self.http.get(f"{PROTOCOL}/auth", params=self.request(**changes))

    async def sign_in(self, **changes):
        """The parameters a browser comes back with after somebody has signed in, if that is asked."""
        page = await self.send(**changes)
        if page.status_code == 200:
            form = fields_of(page) | {"username": "test_clinician", "password": PASSWORD}
            page = await self.http.post(f"{PROTOCOL}/auth", params=self.request(**changes), data=form)
        return back_with(page)

    async def exchange(self, code, **changes):
        form = {
            "grant_type": "authorization_code",
            "redirect_uri": BACK,
            "code": code,
            "code_verifier": VERIFIER,
        }
        return await self.http.post(
            f"{PROTOCOL}/token", data=form | changes, auth=(self.client_id, self.secret)
        )

    async def tokens(self, **changes):
        answer = await self.exchange((await self.sign_in(**changes))["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def claims(self, token, **header):
        """What a token says once its signature holds."""
        keys = KeySet.import_key_set((await self.http.get(f"{PROTOCOL}/certs")).json())
        decoded = jwt.decode(token, keys, algorithms=["RS256"])
        assert header.items() <= decoded.header.items()
        return decoded.claims

    async def id_token(self, **changes):
        return await self.claims((await self.tokens(**changes))["id_token"])

    async def userinfo(self, tokens):
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        answer = await self.http.get(f"{PROTOCOL}/userinfo", headers=headers)
        assert answer.status_code == 200
        return answer.json()


def back_with(answer):
    """The parameters a browser is sent back to the client with."""
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}
