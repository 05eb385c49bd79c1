"""What decision support does, one use case and one transaction each."""
