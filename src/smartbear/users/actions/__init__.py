"""What can be done with people: one function per use case, one transaction per function that writes."""
