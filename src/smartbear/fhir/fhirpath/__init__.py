"""FHIRPath 2.0 (http://hl7.org/fhirpath/N1) with the additions of FHIR R4, over plain JSON.

Owns: the language: text → tree (``lexer``, ``parser``, ``tree``), tree → closures (``compiler``,
``operators``, ``functions``), what a name means on a FHIR type (``items``) and what an expression can be
refused for before it runs (``checker``)::

    expression.compiled("name.given.first()").evaluate(patient)      # [Element("Anna", "string")]
    checker.check(compiled("name.givn").tree, "Patient")             # ExpressionTypeError
    items.truth(compiled("active").evaluate(patient))                # True, False or None

``units`` (UCUM) and ``temporal`` (dates that know their precision) serve search as well.

Refuses to know: how resources are stored or fetched. ``resolve()`` sees contained resources, what the
caller's ``Environment.resolve`` hands it, and otherwise an empty resource of the type that the reference
names.
"""
