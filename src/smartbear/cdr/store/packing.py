"""How stored bodies are packed. The method is kept with each body, so that a better one can come later."""

import zstandard

NOTHING = (0, None)
"""Of a version that is a deletion."""

ZSTD = 1
_LEVEL = 3

_compressor = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True)
_decompressor = zstandard.ZstdDecompressor()


def pack(content: bytes) -> tuple[int, bytes]:
    """The method and the packed form."""
    return ZSTD, _compressor.compress(content)


def unpack(method: int, packed: bytes) -> bytes:
    """The content as it was stored."""
    assert method == ZSTD, "a body packed by a newer release"
    return _decompressor.decompress(packed)
