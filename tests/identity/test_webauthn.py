"""What authenticators say, and every way in which it can be wrong."""

import json
from dataclasses import replace
from hashlib import sha256

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from smartbear.identity.model import cbor, webauthn
from smartbear.identity.model.webauthn import Expected, NotGenuine

EXPECTED = Expected(b"c" * 32, ("https://bear.example",), "bear.example")
EC, ED = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)


def encoded(value):
    """CBOR of what the tests need."""
    match value:
        case bool():
            return bytes([0xF4 + value])
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(encoded, value))
        case dict():
            return head(5, len(value)) + b"".join(encoded(part) for pair in value.items() for part in pair)


def head(kind, number):
    for low, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([kind << 5 | number])
        if number < 1 << 8 * width:
            return bytes([kind << 5 | low]) + number.to_bytes(width)
    raise ValueError


def cose(key):
    public = key.public_key().public_numbers() if key is not ED else None
    if key is EC:
        return encoded({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)})
    if key is ED:
        return encoded({1: 1, 3: -8, -1: 6, -2: ED.public_key().public_bytes_raw()})
    return encoded({1: 3, 3: -257, -1: public.n.to_bytes(256), -2: public.e.to_bytes(3)})


def sign(key, data):
    if key is EC:
        return key.sign(data, ec.ECDSA(SHA256()))
    return key.sign(data) if key is ED else key.sign(data, padding.PKCS1v15(), SHA256())


def client(kind, **changes):
    told = {"type": kind, "challenge": webauthn.coded(EXPECTED.challenge), "origin": "https://bear.example"}
    return json.dumps(told | changes).encode()


def authenticator(flags=0x05, count=0, host="bear.example", more=b""):
    return sha256(host.encode()).digest() + bytes([flags]) + count.to_bytes(4) + more


def creation(key=EC, number=b"k" * 16, told=None, flags=0x45, **changes):
    more = b"\0" * 16 + len(number).to_bytes(2) + number + cose(key)
    data = authenticator(flags, more=more, **changes)
    attestation = encoded({"fmt": "none", "attStmt": {}, "authData": data})
    told = told if told is not None else client("webauthn.create")
    return webauthn.Response("x", webauthn.coded(told), webauthn.coded(attestation))


def assertion(key=EC, told=None, signed=None, **changes):
    told = told if told is not None else client("webauthn.get")
    data = authenticator(**changes)
    signature = sign(key, (signed or data) + sha256(told).digest())
    return webauthn.Response("x", *map(webauthn.coded, (told, b"", data, signature)))


@pytest.mark.parametrize("key", [EC, ED, RSA])
def test_a_passkey_that_was_made_signs(key):
    made = webauthn.made(creation(key), EXPECTED)
    assert made.id == b"k" * 16
    assert webauthn.used(assertion(key, count=7), EXPECTED, made.public_key, 6) == 7


@pytest.mark.parametrize(
    "told",
    [
        client("webauthn.get"),
        client("webauthn.create", challenge=webauthn.coded(b"d" * 32)),
        client("webauthn.create", challenge=7),
        client("webauthn.create", origin="https://evil.example"),
        client("webauthn.create", origin="https://bear.example.evil.example"),
        client("webauthn.create", origin=None),
        b"{}",
        b"[]",
        b"7",
        b"",
        b"\xff",
    ],
)
def test_what_the_browser_says_must_be_of_this_page_and_moment(told):
    with pytest.raises(NotGenuine):
        webauthn.made(creation(told=told), EXPECTED)
    swapped = told.replace(b".get", b".other").replace(b".create", b".get")
    with pytest.raises(NotGenuine):
        webauthn.used(assertion(told=swapped), EXPECTED, cose(EC), 0)


@pytest.mark.parametrize(
    "changes", [{"host": "evil.example"}, {"flags": 0x44}, {"flags": 0x05}, {"number": b""}]
)
def test_a_passkey_is_made_for_this_host_with_a_person_there(changes):
    with pytest.raises(NotGenuine):
        webauthn.made(creation(**changes), EXPECTED)


@pytest.mark.parametrize(
    "changes", [{"host": "evil.example"}, {"flags": 0x04}, {"key": ED}, {"signed": b"x"}]
)
def test_a_signature_is_of_the_key_for_this_host_with_a_person_there(changes):
    with pytest.raises(NotGenuine):
        webauthn.used(assertion(**changes), EXPECTED, cose(EC), 0)


@pytest.mark.parametrize(
    ("last", "count", "good"), [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 0, False)]
)
def test_a_copied_passkey_shows_by_its_count(last, count, good):
    response = assertion(count=count)
    if good:
        assert webauthn.used(response, EXPECTED, cose(EC), last) == count
    else:
        with pytest.raises(NotGenuine):
            webauthn.used(response, EXPECTED, cose(EC), last)


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_bytes_of_any_kind_are_genuine_or_not(data, signature):
    good = assertion()
    for response in (
        replace_(good, authenticator_data=webauthn.coded(data)),
        replace_(good, signature=webauthn.coded(signature)),
        replace_(good, client_data=webauthn.coded(data)),
    ):
        with pytest.raises(NotGenuine):
            webauthn.used(response, EXPECTED, cose(EC), 0)
    with pytest.raises(NotGenuine):
        webauthn.made(replace_(creation(), attestation_object=webauthn.coded(data)), EXPECTED)


def replace_(response, **changes):
    return msgspec.structs.replace(response, **changes)


@given(st.text(max_size=200))
def test_a_form_of_any_kind_can_be_read_or_not(text):
    try:
        webauthn.id_of(webauthn.read(text))
    except NotGenuine:
        return


VALUES = st.recursive(
    st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES, st.binary(max_size=5))
def test_what_is_written_is_read_back_and_the_rest_is_left(value, rest):
    try:
        assert cbor.decode(encoded(value) + rest) == (value, rest)
    except ValueError:
        assert depth(value) > 8


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    try:
        cbor.decode(data)
    except ValueError:
        return


@pytest.mark.parametrize(
    "data", [b"\x9b" + b"\xff" * 8, b"\x81" * 5000, b"\xbf", b"\xf9\x00\x00", b"\xa2\x01\x01\x01\x01"]
)
def test_what_authenticators_do_not_write_is_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011 - there is no more to say
        cbor.decode(data)


def test_a_key_that_was_not_offered_is_refused():
    weak = encoded({1: 2, 3: -35, -1: 2, -2: b"x" * 48, -3: b"y" * 48})
    with pytest.raises(NotGenuine):
        webauthn.used(assertion(), EXPECTED, weak, 0)


def test_the_expected_page_is_the_one_asked():
    elsewhere = replace(EXPECTED, challenge=b"e" * 32)
    with pytest.raises(NotGenuine):
        webauthn.used(assertion(), elsewhere, cose(EC), 0)
