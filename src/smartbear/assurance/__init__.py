"""Continuous assurance: the audit trail in its order, signed, shown to witnesses, verified, and read.

Owns: the Merkle tree over the trail (RFC 6962), checkpoints of it and who has seen them, verifications, and
the only way to read the trail. The events themselves are appended by every component (``kit.audit``).

Refuses to know: the content of a participant's record.
"""
