"""Transactions and batches (https://hl7.org/fhir/R4/http.html#transaction) as pure logic.

Owns: what each entry asks for and in which order (`entries`), and which entry a reference inside the Bundle
means (`resolution`).

Refuses to know: how an entry is carried out, what exists already, which ids new resources get.
"""
