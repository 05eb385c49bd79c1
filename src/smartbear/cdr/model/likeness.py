"""How likely two Patient resources are about one person (https://hl7.org/fhir/R4/patient-operation-match.html).

Each kind of evidence that both resources have adds its points when it agrees and takes some away when it does
not; what one of them lacks says nothing. Points are of 100. An identifier decides, unless something that
hardly ever changes contradicts it. The points are ours: there were no linked records to learn them from.
"""

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from smartbear.fhir.search.strings import fold

_PROBABLE, _POSSIBLE, _MOST = 55, 35, 100
_NEAR = 0.85  # of the letters in common: one slip in a name of seven letters
_NAMES, _LETTERS = 20, 100
_DAY = len("2000-01-01")
_PUNCTUATION = re.compile(r"[\s()\-./]")

Patient = dict[str, Any]


class Grade(StrEnum):
    """http://terminology.hl7.org/CodeSystem/match-grade, of what is worth telling."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"


class Likeness(NamedTuple):
    """``score`` is from 0 to 1; without a grade the two are not alike enough to be told of."""

    score: float
    grade: Grade | None


class _Evidence(NamedTuple):
    """Points for agreeing, nearly agreeing and contradicting."""

    same: int
    near: int
    other: int
    compare: Callable[[Patient, Patient], float | None]
    """From 0 (contradicts) over 0.5 (nearly agrees) to 1; None if there is nothing to compare."""


def likeness(asked: Patient, found: Patient) -> Likeness:
    """How alike a patient who is looked for and one who is there are."""
    verdicts = {name: one.compare(asked, found) for name, one in _EVIDENCE.items()}
    points = sum(_points(_EVIDENCE[name], verdict) for name, verdict in verdicts.items())
    score = min(max(points, 0), _MOST) / _MOST
    contradicted = any(verdicts[name] == 0 for name in ("birthDate", "family", "gender"))
    if verdicts["identifier"] and not contradicted:
        return Likeness(score, Grade.CERTAIN)
    if points >= _PROBABLE:
        return Likeness(score, Grade.PROBABLE)
    return Likeness(score, Grade.POSSIBLE if points >= _POSSIBLE else None)


def identifiers(patient: Patient) -> set[tuple[str, str]]:
    """System and value of every identifier that has both; without a system a value is nobody's."""
    return {
        (one["system"], one["value"])
        for one in patient.get("identifier", ())
        if "system" in one and "value" in one
    }


def names(patient: Patient, part: str) -> set[str]:
    """The first family names or given names, and of each so many letters, as they are compared."""
    texts = (text for name in patient.get("name", ()) for text in _listed(name.get(part)) if text)
    return {fold(text[:_LETTERS]) for text in islice(texts, _NAMES)}


def telecoms(patient: Patient) -> Iterator[str]:
    """Telephone numbers and addresses as they are written."""
    return (one["value"] for one in patient.get("telecom", ()) if "value" in one)


def _points(evidence: _Evidence, verdict: float | None) -> int:
    if verdict is None:
        return 0
    return evidence.same if verdict == 1 else evidence.near if verdict else evidence.other


def _identifier(asked: Patient, found: Patient) -> float | None:
    here, there = identifiers(asked), identifiers(found)
    if here & there:
        return 1
    return 0 if {system for system, _ in here} & {system for system, _ in there} else None


def _birth_date(asked: Patient, found: Patient) -> float | None:
    here, there = asked.get("birthDate", ""), found.get("birthDate", "")
    if not (here and there):
        return None
    if here == there:
        return 1 if len(here) == _DAY else 0.5
    year, month, day = (*here.split("-"), "", "")[:3]
    exchanged = day and there == f"{year}-{day}-{month}"
    return 0.5 if exchanged or here.startswith(there) or there.startswith(here) else 0


def _name(part: str) -> Callable[[Patient, Patient], float | None]:
    def compare(asked: Patient, found: Patient) -> float | None:
        here, there = names(asked, part), names(found, part)
        if not (here and there):
            return None
        if here & there:
            return 1
        near = any(SequenceMatcher(None, a, b).ratio() >= _NEAR for a in here for b in there)
        return 0.5 if near else 0

    return compare


def _gender(asked: Patient, found: Patient) -> float | None:
    both = {asked.get("gender", "unknown"), found.get("gender", "unknown")}
    return None if "unknown" in both else float(len(both) == 1)


def _telecom(asked: Patient, found: Patient) -> float | None:
    here, there = ({_plain(value) for value in telecoms(one)} for one in (asked, found))
    return 1 if here & there else None


def _plain(value: str) -> str:
    return _PUNCTUATION.sub("", fold(value))


def _listed(value: Any) -> list[str]:
    return [one or "" for one in value] if isinstance(value, list) else [value or ""]


_EVIDENCE = {
    "identifier": _Evidence(80, 0, -30, _identifier),
    "birthDate": _Evidence(20, 5, -25, _birth_date),
    "family": _Evidence(20, 10, -15, _name("family")),
    "given": _Evidence(15, 7, -5, _name("given")),
    "telecom": _Evidence(15, 0, 0, _telecom),
    "gender": _Evidence(5, 0, -10, _gender),
}
