"""The embedded PostgreSQL: a server of our own for those who have not set up another.

``start(home)`` returns a ``Server`` that accepts connections at ``Server.url``; ``Server.stop()`` leaves it.
Every process of ours that calls ``start`` on the same data directory shares one server, and the last one to
leave stops it. A process that is killed counts as having left; a server that was left running this way is
adopted by the next ``start``. ``Server.supervise()`` restarts a killed postmaster on the same port.

Under ``home/postgres`` it keeps:

    data/            the cluster; belongs to the account PostgreSQL runs under
    log/             the server's log, one file for each day of the week, overwritten after seven days
    start.log        what PostgreSQL said while it last started, before its log was open
    postgresql.conf  our settings with their reasons, rewritten by a release that changes them
    password         of the database superuser ``smartbear``; without the file the next launch sets a new one
    port             the port of the last start, kept for the next
    lock, users      held with flock(2): who is starting or stopping, and who uses the server
    programs-…/      a copy of PostgreSQL's programs, only where the account cannot reach the installed ones

Owns: the cluster's creation, life and death, and the account, port and password it has. PostgreSQL listens on
loopback alone and asks for a password there. It refuses to run as root: started by root it runs as the owner
of the data directory, else as ``smartbear``, else as ``nobody``.

Refuses to know: what is stored in it, and how an external PostgreSQL is run. It does not upgrade a cluster of
another major version and never deletes one. Linux only: it finds processes in ``/proc``.
"""

from smartbear.kit.postgres.errors import (
    DiskFull,
    FolderUnreachable,
    OtherMajorVersion,
    OtherOwner,
    PortTaken,
    PostgresUnavailable,
    ProgramsMissing,
    StartFailed,
    StopFailed,
    UnknownAccount,
)
from smartbear.kit.postgres.server import Server, start

__all__ = [
    "DiskFull",
    "FolderUnreachable",
    "OtherMajorVersion",
    "OtherOwner",
    "PortTaken",
    "PostgresUnavailable",
    "ProgramsMissing",
    "Server",
    "StartFailed",
    "StopFailed",
    "UnknownAccount",
    "start",
]
