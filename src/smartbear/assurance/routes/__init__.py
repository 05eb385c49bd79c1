"""HTTP of ``assurance``: the trail for auditors and participants, its proofs, and this log as a witness."""
