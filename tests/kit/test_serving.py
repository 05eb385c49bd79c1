"""The server on a real socket, with clients who take their time."""

import asyncio

import pytest

from smartbear.kit import serving


async def hello(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture
async def port(monkeypatch):
    monkeypatch.setattr(serving, "_HEAD", 0.4)
    listener = serving.listen("127.0.0.1", 0)
    async with serving.serving(hello, listener):
        yield listener.getsockname()[1]


@pytest.mark.parametrize("beginning", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_a_connection_ends_on_which_no_head_of_a_request_arrives(port, beginning):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_client_that_answers_in_time_keeps_its_connection(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(b"GET / HT")
        await asyncio.sleep(0.2)
        writer.write(b"TP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
    writer.close()


async def go_on_for_ever(writer):
    while True:
        writer.write(b"X" * 1000)
        await writer.drain()
        await asyncio.sleep(0)


HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET /",
        HEAD,
        HEAD + b"X-Long: ",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Long: ",
    ],
)
async def test_a_connection_ends_on_which_a_head_or_trailer_has_no_end(port, monkeypatch, beginning):
    monkeypatch.setattr(serving, "_HEAD", 60)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    async with asyncio.timeout(5):
        with pytest.raises(ConnectionError):
            await go_on_for_ever(writer)


async def test_a_long_body_is_no_long_head(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"Content-Length: 1000000\r\n\r\n" + b"X" * 1_000_000)
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n%b\r\n" % (b"X" * 1000) * 300)
    writer.write(b"0\r\n\r\n")
    async with asyncio.timeout(5):
        for _ in range(2):
            assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
    writer.close()
