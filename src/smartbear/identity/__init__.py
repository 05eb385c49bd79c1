"""Who is calling: the OpenID Provider, its realm, accounts and clients.

Owns: accounts, password hashes, signing keys, authorisation codes, refresh families, client credentials.

Refuses to know: health data. An organisation or a participant is an opaque id here, set by an administrator.
"""
