"""Pseudonymisation of FHIR R4: what of a resource leaves for a project, and in what form.

Owns: the reviewed rules (`rules.toml`), the policy compiled from them and the definitions of R4 (every path
of every type: keep, token, shift, generalise or drop; what no rule names is dropped), and the functions that
treat resources, searches, addresses and headers accordingly, outwards and back.

Refuses to know: keys and tokens. A treatment is a `Draft` that says which tokens it needs; who can make them
makes all of them at once and the draft puts them in::

    draft = outward.resource(bundle, terms)
    pseudonymous = draft.finish(tokens_of(draft.wanted))
"""
