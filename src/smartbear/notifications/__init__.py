"""Who is told what, by which channel, and whether it arrived.

Owns: inbox items and their states, deliveries and receipts, templates of messages.

Refuses to know: why a notice was raised beyond the facts it carries; it never judges a reading.
"""
