"""Terminology operations (https://hl7.org/fhir/R4/terminology-service.html), and what others ask of them.

Terminology belongs to no patient, so only those who see everything of its type see it. A stored resource
comes before one of R4 with the same address.
"""
