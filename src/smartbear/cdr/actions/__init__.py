"""The interactions of FHIR's RESTful API (https://hl7.org/fhir/R4/http.html) as use cases.

Owns: what each interaction does, in one transaction, to what the caller may see.

Refuses to know: HTTP beyond the names of its interactions.
"""
