"""How each version came about, in the bits of ``body.method`` above those of its packing: no byte more."""

from smartbear.cdr.model.change import Verb

_PACKING_BITS = 4
_VERB_BITS = 2


def with_verb(packing: int, verb: Verb, *, new: bool) -> int:
    """What is kept of a version's making; ``new`` says that there was no resource before it."""
    return packing | (verb | new << _VERB_BITS) << _PACKING_BITS


def packing_of(method: int) -> int:
    """How the version is packed."""
    return method & ((1 << _PACKING_BITS) - 1)


def verb_of(method: int) -> tuple[Verb, bool]:
    """How the version came about, and whether it was then new."""
    made = method >> _PACKING_BITS
    return Verb(made & ((1 << _VERB_BITS) - 1)), bool(made >> _VERB_BITS)
