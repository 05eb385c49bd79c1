"""All SQL of the repository.

Owns: the tables of ``migrations/``, how a resource becomes rows (``rows``), how groups of writes become one
statement (``writing``, ``writer``), and how a search becomes a statement (``search/``).

Refuses to know: HTTP, and what makes a resource valid.
"""
