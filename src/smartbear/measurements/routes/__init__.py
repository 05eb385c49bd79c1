"""HTTP of ``measurements``: in with batches, out with readings, and what components ask."""
