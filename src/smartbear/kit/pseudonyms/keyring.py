"""Keys in use: what is derived from the root for each space, kind and epoch (HKDF, RFC 5869)."""

import re

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from smartbear.kit.pseudonyms import spaces
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.spaces import Space, Spaces
from smartbear.kit.pseudonyms.tokens import KEY_BYTES, Cipher

WEEKS = 26
"""A project's dates move by one to so many weeks, earlier or later."""

_KIND = re.compile(r"[A-Za-z][A-Za-z:-]{0,63}")
_MOST = 10_000  # ciphers kept


class Keyring:
    """Seals and opens. A change to the folder is seen by the next call."""

    def __init__(self, folder: Folder) -> None:
        self._folder, self._root = folder, folder.root()
        self._ciphers: dict[tuple[str, str, int], Cipher] = {}
        self._spaces: Spaces = {}
        self._version: tuple[int, int] | None = None

    def names(self) -> list[str]:
        """Of the spaces there are now, sorted."""
        return sorted(self._present())

    def space(self, name: str) -> Space:
        """A space as the folder has it now; NotFound if there is none."""
        return spaces.of(self._present(), name)

    def _present(self) -> Spaces:
        version = self._folder.version()
        if version != self._version:
            self._spaces, self._version = self._folder.spaces(), version
            self._ciphers.clear()
        return self._spaces

    def seal(self, name: str, kind: str, text: str) -> str | None:
        """The token of a text in the space's present epoch; None for a text that has none."""
        cipher = self._cipher(name, kind, self.space(name).current)
        return cipher.seal(text) if cipher else None

    def open(self, name: str, kind: str, token: str) -> str | None:
        """The text of a token of any epoch that is not closed; None if it is not one of them."""
        for epoch in self.space(name).readable:
            cipher = self._cipher(name, kind, epoch)
            found = cipher.open(token) if cipher else None
            if found is not None:
                return found
        return None

    def days(self, name: str) -> int:
        """By how many days the dates of a project move; the same in all its epochs, never none."""
        number = int.from_bytes(self._derive(self.space(name).salt, "dates", name)) % (2 * WEEKS)
        return 7 * (number - WEEKS if number < WEEKS else number - WEEKS + 1)

    def key(self, purpose: str) -> bytes:
        """A key of the holder's own."""
        return self._derive(b"", "own", purpose)

    def _cipher(self, name: str, kind: str, epoch: int) -> Cipher | None:
        if not _KIND.fullmatch(kind):
            return None
        place = (name, kind, epoch)
        if place not in self._ciphers:
            if len(self._ciphers) >= _MOST:
                self._ciphers.clear()
            purpose = "|".join(("v1", name, kind, str(epoch)))
            key = self._derive(self.space(name).salt, "tokens", purpose)
            self._ciphers[place] = Cipher(key, purpose.encode())
        return self._ciphers[place]

    def _derive(self, salt: bytes, use: str, purpose: str) -> bytes:
        info = f"smartbear pseudonyms {use}|{purpose}".encode()
        return HKDF(SHA256(), KEY_BYTES, salt=salt, info=info).derive(self._root)
