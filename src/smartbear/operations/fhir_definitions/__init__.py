"""Writes the committed FHIR R4 definition tables from the packages HL7 publishes.

Owns: what is taken from the packages, and in which order it is written (the same input gives the same bytes).

Refuses to know: what the tables are used for. Only facts are kept: names, types, cardinalities, codes,
expressions and the one-sentence statements of invariants; the packages are CC0.
"""
