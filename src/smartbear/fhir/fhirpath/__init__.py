"""FHIRPath 2.0 (http://hl7.org/fhirpath/N1) with the additions of FHIR R4, over plain JSON.

Owns: the language: text → tree (``lexer``, ``parser``, ``tree``), tree → closures (``compiler``,
``operators``, ``functions``), what a name means on a FHIR type (``elements``) and what an expression can be
refused for before it runs (``checker``). ``expression.compiled`` is the way in.

Refuses to know: how resources are stored or fetched. ``resolve()`` sees contained resources, what the
caller's ``resolve`` hands it, and otherwise an empty resource of the type that the reference names.
"""
