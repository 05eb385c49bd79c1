"""All SQL of ``users``, by what it is about. Functions take a connection and return values of ``model``."""
