"""All SQL of ``decisions``, by what it is about. Functions take a connection."""
