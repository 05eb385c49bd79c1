"""Work that outlives a request: one job table in PostgreSQL, written in the transaction of the change.

``defer`` is all a component needs. The worker (``worker.py``) runs jobs, tries again with growing pauses,
rescues what a killed worker left behind, and puts a job aside after five tries (``quarantine.py``), where
people see it and can have it run again. A job may run twice; handlers must bear it.
"""

from smartbear.kit.jobs.outbox import Ask, defer, defer_each, forget
from smartbear.kit.jobs.quarantine import worker_is_alive

__all__ = ["Ask", "defer", "defer_each", "forget", "worker_is_alive"]
