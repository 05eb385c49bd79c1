"""Exports and imports: their jobs, their files, and the walk over what is exported.

Owns: the tables ``bulk_job`` and ``bulk_piece``. A file is a row of pieces, each some whole lines.

Refuses to know: the parameters of requests and the form of manifests.
"""
