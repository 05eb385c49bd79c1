"""FHIR R4 search as pure functions (https://hl7.org/fhir/R4/search.html).

Owns: which parameters a type has (``parameters``), what a resource is found by (``extract`` → ``Indexes``),
what a search asks (``parse`` → ``Query``), the interval algebra both sides share (``intervals``) and a plain
reading of it in memory (``match``), which is the oracle for anything that answers the same queries another
way.

Refuses to know: tables, SQL, HTTP and the clock; ``ap`` on dates takes the present as an argument.
"""
