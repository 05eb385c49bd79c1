"""Pure values of ``assurance``: the Merkle tree of RFC 6962, signed notes, and what a verification finds."""
