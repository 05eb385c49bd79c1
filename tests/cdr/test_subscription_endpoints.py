import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smartbear.cdr.actions.subscriptions import hook
from smartbear.cdr.actions.subscriptions.endpoints import Endpoints, is_public
from smartbear.cdr.actions.subscriptions.hook import NotDelivered, connections, send
from tests.cdr.subscribers import served


@pytest.fixture
async def endpoint():
    async with served() as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "192.168.1.1", "100.64.0.1", "224.0.0.1"),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_an_address_inside_is_no_public_one(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_an_address_of_the_internet_is_a_public_one(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "[::1]", "user@127.0.0.1"]
)
async def test_nothing_inside_is_reached_unless_the_deployment_allows_it(endpoint, host):
    port = endpoint.address.rpartition(":")[2]
    async with connections() as transport:
        with pytest.raises(NotDelivered):
            await send(transport, Endpoints((), plain=True), "POST", f"http://{host}:{port}/", ())
    assert endpoint.told == []


async def test_a_redirect_is_not_followed_and_plain_http_is_not_for_production(endpoint):
    endpoint.answer, endpoint.headers = (lambda: 302), ((b"location", b"/elsewhere"),)
    async with connections() as transport:
        with pytest.raises(NotDelivered, match="302"):
            await send(transport, Endpoints(("127.0.0.1",), plain=False), "POST", endpoint.address, ())
        with pytest.raises(NotDelivered, match="HTTPS"):
            await send(transport, Endpoints((), plain=False), "POST", "http://93.184.216.34/", ())
    assert [path for _, path, *_ in endpoint.told] == ["/"]


def self_signed(name):
    """A certificate for a name, good today, with its key; PEM."""
    key, today = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return builder.sign(key, hashes.SHA256()).public_bytes(pem) + secret


@pytest.fixture
async def secure(tmp_path):
    """An HTTPS server with a certificate for «localhost», and the context that trusts it."""
    path = tmp_path / "localhost.pem"
    path.write_bytes(self_signed("localhost"))
    told = []

    async def answer(reader, writer):
        told.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(path)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=own)
    yield server.sockets[0].getsockname()[1], ssl.create_default_context(cafile=str(path)), told
    server.close()


async def test_the_certificate_must_be_of_the_name_though_the_connection_is_to_an_address(
    secure, monkeypatch
):
    port, trusting, told = secure
    endpoints = Endpoints(("localhost", "127.0.0.1"), plain=False)
    async with connections() as transport:
        with pytest.raises(NotDelivered):
            await send(transport, endpoints, "POST", f"https://localhost:{port}/x", ())
    monkeypatch.setattr(hook, "_trusted", lambda: trusting)
    async with connections() as transport:
        await send(transport, endpoints, "POST", f"https://localhost:{port}/x", ())
    async with connections() as transport:
        with pytest.raises(NotDelivered):
            await send(transport, endpoints, "POST", f"https://127.0.0.1:{port}/x", ())
    assert [b"localhost" in head for head in told] == [True]
