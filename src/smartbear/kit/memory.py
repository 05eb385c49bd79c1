"""Python's garbage collector, set for a process that serves.

What start-up leaves behind (code, definitions of FHIR, routes) lives as long as the process. Looked through
again and again it took a fifth of a write's time, and a request now and then waited 90 ms for it.
"""

import gc

_YOUNG = 20_000  # objects more than were freed, before the youngest are looked through
_MIDDLE, _OLD = 20, 100  # rounds of the younger before the next older are looked through


def settle() -> None:
    """Take everything there is now for permanent; call it when start-up is over."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
