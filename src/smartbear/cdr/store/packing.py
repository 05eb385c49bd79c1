"""How stored bodies are packed. The method is kept with each body, so that a better one can come later.

A dictionary holds what nearly all bodies share, so that a body of 700 bytes takes some 200 and not 400.
"""

from pathlib import Path

import zstandard

from smartbear.cdr.store.verbs import packing_of

NOTHING = (0, None)
"""Of a version that is a deletion."""

DICTIONARY = Path(__file__).with_name("bodies.zdict")
"""Belongs to method 1 for ever; see ``training``."""

_WITH_DICTIONARY = 1
_LEVEL = 3

_dictionary = zstandard.ZstdCompressionDict(DICTIONARY.read_bytes())
_dictionary.precompute_compress(level=_LEVEL)
_compressor = zstandard.ZstdCompressor(dict_data=_dictionary, level=_LEVEL, write_dict_id=False)
_decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary)


def pack(content: bytes) -> tuple[int, bytes]:
    """The method and the packed form."""
    return _WITH_DICTIONARY, _compressor.compress(content)


def unpack(method: int, packed: bytes) -> bytes:
    """The content as it was stored."""
    assert packing_of(method) == _WITH_DICTIONARY, "a body packed by a newer release"
    return _decompressor.decompress(packed)
