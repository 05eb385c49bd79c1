"""The table of routes and the arithmetic of limits."""
