"""Terminology of R4 (https://hl7.org/fhir/R4/terminology-service.html) as values.

Owns: what CodeSystem, ValueSet and ConceptMap resources say, and what an answer about them looks like.

Refuses to know: where code systems are kept and how their concepts are found.
"""
