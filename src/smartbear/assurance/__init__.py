"""Continuous assurance: event captors, assessments, and the security and privacy posture.

Owns: what was checked, when, with which result. Nothing is built here yet; the package reserves the place.

Refuses to know: the content of a participant's record.
"""
