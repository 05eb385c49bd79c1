"""Pseudonyms: texts exchanged for tokens and back, under keys that one process alone holds.

Owns: the form of tokens (AES-256-SIV), the derivation of keys per space, kind and epoch from one root, the
process that holds them and its protocol, and the record of every re-identification.

Refuses to know: what the texts name. A *space* is a project's; a *kind* is a word that keeps
the ids of different things apart, so that one token is never good for another.
"""
