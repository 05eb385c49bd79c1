"""FHIR R4 as pure functions: definitions, validation, FHIRPath, search grammar, bundles, outcomes.

Owns: what the specification says, compiled from its own definitions.

Refuses to know: databases, sockets and clocks. Nothing here does input or output.
"""
