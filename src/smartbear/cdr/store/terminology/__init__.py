"""Code systems as tables: their concepts, found by code, hierarchy and property."""
