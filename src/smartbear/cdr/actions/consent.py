"""Keeping what participants say about who may see their data."""

from smartbear.cdr.actions.people import consent
from smartbear.cdr.actions.read import read_in
from smartbear.cdr.actions.update import update
from smartbear.cdr.model.access import everything
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store import consents
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.events import ConsentChanged, ParticipantConsented
from smartbear.fhir import json
from smartbear.fhir.search.dates import date_range
from smartbear.kit.errors import Conflict, Gone, NotFound, PreconditionFailed

_OURS = everything()
_TRIES = 3


async def keep(repository: Repository, said: ParticipantConsented) -> ConsentChanged:
    """Write the Consent, unless it says something later; returns what holds when it is written."""
    for _ in range(_TRIES):
        try:
            await _write(repository, said)
            break
        except (Conflict, PreconditionFailed):  # somebody else has: look again at what was said
            continue
    else:
        raise Conflict("The consent is being changed all the time; please try again.", retry_after=1)
    async with repository.db.connection() as connection:
        found = await consents.present(connection, repository.dictionary, said.subject)
    assert found, "there is a Consent"
    return found


async def _write(repository: Repository, said: ParticipantConsented) -> None:
    resource = consent(said)
    target = LocalId(resource["resourceType"], resource["id"])
    try:
        async with repository.db.connection() as connection:
            before = await read_in(repository, connection, _OURS, target)
    except (Gone, NotFound):
        await update(repository, _OURS, target, resource, only_new=True)
        return
    known = date_range(json.decode(before.json()).get("dateTime", ""))
    if known is None or known.start < said.at:
        await update(repository, _OURS, target, resource, expected=IfMatch.of(before.version))
