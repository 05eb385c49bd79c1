"""The people of the platform: organisations, pilots, participants, their devices and their consent.

Owns: every identifying fact about a participant, and the pair of participant id and repository id.

Refuses to know: passwords (``identity``), readings (``measurements``), clinical records (``cdr``).
"""
