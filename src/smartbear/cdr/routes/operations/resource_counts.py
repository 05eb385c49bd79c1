"""``$get-resource-counts`` over HTTP: the operation of HAPI's server that the original platform used."""

from smartbear.cdr.actions.resource_counts import resource_counts
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import given_to
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json


async def resource_counts_route(repository: Repository, call: Call) -> Answer:
    """``[base]/$get-resource-counts``: Parameters, one for each type that has resources."""
    (await given_to(repository, call)).expect_among(())
    found = await resource_counts(repository, call.access)
    counted = [{"name": name, "valueInteger": number} for name, number in found.items()]
    return Answer(
        200, json.encode({"resourceType": "Parameters"} | ({"parameter": counted} if counted else {}))
    )


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("$get-resource-counts",): {"GET": resource_counts_route, "POST": resource_counts_route},
}
"""Shape of an address → method → interaction."""
