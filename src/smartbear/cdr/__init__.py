"""The clinical data repository: every FHIR R4 resource and its history.

Owns: resource bodies, versions, search indexes, and the REST interactions over them.

Refuses to know: names, addresses and contacts of participants. A Patient here carries a repository id.
"""
