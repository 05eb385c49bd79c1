"""What a batch of readings may hold and what becomes of it, as values and rules without I/O."""
