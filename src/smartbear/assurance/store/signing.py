"""The keys this installation signs with, as a log and as a witness: from one seed outside the database."""

import base64
import binascii
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from smartbear.assurance.model.notes import LOG, WITNESS, Signer
from smartbear.assurance.settings import AssuranceSettings
from smartbear.kit.errors import BadInput, PlatformError

_BYTES = 32
_OF_OTHERS = 0o077


class SigningKeyExposed(PlatformError):
    """Others can read the key that checkpoints are signed with: chmod 700 its folder and 600 the file."""

    code = "signing_key_exposed"


@dataclass(frozen=True, slots=True)
class Signers:
    """Both keys."""

    log: Signer
    witness: Signer

    @classmethod
    def of(cls, settings: AssuranceSettings, home: Path) -> "Signers":
        """The keys of the setting, BadInput if it is none; or of a file that is made when there is none."""
        given = settings.signing_key
        seed = _given(given.get_secret_value()) if given else _kept(home / "assurance" / "signing.key")
        return cls(
            Signer(settings.origin, LOG, _derived(seed, "log")),
            Signer(f"{settings.origin}/witness", WITNESS, _derived(seed, "witness")),
        )


def _given(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadInput("SMARTBEAR_ASSURANCE_SIGNING_KEY is not 32 bytes as base64.") from None


def _derived(seed: bytes, purpose: str) -> Ed25519PrivateKey:
    info = f"smartbear checkpoints {purpose}".encode()
    return Ed25519PrivateKey.from_private_bytes(HKDF(SHA256(), _BYTES, salt=None, info=info).derive(seed))


def _kept(path: Path) -> bytes:
    """The seed at ``path``, made by whoever comes first; SigningKeyExposed if others could read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    for each in (path.parent, path):
        if stat.S_IMODE(each.stat().st_mode) & _OF_OTHERS:
            raise SigningKeyExposed
    return path.read_bytes()


def _make(path: Path) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(descriptor)
    try:
        path.hardlink_to(fresh)  # fails if another process was first, and then its key is ours
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
