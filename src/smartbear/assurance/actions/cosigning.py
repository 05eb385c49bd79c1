"""Being a witness of other logs: signing a checkpoint that goes on from the one seen last."""

from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.notes import BadNote, Note
from smartbear.assurance.model.witnessing import BadProof, Request
from smartbear.assurance.store import witnesses
from smartbear.kit import logs, telemetry
from smartbear.kit.errors import BadInput, Forbidden, NotFound, Unprocessable

_log = logs.get("assurance")


class OtherSize(Exception):
    """The log believes that another size than this was seen last."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


async def cosign(services: Services, body: bytes) -> str:
    """The signature of a log's checkpoint.

    BadInput for what is no request, NotFound for a log nobody asked us to watch, Forbidden for a checkpoint
    that the log has not signed, OtherSize if something else was seen last, Unprocessable if the log was
    changed.
    """
    request = _read(body)
    origin, context = request.checkpoint.origin, services.context
    key = services.witnessed.get(origin)
    if key is None:
        raise NotFound
    if key.signed_at(request.note) is None:
        raise Forbidden("The log has not signed this checkpoint.")
    # Not a request's transaction, which leaves an event: two that watch each other would never come to rest
    async with context.db.connection() as tx, tx.transaction():
        before = await witnesses.hold(tx, origin)
        seen = Checkpoint.of(Note.parse(before)) if before else None
        if request.old != (seen.size if seen else 0):
            raise OtherSize(seen.size if seen else 0)
        try:
            request.check(seen)
        except BadProof:
            _alarm(origin)
            raise Unprocessable("The checkpoint does not go on from the one seen last.") from None
        now = context.clock.now()
        line = services.signers.witness.signature(request.note.text, int(now.timestamp()))
        await witnesses.remember(tx, origin, request.checkpoint.size, f"{request.note.text}\n{line}", now)
    return line


def _read(body: bytes) -> Request:
    try:
        return Request.parse(body.decode())
    except UnicodeDecodeError:
        raise BadInput("The body is not UTF-8.") from None
    except BadNote as error:
        raise BadInput(str(error)) from None


def _alarm(origin: str) -> None:
    _log.error("audit_log_changed", client=origin)
    telemetry.AUDIT_ALARMS.labels(origin).inc()
