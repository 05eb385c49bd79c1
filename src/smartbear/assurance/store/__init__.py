"""Where ``assurance`` keeps things: SQL, the file of the signing key, and the files of checkpoints."""
