"""Which search parameters a project may use: those that read nothing which would not leave as it is.

Compiled from the policy and the expressions of the parameters. A parameter over something dropped or made
coarser would tell of it what the answers keep back.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import msgspec

from smartbear.fhir import definitions
from smartbear.fhir.pseudonymisation import policy
from smartbear.fhir.search.parameters import parameters
from smartbear.fhir.search.paths import NotStaticError, Path, static_paths

_TYPES = ("date", "number", "quantity", "reference", "token")
_CODED = frozenset({"Coding", "CodeableConcept"})
LAST_UPDATED = "_lastUpdated"


class Searchable(msgspec.Struct, frozen=True):
    """A parameter that may be used."""

    kind: str
    """date, day (a date that leaves by its day), number, quantity, reference, token (with a code system)
    or code (of a value set).
    """
    targets: tuple[str, ...] = ()
    bare: str = ""
    """The type that an id without one is of; empty where that is not clear."""


@cache
def searchable(type_name: str) -> Mapping[str, Searchable]:
    """Code → parameter, for a resource type that is released; empty for others."""
    if type_name not in policy.released():
        return MappingProxyType({})
    found = {code: _searchable(type_name, code) for code in parameters(type_name)}
    allowed = {code: one for code, one in found.items() if one}
    return MappingProxyType(allowed | {LAST_UPDATED: Searchable("day")})


def _searchable(type_name: str, code: str) -> Searchable | None:
    parameter = parameters(type_name)[code]
    if parameter.type not in _TYPES or not parameter.expression:
        return None
    try:
        paths = static_paths(parameter.expression, type_name, type_name)
    except NotStaticError:
        return None
    if not paths or not all(_leaves_as_it_is(type_name, path) for path in paths):
        return None
    kind = str(parameter.type)
    if kind == "token" and not any(path.type in _CODED for path in paths):
        kind = "code"
    return Searchable(kind, parameter.targets, _bare(code, parameter.targets))


def _bare(code: str, targets: tuple[str, ...]) -> str:
    if code in ("patient", "subject") and "Patient" in targets:
        return "Patient"
    return targets[0] if len(targets) == 1 else ""


def _leaves_as_it_is(type_name: str, path: Path) -> bool:
    owner = type_name
    for step in path.steps:
        if not isinstance(step, str):
            continue
        decision = policy.decide(owner, step)
        if decision.how in ("id", "text"):
            return False
        if decision.action == "drop" or (decision.action == "generalise" and decision.how != "quantity"):
            return False
        owner = definitions.fields(owner)[step].type
    return owner != "Identifier"
