"""The record of who did what: appended to by every component, read by one, changed by nobody.

A record that belongs to a change is appended in the change's own transaction (``append``), all others in
groups before their answer's first byte (``Recorder``). What is about a person is sealed under a key of that
person's (``Keys``): with the key's salt deleted it cannot be read, while the record and its hash stay.
"""

from smartbear.kit.audit.appending import Sealed, append, insertion, required
from smartbear.kit.audit.keys import Keys, forget
from smartbear.kit.audit.recorder import Recorder
from smartbear.kit.audit.sealing import MARK, SubjectKey

__all__ = ["MARK", "Keys", "Recorder", "Sealed", "SubjectKey", "append", "forget", "insertion", "required"]
