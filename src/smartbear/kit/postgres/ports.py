"""The port the server listens on."""

import secrets
import socket

from smartbear.kit.postgres.errors import PortTaken

LOOPBACK = "127.0.0.1"
_RANGE = range(
    15_432, 32_768
)  # below Linux's ephemeral ports: no outgoing connection can sit on ours at a restart
_ATTEMPTS = 100


def choose(wanted: int | None, recorded: int | None, *, alone: bool) -> int:
    """``wanted``, else the port of the last start, else a free one.

    Raises ``PortTaken`` when ``wanted`` is not free, or the recorded one is not and others hold its address.
    """
    required = wanted or (None if alone else recorded)
    for candidate in (required, recorded):
        if candidate and is_free(candidate):
            return candidate
        if candidate and candidate == required:
            raise PortTaken(
                f"The database cannot listen on port {candidate}: another program does. End that program, or "
                "choose another port."
            )
    for _ in range(_ATTEMPTS):
        if is_free(candidate := secrets.choice(_RANGE)):
            return candidate
    raise PortTaken


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now, judged as PostgreSQL binds it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
