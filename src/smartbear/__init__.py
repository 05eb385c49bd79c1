"""SMART BEAR: an open platform for looking after older adults at home.

The packages, from the front door down, are listed in ``docs/explanation/architecture.md``; imports go
downwards only and ``.importlinter`` holds every package to it.
"""

__version__ = "0.1.0"
