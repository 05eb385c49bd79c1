"""What an operating system offers a process that holds keys.

On Linux nobody but root can then read its memory or attach a debugger to it, not even another process of the
same account, and it leaves no core dump. Its memory stays out of the swap where the limit on locked memory
allows it.
"""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4  # what is used of it, not all that is mapped


def harden() -> dict[str, bool]:
    """Close the process to others; says which of the measures hold."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    measures = {"no_core_dump": True, "not_readable": False, "not_swapped": False}
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        measures["not_readable"] = library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
        measures["not_swapped"] = library.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0
    return measures
