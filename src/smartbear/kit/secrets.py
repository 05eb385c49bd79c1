"""Keys of one deployment, all derived from a single root that never leaves this module."""

import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from smartbear.kit.settings import PlatformSettings

_ROOT_BYTES = 32


def deriver(settings: PlatformSettings) -> Callable[[str], bytes]:
    """A function from a purpose («scope», «paging») to a 32-byte key that is the same on every replica.

    The root is ``SMARTBEAR_SECRET_KEY`` or, when unset, a file made once under the data directory.
    """
    root = (
        settings.secret_key.get_secret_value().encode()
        if settings.secret_key
        else _kept_root(settings.home / "secrets" / "deployment.key")
    )

    @cache
    def derive(purpose: str) -> bytes:
        return HKDF(SHA256(), _ROOT_BYTES, salt=None, info=f"smartbear {purpose}".encode()).derive(root)

    return derive


def _kept_root(path: Path) -> bytes:
    """The root key at ``path``, made by whoever comes first; readers never see half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(_ROOT_BYTES))
        try:
            os.link(fresh, path)  # fails if another process was first, and then its key is ours
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
