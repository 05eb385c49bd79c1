"""Limits, rules and what follows from readings by them: pure values that are told the time."""
