"""From the path of an address to what is offered there."""

import re
from collections.abc import Mapping

from smartbear.cdr.routes.http import Interaction
from smartbear.cdr.routes.operations.bulk import shape_of_job
from smartbear.fhir import definitions
from smartbear.fhir.search.query import ANY_TYPE
from smartbear.kit.errors import BadInput, NotFound

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")

Routes = Mapping[tuple[str, ...], Mapping[str, Interaction]]
"""Shape of an address («type», «id») → method → interaction."""


def segments(path: str) -> tuple[str, ...]:
    """The parts of a path below the service's address."""
    return tuple(segment for segment in path.split("/") if segment)


def offered(routes: Routes, path: tuple[str, ...]) -> Mapping[str, Interaction]:
    """Method → interaction at an address, to its type alone or to every type; NotFound if there is none."""
    shape = _shape(path)
    found = routes.get(path[:1] + shape[1:]) or routes.get(shape)
    if found is None:
        raise NotFound("There is nothing at this address.")
    return found


def methods(found: Mapping[str, Interaction]) -> list[str]:
    """The methods of an address, as Allow lists them."""
    return sorted({*found, *(["HEAD"] if "GET" in found else [])})


def interaction(found: Mapping[str, Interaction], method: str) -> Interaction | None:
    """What a method asks for; HEAD asks for what GET does."""
    return found.get("GET" if method == "HEAD" else method)


def _shape(path: tuple[str, ...]) -> tuple[str, ...]:
    """The address with names in place of what varies; a type that R4 does not know stays as it is."""
    if not path or path[0] not in definitions.resource_types():
        return shape_of_job(path)
    shape = ["type", *path[1:]]
    if len(path) > 1 and path[1][0] not in "$_":
        shape[1] = "id"
        if not _ID.fullmatch(path[1]):
            raise BadInput("An id has 1 to 64 letters, digits, hyphens and full stops.")
    if len(path) == len(("type", "id", "_history", "version")) and path[2] == "_history":
        shape[3] = "version"
    elif len(path) > len(("type", "id")) and path[2] in {ANY_TYPE} | definitions.resource_types():
        shape[2] = "member"
    return tuple(shape)
