"""Readings from devices, exactly as they came and exactly once.

Owns: raw payloads, parsed readings with their three times, the filter that says which readings are allowed,
and which device made which reading.

Refuses to know: what a reading means for a person (``decisions``) and how FHIR says it (``cdr``).
"""
