"""``smartbear load``: FHIR resources from files into the repository.

Owns: reading files, sending them so that a repetition does no harm, and saying exactly what was refused. A
transaction Bundle is loaded as a whole or not at all; a line of NDJSON stands alone. Files that refer to what
other files bring are tried again after those.

Refuses to know: what is valid. The repository judges; this package reports.
"""
