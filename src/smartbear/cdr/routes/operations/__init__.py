"""Operations (https://hl7.org/fhir/R4/operations.html) over HTTP, a file for each.

An operation is whatever an address that ends in ``$name`` does. What it does for one type alone is listed
under that type's name, what it does for every type under «type».
"""

from collections.abc import Mapping

from smartbear.cdr.routes.http import Interaction
from smartbear.cdr.routes.operations import (
    bulk_import,
    everything,
    export,
    expunge,
    lastn,
    match,
    meta,
    reindex,
    resource_counts,
    stats,
    terminology,
    translation,
    validate,
)

OPERATIONS: Mapping[tuple[str, ...], Mapping[str, Interaction]] = {
    **bulk_import.ROUTES,
    **everything.ROUTES,
    **export.ROUTES,
    **expunge.ROUTES,
    **lastn.ROUTES,
    **match.ROUTES,
    **meta.ROUTES,
    **reindex.ROUTES,
    **resource_counts.ROUTES,
    **stats.ROUTES,
    **terminology.ROUTES,
    **translation.ROUTES,
    **validate.ROUTES,
}
"""Shape of an address → method → operation."""
