"""What ``users`` keeps, as values: organisations, participants, devices, and who may see which."""
