"""Values and rules of the repository, without input or output.

Owns: what is stored for a resource, who a resource belongs to, what a write does to the state it meets, and
how a page is resumed.

Refuses to know: tables (``store``), HTTP (``routes``), and what the specification says (``smartbear.fhir``).
"""
