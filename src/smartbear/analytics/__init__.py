"""The lakehouse: pipelines, catalogue and notebooks over pseudonymised data.

Owns: derived data sets and their lineage. Nothing is built here yet; the package reserves the place.

Refuses to know: the tables of the other components. It receives data through exports and events only.
"""
