"""Questions about single codes (https://hl7.org/fhir/R4/codesystem-operations.html)."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from smartbear.cdr.actions.terminology.members import Terms
from smartbear.cdr.store.terminology import concepts
from smartbear.cdr.store.terminology.concepts import System
from smartbear.fhir.terminology import answers, composition
from smartbear.fhir.terminology.concepts import Concept, Head, Resource
from smartbear.kit.errors import NotFound

_MOST_CHILDREN = 1000
_NOT_IN_SYSTEM = "The code is not one of this code system."
_NOT_IN_SET = "The code is not in the value set."


class Code(NamedTuple):
    """A code in question. Without a system: one of any system of the value set."""

    system: str | None
    code: str
    version: str | None = None
    display: str | None = None


async def look_up(
    terms: Terms, asked: Code, *, properties: Collection[str] = (), language: str = ""
) -> dict[str, Any]:
    """``$lookup``; NotFound for a code system or a code that is not known."""
    system = await terms.code_system(asked.system or "", asked.version)
    if system is None:
        core = composition.core_concepts(asked.system or "")
        if core is None:
            raise _no_system()
        head, concept = Head(asked.system or "", None, None, case_sensitive=True), core.get(asked.code)
        return answers.looked_up(
            head, _known(concept), above=(), below=(), asked=properties, language=language
        )
    concept = await _find(terms, system, asked.code, detailed=True)
    return answers.looked_up(
        system.head,
        _known(concept),
        above=await concepts.above(terms.connection, system, asked.code),
        below=await concepts.below(terms.connection, system, asked.code, _MOST_CHILDREN),
        asked=properties,
        language=language,
    )


async def validate_in_system(terms: Terms, asked: Sequence[Code]) -> dict[str, Any]:
    """``CodeSystem/$validate-code``: whether any of the codes is one of its code system."""
    found: list[Concept] = []
    for one in asked:
        system = await terms.code_system(one.system or "", one.version)
        core = composition.core_concepts(one.system or "") if system is None else None
        if system is None and core is None:
            raise _no_system()
        concept = (
            core.get(one.code) if core else system and await _find(terms, system, one.code, detailed=True)
        )
        found += [concept] if concept else []
    return answers.validated(found, asked[0].display, _NOT_IN_SYSTEM)


async def validate_in_set(terms: Terms, value_set: Resource, asked: Sequence[Code]) -> dict[str, Any]:
    """``ValueSet/$validate-code``: whether any of the codes is in the value set."""
    members = await terms.members(value_set, [(one.system, one.code) for one in asked])
    found = list(members.values())[:1]
    return answers.validated(await terms.detailed(found), asked[0].display, _NOT_IN_SET)


async def subsumes(terms: Terms, first: Code, second: Code) -> dict[str, Any]:
    """``$subsumes``: how the first code stands to the second."""
    system = await terms.code_system(first.system or "", first.version)
    if system is None:
        raise _no_system()
    codes = [_known(await _find(terms, system, one.code)).code for one in (first, second)]
    outcome = "equivalent" if codes[0] == codes[1] else "not-subsumed"
    if codes[0] != codes[1]:
        if codes[0].lower() in await _above(terms, system, codes[1]):
            outcome = "subsumes"
        elif codes[1].lower() in await _above(terms, system, codes[0]):
            outcome = "subsumed-by"
    return answers.parameters([{"name": "outcome", "valueCode": outcome}])


async def _above(terms: Terms, system: System, code: str) -> list[str]:
    return await concepts.relatives(terms.connection, system, code, below=False, limit=_MOST_CHILDREN)


async def _find(terms: Terms, system: System, code: str, *, detailed: bool = False) -> Concept | None:
    found = await concepts.chosen(terms.connection, system, (), [code], limit=1000, detailed=detailed)
    return next(iter(sorted(found, key=lambda one: one.code != code)), None)


def _known(concept: Concept | None) -> Concept:
    if concept is None:
        raise NotFound(_NOT_IN_SYSTEM)
    return concept


def _no_system() -> NotFound:
    return NotFound("The code system is not held here.")
