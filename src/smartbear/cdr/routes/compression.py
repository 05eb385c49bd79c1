"""Content codings (RFC 9110 8.4): gzip, and zstd, which is cheaper for both sides."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from io import BytesIO
from typing import Protocol

import zstandard

from smartbear.kit.errors import BadInput, TooLarge, UnsupportedMediaType

SMALLEST = 4096  # bytes; below, packing costs more than it saves
_OFFERED = ("zstd", "gzip")
_LEVEL = 1  # of both: FHIR's JSON shrinks to a tenth already, and higher levels take much longer
_NEVER = {"0", "0.0", "0.00", "0.000"}
_ELSEWHERE = 1 << 16  # bytes from which another thread packs: the codecs let the others run
_WINDOW = 1 << 23  # bytes; RFC 9659 asks for no more


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _gzip_packer() -> _Packer:
    return zlib.compressobj(_LEVEL, wbits=zlib.MAX_WBITS | 16)


def _zstd_packer() -> _Packer:
    return zstandard.ZstdCompressor(_LEVEL).compressobj()


def _gzip_reader(data: bytes) -> _Reader:
    return gzip.GzipFile(fileobj=BytesIO(data))


def _zstd_reader(data: bytes) -> _Reader:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    return unpacker.stream_reader(BytesIO(data), read_across_frames=True)


_PACKERS: dict[str, Callable[[], _Packer]] = {"gzip": _gzip_packer, "zstd": _zstd_packer}
_READERS: dict[str, Callable[[bytes], _Reader]] = {"gzip": _gzip_reader, "zstd": _zstd_reader}


@lru_cache(maxsize=64)
def coding_of(accept_encoding: str) -> str:
    """The coding that an Accept-Encoding header allows, empty for none."""
    weights = dict(_weight(one) for one in accept_encoding.lower().split(","))
    return next((one for one in _OFFERED if weights.get(one, weights.get("*", "0")) not in _NEVER), "")


def _weight(text: str) -> tuple[str, str]:
    coding, _, parameter = text.partition(";")
    return coding.strip(), parameter.partition("=")[2].strip() or "1"


async def packed(coding: str, body: bytes) -> bytes:
    """The whole body in a coding."""
    packer = _PACKERS[coding]()
    return await _run(packer.compress, body) + packer.flush()


async def packed_pieces(coding: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A long body in a coding, piece by piece."""
    packer = _PACKERS[coding]()
    async for piece in pieces:
        ready = await _run(packer.compress, piece)
        if ready:
            yield ready
    yield packer.flush()


async def unpacked(coding: str, body: bytes, limit: int) -> bytes:
    """What a request's body holds; never more than ``limit`` bytes of it are made."""
    if coding == "identity":
        return body
    if coding not in _READERS:
        raise UnsupportedMediaType("Bodies may be packed with gzip or zstd, once.")
    try:
        content = await asyncio.to_thread(lambda: _READERS[coding](body).read(limit + 1))
    except (EOFError, OSError, zlib.error, zstandard.ZstdError):
        raise BadInput(f"The body is not what {coding} makes.") from None
    if len(content) > limit:
        raise TooLarge(f"The body may have at most {limit} bytes when it is unpacked.")
    return content


async def _run(work: Callable[[bytes], bytes], data: bytes) -> bytes:
    return work(data) if len(data) < _ELSEWHERE else await asyncio.to_thread(work, data)
