"""Who may see and change which resources. Everyone who is not named here: nothing.

| caller | sees | changes |
|---|---|---|
| a component, a client with ``system/*.*`` | everything as stored | everything |
| another machine client | all resources of the types its scopes name | types its scopes name |
| CCM | what belongs to patients of the own organisations | the same, but no Patient: ``users`` enrols |
| participant | what belongs to the own record | nothing: readings come through ``measurements`` |
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from smartbear.cdr.model.access import NOTHING, Access, everything
from smartbear.contracts.scope import PARTICIPANT, SYSTEM, AccessScope
from smartbear.fhir import definitions

_SYSTEM_SCOPE = re.compile(r"system/(\*|[A-Za-z]+)\.(\*|read|write|c?r?u?d?s?)")
_READS, _WRITES = frozenset("rs"), frozenset("cud")
_WORDS = {"*": "cruds", "read": "rs", "write": "cud"}


@lru_cache(maxsize=1024)
def access_of(scope: AccessScope) -> Access:
    """What the caller may do."""
    if scope.sees_stored_data:
        return everything()
    if scope.role == SYSTEM:
        granted = list(_granted(scope.scopes))
        return everything(_types(granted, _READS), _types(granted, _WRITES))
    every = definitions.resource_types()
    if scope.role == "CCM" and scope.organisations:
        return Access("organisations", frozenset(scope.organisations), every, every - {"Patient"})
    if scope.role == PARTICIPANT and scope.subject:
        return Access("patient", frozenset({scope.subject}), every)
    return NOTHING


def _granted(scopes: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Type (or ``*``) and letters of ``system/Observation.rs``, also in the words of SMART 1."""
    for scope in scopes:
        match = _SYSTEM_SCOPE.fullmatch(scope)
        if match:
            yield match[1], frozenset(_WORDS.get(match[2], match[2]))


def _types(granted: Iterable[tuple[str, frozenset[str]]], needed: frozenset[str]) -> frozenset[str]:
    """Types for which all the ``needed`` letters are granted."""
    named = {kind for kind, letters in granted if needed <= letters}
    return definitions.resource_types() if "*" in named else definitions.resource_types() & named
