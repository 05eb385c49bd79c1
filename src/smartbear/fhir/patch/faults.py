"""How a patch fails: it makes no sense (BadInput), or not for the resource it meets (Unprocessable)."""

from smartbear.kit.errors import BadInput, FieldError, Unprocessable

MOST_OPERATIONS = 500
"""Operations in one patch; each may look at the whole resource."""


def malformed(place: str, message: str) -> BadInput:
    """An operation that no resource could be changed by."""
    return BadInput("The patch is not well formed.", errors=(FieldError(place, "invalid", message),))


def inapplicable(place: str, message: str) -> Unprocessable:
    """An operation that the resource, as it is now, does not allow (422, R4 http 3.1.0.8)."""
    return Unprocessable("The patch cannot be applied.", errors=(FieldError(place, "processing", message),))


def expect_few(operations: int) -> None:
    """BadInput for a patch of more operations than are carried out."""
    if operations > MOST_OPERATIONS:
        raise BadInput(f"A patch has at most {MOST_OPERATIONS} operations.")
