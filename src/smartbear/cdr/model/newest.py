"""The newest of each kind, where one thing may go by several codes.

Codes that any observation gives as translations of each other are the same, and what is the same as a third
is the same (https://hl7.org/fhir/R4/observation-operation-lastn.html).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

Code = tuple[int, str]
"""System and code; of an observation without codes, a system of its own and its text."""


class Candidate(NamedTuple):
    """An observation under one of its codes; ``age`` is less for newer ones, equal for those of one time."""

    rid: int
    patient: int | None
    age: int
    code: Code


def newest(candidates: Iterable[Candidate], same: Iterable[tuple[Code, Code]], most: int) -> list[int]:
    """Rids of the ``most`` newest of each patient and kind, newest first; more where the last are tied."""
    kinds = _Kinds(same)
    groups: dict[tuple[int | None, Code], dict[int, int]] = defaultdict(dict)
    for rid, patient, age, code in candidates:
        groups[patient, kinds.of(code)][rid] = age
    chosen: dict[int, int] = {}
    for ages in groups.values():
        in_order = sorted(ages.values())
        oldest = in_order[min(most, len(in_order)) - 1]
        chosen |= {rid: age for rid, age in ages.items() if age <= oldest}
    return sorted(chosen, key=lambda rid: (chosen[rid], -rid))


class _Kinds:
    """Codes that stand for each other, each known by one of them."""

    def __init__(self, same: Iterable[tuple[Code, Code]]) -> None:
        self._of: dict[Code, Code] = {}
        for one, other in same:
            self._of[self.of(one)] = self.of(other)

    def of(self, code: Code) -> Code:
        while code in self._of and self._of[code] != code:
            code = self._of[code]
        return code
