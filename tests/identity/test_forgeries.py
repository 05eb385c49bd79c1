"""Mutated tokens and hostile addresses: none is accepted. A sample in every run, all of them as evidence."""

import base64
import hmac
import json
import random
from dataclasses import replace

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway.actions.callers import Callers
from smartbear.identity.actions import keys as signing
from smartbear.identity.actions import verify
from smartbear.identity.actions.clients import find_client
from smartbear.identity.settings import IdentitySettings
from smartbear.kit.errors import Unauthenticated
from tests.conftest import test_key
from tests.identity.conftest import ORIGIN, asked

SAMPLE = [pytest.param(300, id="sample")]
ALL_TOKENS = [
    *SAMPLE,
    pytest.param(100_000, id="all", marks=[pytest.mark.evidence, pytest.mark.timeout(1800)]),
]
ALL_ADDRESSES = [
    *SAMPLE,
    pytest.param(10_000, id="all", marks=[pytest.mark.evidence, pytest.mark.timeout(1800)]),
]
STRANGER = RSAKey.generate_key(2048, private=True)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \0é"


def coded(part):
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parsed(part):
    return json.loads(base64.urlsafe_b64decode(part + "=="))


class Forger:
    """Changes a good token in every way forgers are known to try, and at random."""

    def __init__(self, good, public_pem, seed):
        self.good, self.public, self.chance = good, public_pem, random.Random(seed)
        self.head, self.body, self.signature = good.split(".")
        self.ways = [
            self.letter,
            self.cut,
            self.other_claim,
            self.other_header,
            self.unsigned,
            self.public_key_as_secret,
            self.key_inside,
            self.by_a_stranger,
            self.parts,
            self.noise,
        ]

    def forged(self):
        return self.chance.choice(self.ways)()

    def letter(self):
        at = self.chance.randrange(len(self.good) - 2)  # the last letters carry bits that mean nothing
        return self.good[:at] + self.chance.choice(LETTERS) + self.good[at + 1 :]

    def cut(self):
        start, end = sorted(self.chance.sample(range(len(self.good)), 2))
        return self.good[:start] + self.good[end:]

    def other_claim(self):
        claims = parsed(self.body)
        name = self.chance.choice([*claims, "roles", "sub", "exp"])
        claims[name] = self.chance.choice([["SysAdmin"], "admin", 9_999_999_999, None, {}, [], True, ""])
        return ".".join([self.head, coded(claims), self.signature])

    def header(self):
        head = parsed(self.head)
        name = self.chance.choice(["alg", "kid", "typ", "jku", "x5u", "jwk", "crit", "b64"])
        values = [
            "none",
            "HS256",
            "ES256",
            "RS512",
            "../../dev/null",
            "' OR 1=1",
            "http://evil.example/",
            7,
            None,
        ]
        return head | {name: self.chance.choice(values)}

    def other_header(self):
        return ".".join([coded(self.header()), self.body, self.signature])

    def unsigned(self):
        algorithm = self.chance.choice(["none", "None", "NONE", "nOnE", "", None])
        head = coded({"alg": algorithm, "typ": "at+jwt"})
        return f"{head}.{self.body}.{self.chance.choice(['', self.signature])}"

    def public_key_as_secret(self):
        head = {"alg": "HS256", "typ": "at+jwt", "kid": parsed(self.head)["kid"]}
        signed = f"{coded(head)}.{self.body}"
        return f"{signed}.{coded(hmac.digest(self.public, signed.encode(), 'sha256'))}"

    def key_inside(self):
        head = {"alg": "RS256", "typ": "at+jwt", "jwk": STRANGER.as_dict(private=False)}
        return self._signed(head)

    def by_a_stranger(self):
        return self._signed(parsed(self.head))

    def _signed(self, head):
        claims = parsed(self.body) | {"roles": [self.chance.choice(["SysAdmin", "CCM", "Auditor"])]}
        return jws.serialize_compact(head, json.dumps(claims).encode(), STRANGER, algorithms=["RS256"])

    def parts(self):
        pieces = [self.head, self.body, self.signature, "", "e30", coded(b"null"), coded(b"[]")]
        return ".".join(self.chance.choices(pieces, k=self.chance.randrange(1, 6)))

    def noise(self):
        return "".join(self.chance.choices(LETTERS, k=self.chance.randrange(1, 400)))


def means_the_same(first, second):
    """Whether two texts are the same token: base64 has more than one way to write its last letter."""

    def read(text):
        try:
            return [base64.urlsafe_b64decode(part + "==") for part in text.split(".")]
        except ValueError:
            return text

    return read(first) == read(second)


@pytest.mark.parametrize("number", ALL_TOKENS)
async def test_no_mutated_token_is_accepted(identity, browser, make_context, clock, number):
    context, app = identity
    good = (await browser.tokens())["access_token"]
    known = await signing.signing_keys(context, IdentitySettings())
    public = RSAKey.import_key(known.public["keys"][0]).as_pem(private=False)
    neighbours = {"identity": ScopeMiddleware(app, test_key("scope"), clock)}
    forger, accepted = Forger(good, public, seed=number), []
    async with make_context("gateway", neighbours) as gateway:
        callers = Callers(replace(gateway, settings=context.settings))
        assert (await callers.identify(f"Bearer {good}", "cdr")).role == "CCM"
        for _ in range(number):
            forged = forger.forged()
            if means_the_same(forged, good):
                continue
            if await verify.read_access_token(context, known, forged) is not None:
                accepted.append(forged)
            if await believed(callers, forged):
                accepted.append(forged)
        await callers.close()
    assert accepted == []


async def believed(callers, token):
    try:
        await callers.identify(f"Bearer {token}", "cdr")
    except Unauthenticated:
        return False
    return True


class Redirector:
    """Writes addresses that look like the client's to somebody, and are not."""

    def __init__(self, good, seed):
        self.good, self.chance = good, random.Random(seed)

    def address(self):
        way = self.chance.choice([self._host, self._path, self._letter, self._scheme, self._known])
        return way()

    def _host(self):
        evil = self.chance.choice(
            ["evil.example", "localhost.evil.example", "[::1]", "127.0.0.1.nip.example", "0x7f.1"]
        )
        form = self.chance.choice(
            [
                "http://{}/callback",
                "http://localhost:8080@{}/callback",
                "http://{}\\@localhost:8080/callback",
                "http://localhost:8080.{}/callback",
                "//{}/callback",
                "http://{}#localhost:8080/callback",
                "http://a@b@{}/callback",
                "http://{}?http://localhost:8080/callback",
            ]
        )
        return form.format(evil)

    def _path(self):
        tail = self.chance.choice(
            [
                "/..;/evil",
                "/../evil",
                "/%2e%2e/evil",
                "?x=1",
                "#f",
                "/",
                "//",
                ";a=b",
                "%00",
                "%0d%0aSet-Cookie:a=b",
                "\t",
                " ",
                "/*",
                "%2f..%2f",
                "\\..\\evil",
                "?redirect_uri=x",
                "&a=b",
            ]
        )
        return self.good + tail * self.chance.randrange(1, 4)

    def _letter(self):
        at = self.chance.randrange(len(self.good))
        return self.good[:at] + self.chance.choice(LETTERS) + self.good[at + self.chance.randrange(2) :]

    def _scheme(self):
        scheme = self.chance.choice(
            ["https", "HTTP", "jaVaScript", "data", "file", "ftp", "blob:http", "javascript://%0aalert(1)//"]
        )
        return scheme + self.good[len("http") :]

    def _known(self):
        return self.chance.choice(
            [
                "javascript:alert(1)",
                "data:text/html,x",
                "urn:ietf:wg:oauth:2.0:oob",
                "http://LOCALHOST:8080/callback",
                "http://localhost/callback",
                "http://localhost:80/callback",
                "http://localhost:8080",
                "*",
                "",
                "null",
                "http://localhost:8080/app/callback",
                "http://localhost:8080/callback\n",
                "http://ⓛocalhost:8080/callback",
            ]
        )


@pytest.mark.parametrize("number", ALL_ADDRESSES)
async def test_nobody_is_sent_to_a_hostile_address(identity, http, number):
    context, _ = identity
    client = await find_client(context, "dashboard")
    redirector, sent = Redirector(f"{ORIGIN}/callback", seed=number), []
    for _ in range(number):
        address = redirector.address()
        if address in client.redirects:
            continue
        answer = await http.get(
            "/realms/smartbear/protocol/openid-connect/auth", params=asked(redirect_uri=address)
        )
        if answer.status_code != 400 or "location" in answer.headers:
            sent.append(address)
    assert sent == []
