"""What happens to notices: one function per use case, one transaction per function that writes."""
