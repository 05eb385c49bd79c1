"""Plumbing without medical meaning: errors, settings, database, HTTP, jobs, telemetry.

Owns: how a component is run. Each technical concern has a module of its own name.

Refuses to know: what the platform is for.
"""
