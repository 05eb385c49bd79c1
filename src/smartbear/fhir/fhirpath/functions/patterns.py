"""Regular expressions of an expression's author, run by a backtracking engine without letting it run away.

Expressions come from requests too, and a pattern such as ``(a+)+b`` takes a time exponential in the text.
Refused are therefore repeated groups that contain a repetition or an alternative, backreferences, and
patterns that would take too long on a text of this length: ``n`` repetitions may look at ``length ** n``
places, from each place where the pattern may begin, and each optional piece and each choice among
alternatives multiplies the ways to get there.
"""

import re

from smartbear.fhir.fhirpath.errors import EvaluationError

_LONGEST_PATTERN = 500  # characters
_MOST_PLACES = 10**8  # that are looked at: about a second
_PLACES = 200  # that are looked at in a step
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
_PIECE = re.compile(
    r"""(?P<back>   \\[1-9] | \(\?P=[^)]*\) )
      | (?P<plain>  \\. | \[\^?\]?(?:\\.|[^]\\])*\] | [^\\[()|*+?{] )
      | (?P<open>   \( )
      | (?P<close>  \) )
      | (?P<either> \| )
      | (?P<count>  (?<![()]) \{\d+\} )
      | (?P<repeat> [*+] | \{\d*,?\d*\} )
      | (?P<maybe>  \? )
      | (?P<brace>  [\\[{] )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


def pattern(text: str) -> re.Pattern[str]:
    """The compiled pattern; ``.`` matches line ends too."""
    try:
        return re.compile(_NAMED_GROUP.sub("(?P<", text), re.DOTALL)
    except (re.error, RecursionError, OverflowError) as error:
        raise EvaluationError("A regular expression is not well formed.") from error


def effort(subject: str, text: str, *_: str) -> int:
    """Steps that a pattern may take on a subject; refuses those that might not end."""
    if len(text) > _LONGEST_PATTERN:
        raise EvaluationError(f"A regular expression is longer than {_LONGEST_PATTERN} characters.")
    repetitions, ways = _branching(text)
    beginnings = 0 if text.startswith("^") else 1
    places: int = ways * (len(subject) + 1) ** (repetitions + beginnings)
    if places > _MOST_PLACES:
        raise EvaluationError("A regular expression would take too long on a text of this length.")
    return places // _PLACES


def _branching(text: str) -> tuple[int, int]:
    """How many repetitions there are, and how many ways through the rest; refuses those that multiply.

    A beginning that is fixed for one alternative is not for the others; they count as one repetition more.
    """
    repetitions, ways, before = 0, 1, ""
    branching = [False]  # for each open group: does it contain a repetition or an alternative
    alternatives = [1]  # for each open group
    inner = False  # whether the group that was closed last was branching
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup or ""
        if kind == "back" or (kind == "repeat" and before == "close" and inner):
            raise EvaluationError("A regular expression repeats what branches, which may take forever.")
        if kind == "open":
            branching.append(False)
            alternatives.append(1)
        elif kind == "close" and len(branching) > 1:
            inner = branching.pop()
            branching[-1] |= inner
            ways *= alternatives.pop()
        elif kind in {"repeat", "either"} or (kind == "maybe" and before not in _NOT_OPTIONAL):
            branching[-1] = True
            alternatives[-1] += kind == "either"
            repetitions += kind == "repeat"
            ways *= 2 if kind == "maybe" else 1
        before = kind
    return repetitions + (alternatives[0] > 1), ways * alternatives[0]


_NOT_OPTIONAL = frozenset(
    {"open", "count", "repeat", "maybe"}
)  # before a question mark: syntax of a group, or laziness
