"""How a search is refused: one field error for each parameter, named and never quoted."""

from smartbear.kit.errors import BadInput, FieldError

_LONGEST_NAME = 100


class InvalidSearch(BadInput):
    """The search has parameters whose values cannot be read."""

    code = "invalid_search"


class UnknownParameterError(Exception):
    """The parameter does not exist here; the message says why."""


def invalid(name: str, message: str) -> InvalidSearch:
    """A fault in the value of one parameter."""
    return InvalidSearch(errors=(FieldError(name[:_LONGEST_NAME], "invalid", message),))
