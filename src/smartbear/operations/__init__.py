"""Commands for the people who run the platform: demo pilot, loading data, definitions.

Owns: what an operator does from a shell. Nothing imports this package but the command line.

Refuses to know: HTTP requests of users. It uses the same actions and clients as everybody else.
"""
