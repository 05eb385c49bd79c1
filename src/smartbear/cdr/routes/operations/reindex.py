"""``$reindex``: index resources anew. One at once; a type or all in the background, with a status to poll."""

from smartbear.cdr.actions.reindex import ask, reindex_one, status
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions, json
from smartbear.fhir.issues import Issue
from smartbear.fhir.outcome import operation_outcome
from smartbear.kit.errors import BadInput, FieldError

_NAME = "$reindex"
_JOB = "_job"


async def reindex_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/$reindex`` or ``[base]/[type]/$reindex``: 202, and where to ask how far it is."""
    types = [call.path[0]] if len(call.path) > 1 else sorted(definitions.resource_types())
    job = await ask(repository, call.access, types)
    place = f"{call.base}{_NAME}?{_JOB}={job}".encode()
    return Answer(202, _told("The resources will be indexed anew."), ((b"content-location", place),))


async def reindex_one_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/[type]/[id]/$reindex``."""
    await reindex_one(repository, call.access, LocalId(*call.path[:2]))
    return Answer(200, _told("The resource has been indexed anew."))


async def status_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/$reindex?_job=…``: how many resources there are, are done, and could not be indexed."""
    name = dict(call.parameters()).get(_JOB, "")
    if not name:
        fault = FieldError(_JOB, "required", "names the job, as the answer to POST did")
        raise BadInput("Say which job is meant.", errors=(fault,))
    job = await status(repository, call.access, name)
    counts = {"total": job.total, "done": job.done, "errors": job.errors}
    parameters = [
        {"name": "status", "valueCode": "completed" if job.ended else "in-progress"},
        *({"name": name, "valueInteger": number} for name, number in counts.items()),
        {"name": "started", "valueInstant": instant(job.started)},
        *([{"name": "ended", "valueInstant": instant(job.ended)}] if job.ended else []),
    ]
    return Answer(200, json.encode({"resourceType": "Parameters", "parameter": parameters}))


def _told(text: str) -> bytes:
    return json.encode(operation_outcome([Issue("information", "informational", text)]))


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    (_NAME,): {"POST": reindex_route, "GET": status_route},
    ("type", _NAME): {"POST": reindex_route},
    ("type", "id", _NAME): {"POST": reindex_one_route},
}
"""Shape of an address → method → interaction."""
