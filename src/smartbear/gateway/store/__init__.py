"""What replicas of the front door tell each other."""
