"""Searches as SQL.

A query becomes a selection of rids (``plan``): either rows of ``resource`` that meet every criterion, or, for
Observations asked by patient, code, date or value, a walk along an index of ``obs``. A page of rids is then
joined with the bodies. Every table alias that stands for a resource carries the caller's predicate
(``visibility``), in chains, ``_has`` and includes too.

Owns: the text of search statements and their parameters.

Refuses to know: the grammar of searches (``smartbear.fhir.search``) and Bundles.
"""
