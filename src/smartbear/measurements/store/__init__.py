"""All SQL of ``measurements``, by what it is about. Functions take a connection."""
