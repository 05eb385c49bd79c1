"""What the participant's phone needs, in one answer per screen.

Owns: no data at all; it puts together what other components say about the participant who is signed in.

Refuses to know: anybody but that participant.
"""
