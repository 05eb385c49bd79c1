"""All SQL of ``identity``: accounts and clients, keys, sessions, grants, failed sign-ins."""
