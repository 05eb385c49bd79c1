"""Decision support: rules, limits and the episodes they open.

Owns: versioned rule files, a person's limits, the state machine of every open question about a person.

Refuses to know: who the person is and how anybody is told (``notifications``).
"""
