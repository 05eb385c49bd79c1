"""What components say to each other: messages, events, typed clients, the access scope.

Owns: the shapes that cross a component's border, defined once and used by both sides.

Refuses to know: how any component does its work.
"""
