"""The front door: every request from outside enters here and nowhere else.

Owns: the table of routes, token verification, the role check, request limits, and the translation of a token
into the signed access scope that components trust. Serves the web applications.

Refuses to know: what a participant, a reading or an alert is. It stores nothing but how much its callers
have asked lately.
"""
