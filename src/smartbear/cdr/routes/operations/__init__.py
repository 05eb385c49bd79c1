"""Operations (https://hl7.org/fhir/R4/operations.html) over HTTP, a file for each.

An operation is whatever an address that ends in ``$name`` does. What it does for one type alone is listed
under that type's name, what it does for every type under «type».
"""

from collections.abc import Mapping

from smartbear.cdr.routes.http import Interaction
from smartbear.cdr.routes.operations import everything, export, lastn, resource_counts

OPERATIONS: Mapping[tuple[str, ...], Mapping[str, Interaction]] = {
    **everything.ROUTES,
    **export.ROUTES,
    **lastn.ROUTES,
    **resource_counts.ROUTES,
}
"""Shape of an address → method → operation."""
