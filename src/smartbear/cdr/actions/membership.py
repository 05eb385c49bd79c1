"""Whether codes are in value sets, asked while a resource is checked and answered by the terminology here.

Checking is pure and looking up is not: what nobody can answer at once is noted, looked up together, and
known when it is asked again.
"""

from smartbear.cdr.actions.terminology.members import Terms, membership
from smartbear.cdr.model.access import everything
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.profiles import of_specification

_Code = tuple[str | None, str]


class Codes:
    """The codes of one check, by value set."""

    def __init__(self) -> None:
        self._asked: dict[str, set[_Code]] = {}
        self._known: dict[tuple[str, _Code], bool] = {}

    def is_member(self, value_set: str, system: str | None, code: str) -> bool | None:
        """Whether a code is in a value set; None as long as nobody can tell."""
        answer = of_specification(value_set, system, code)
        if answer is not None:
            return answer
        self._asked.setdefault(value_set, set()).add((system, code))
        return self._known.get((value_set, (system, code)))

    async def look_up(self, repository: Repository) -> bool:
        """Look up what has been asked; says whether any of it is known now.

        As with profiles, what a resource is held to does not depend on who writes it.
        """
        if not self._asked:
            return False
        async with repository.db.connection() as connection:
            terms = Terms(repository, connection, everything())
            for value_set, codes in self._asked.items():
                found = await membership(terms, value_set, codes) or {}
                self._known |= {(value_set, one): answer for one, answer in found.items()}
        return bool(self._known)
