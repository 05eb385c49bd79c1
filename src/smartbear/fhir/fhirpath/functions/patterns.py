"""Regular expressions of an expression's author, run by a backtracking engine without letting it run away.

Expressions come from requests too, and a pattern such as ``(a+)+b`` takes a time exponential in the text.
Refused are therefore repeated groups that contain a repetition or an alternative, backreferences, and
patterns whose number of repetitions is too large for the length of the text: ``n`` repetitions may look at
``length ** n`` places.
"""

import re

from smartbear.fhir.fhirpath.errors import EvaluationError

_LONGEST_PATTERN = 500  # characters
_MOST_STEPS = 10**8  # about a second
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
_PIECE = re.compile(
    r"""(?P<back>   \\[1-9] | \(\?P=[^)]*\) )
      | (?P<plain>  \\. | \[\^?\]?(?:\\.|[^]\\])*\] | [^\\[()|*+{] )
      | (?P<open>   \( )
      | (?P<close>  \) )
      | (?P<either> \| )
      | (?P<repeat> [*+] | \{\d*,?\d*\} )
      | (?P<brace>  [\\[{] )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


def pattern(text: str, subject: str) -> re.Pattern[str]:
    """The compiled pattern, if it is fit to be run on this subject; ``.`` matches line ends too."""
    if len(text) > _LONGEST_PATTERN:
        raise EvaluationError(f"A regular expression is longer than {_LONGEST_PATTERN} characters.")
    if (len(subject) + 1) ** _repetitions(text) > _MOST_STEPS:
        raise EvaluationError("A regular expression would take too long on a text of this length.")
    try:
        return re.compile(_NAMED_GROUP.sub("(?P<", text), re.DOTALL)
    except (re.error, RecursionError, OverflowError) as error:
        raise EvaluationError("A regular expression is not well formed.") from error


def _repetitions(text: str) -> int:
    """How many repetitions there are; refuses those that multiply."""
    count, before = 0, ""
    branching = [False]  # for each open group: does it contain a repetition or an alternative
    inner = False  # the same for the group that was closed last
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup or ""
        if kind == "back" or (kind == "repeat" and before == "close" and inner):
            raise EvaluationError("A regular expression repeats what branches, which may take forever.")
        if kind == "open":
            branching.append(False)
        elif kind == "close" and len(branching) > 1:
            inner = branching.pop()
            branching[-1] |= inner
        elif kind in {"repeat", "either"}:
            branching[-1] = True
        count += kind == "repeat"
        before = kind
    return count
