"""``_filter`` (https://hl7.org/fhir/R4/search_filter.html): text → tree.

``and`` and ``or`` are read from left to right, neither before the other. What the names and operators mean
is said in ``comparisons``.
"""

import re
from dataclasses import dataclass

from smartbear.fhir import json
from smartbear.fhir.search.grammar.faults import InvalidSearch, invalid
from smartbear.kit.errors import BadInput

FILTER = "_filter"

_NAME = re.compile(r"[A-Za-z_][\w\-]*(?::[A-Za-z]+)?", re.ASCII)
_WORD = re.compile(r"[a-z]+", re.ASCII)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_TOKEN = re.compile(r"(?:\[[^\s\[\]]*\]|[^\s)\]])+")  # UCUM has codes such as mm[Hg]
_SPACE = re.compile(r"\s*")
_DEEPEST = 20  # brackets within one another
_MOST = 200  # comparisons
OPERATORS = frozenset({
    "eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap",
    "sa", "eb", "pr", "po", "ss", "sb", "in", "ni", "re",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path and, in brackets, what must hold of that to which it refers."""

    name: str
    condition: "Tree | None"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A path, an operator and a value; ``quoted`` if the value was a JSON string."""

    path: tuple[Step, ...]
    operator: str
    value: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """``and`` or ``or`` of trees."""

    word: str
    trees: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """``not``."""

    tree: "Tree"


Tree = Comparison | Combination | Negation


def read(text: str) -> Tree:
    """The tree of a filter; raises ``InvalidSearch``, which says at which character it stopped."""
    parser = _Parser(text)
    tree = parser.filter(0)
    parser.expect_end()
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._comparisons = text, 0, 0
        self._skip()

    def filter(self, depth: int) -> Tree:
        """Terms joined by ``and`` and ``or``."""
        if depth > _DEEPEST:
            raise self._fault(f"At most {_DEEPEST} brackets may be nested")
        tree = self._term(depth)
        while (word := self._word({"and", "or"})) is not None:
            right = self._term(depth)
            joined = tree.trees if isinstance(tree, Combination) and tree.word == word else (tree,)
            tree = Combination(word, (*joined, right))
        return tree

    def expect_end(self) -> None:
        """A fault if anything is left."""
        if self._at < len(self._text):
            raise self._fault("Expected «and», «or» or the end")

    def _term(self, depth: int) -> Tree:
        start = self._at
        if self._word({"not"}) is not None and self._text.startswith("(", self._at):
            return Negation(self._bracket("(", ")", depth))
        self._at = start
        if self._text.startswith("(", self._at):
            return Combination("and", (self._bracket("(", ")", depth),))
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Comparison:
        self._comparisons += 1
        if self._comparisons > _MOST:
            raise self._fault(f"At most {_MOST} comparisons may be made")
        path = self._path(depth)
        operator = self._word(OPERATORS)
        if operator is None:
            raise self._fault("Expected an operator such as eq")
        quoted = self._take(_STRING)
        if quoted is not None:
            return Comparison(path, operator, self._unquoted(quoted), quoted=True)
        value = self._take(_TOKEN)
        if value is None:
            raise self._fault("Expected a value")
        return Comparison(path, operator, value, quoted=False)

    def _path(self, depth: int) -> tuple[Step, ...]:
        steps: list[Step] = []
        while True:
            name = _NAME.match(self._text, self._at)
            if name is None:
                raise self._fault("Expected the name of a search parameter")
            self._at = name.end()
            inside = self._text.startswith("[", self._at)
            steps.append(Step(name.group(), self._bracket("[", "]", depth) if inside else None))
            if not self._text.startswith(".", self._at):
                self._skip()
                return tuple(steps)
            self._at += 1

    def _bracket(self, opening: str, closing: str, depth: int) -> Tree:
        self._at += len(opening)
        self._skip()
        tree = self.filter(depth + 1)
        if not self._text.startswith(closing, self._at):
            raise self._fault(f"Expected «{closing}»")
        self._at += len(closing)
        if closing == ")":
            self._skip()
        return tree

    def _word(self, known: frozenset[str] | set[str]) -> str | None:
        found = _WORD.match(self._text, self._at)
        if found is None or found.group() not in known:
            return None
        self._at = found.end()
        self._skip()
        return found.group()

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        self._skip()
        return found.group()

    def _unquoted(self, text: str) -> str:
        try:
            return str(json.decode(text.encode()))
        except BadInput:
            raise self._fault("Expected a JSON string") from None

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _fault(self, message: str) -> InvalidSearch:
        return invalid(FILTER, f"{message}, at character {self._at + 1}.")
