"""FHIR over HTTP: addresses, headers and bodies on one side, the interactions of ``actions`` on the other.

Owns: negotiation of formats, conditional headers, ``Prefer``, status codes, OperationOutcome as the form of
every error. Plain ASGI: a framework's request costs more here than the database's answer.

Refuses to know: how anything is stored or found.
"""
