"""What can be done with readings, one use case and one transaction each."""
