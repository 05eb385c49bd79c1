"""Who may see and change which resources. Everyone who is not named here: nothing.

| caller | sees | changes |
|---|---|---|
| a component, a client that reads every type | everything as stored | as its scopes say |
| another machine client | resources of the types its scopes name; see below | types its scopes name |
| data scientist of a project | what a client of the project with ``system/*.rs`` sees | nothing |
| CCM | what belongs to patients of the own organisations | the same, but Patient and Consent: see ``users`` |
| participant | what belongs to the own record | nothing: readings come through ``measurements`` |

Consent (``model/consent.py``) decides on top of this, but for participants and those who see everything. What
belongs to a person a CCM and a client of some types do not see while it is withheld, and a project's client
only while it is released to research. A CCM still sees the Consents.

People also see all resources of the types in ``KNOWLEDGE``, and change none of them. AuditEvents that are
stored here they meet nowhere: the trail they read is the platform's own. Those who do not see
everything see of Subscriptions their own, and of Binaries those whose security context they see; machine
clients also the Binaries that have none.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from smartbear.cdr.model import consent
from smartbear.cdr.model.access import BY_CONTEXT, BY_CREATOR, NO_TYPES, NOTHING, Access, everything
from smartbear.cdr.model.knowledge import KNOWLEDGE
from smartbear.contracts.scope import PARTICIPANT, SYSTEM, AccessScope
from smartbear.fhir import definitions

_SYSTEM_SCOPE = re.compile(r"system/(\*|[A-Za-z]+)\.(\*|read|write|c?r?u?d?s?)")
_READS, _WRITES = frozenset("rs"), frozenset("cud")
_TRAIL = "AuditEvent"
_WORDS = {"*": "cruds", "read": "rs", "write": "cud"}


@lru_cache(maxsize=1024)
def access_of(scope: AccessScope) -> Access:
    """What the caller may do."""
    every = definitions.resource_types()
    if scope.sees_stored_data:
        return everything(caller=scope.who)
    if scope.role == SYSTEM or scope.project:
        return _of_machine(scope)
    if scope.role == "CCM" and scope.organisations:
        keepers = frozenset({*scope.organisations, scope.who})
        reads = every - {_TRAIL}
        writes = reads - KNOWLEDGE - {"Patient", consent.TYPE}
        return Access("organisations", keepers, reads, writes, KNOWLEDGE, purpose="care", caller=scope.who)
    if scope.role == PARTICIPANT and scope.subject:
        own = frozenset({scope.subject})
        return Access("patient", own, every - {_TRAIL}, shared=KNOWLEDGE, caller=scope.who)
    return NOTHING


def _of_machine(scope: AccessScope) -> Access:
    granted = list(_granted(scope.scopes))
    reads, writes = _types(granted, _READS), _types(granted, _WRITES)
    whole = reads == definitions.resource_types() and scope.project is None
    purpose: consent.Purpose | None = None if whole else "research" if scope.project else "care"
    limited = NO_TYPES if whole else (reads | writes) & {BY_CREATOR, BY_CONTEXT}
    keepers = frozenset({scope.who}) if limited else NO_TYPES
    return Access("all", keepers, reads, writes, limited=limited, purpose=purpose, caller=scope.who)


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
