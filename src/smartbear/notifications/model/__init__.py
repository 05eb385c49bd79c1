"""Notices, who is told of them by which channel, and what one does to another. Pure values and rules."""
