"""All SQL of ``notifications``: notices and inboxes, deliveries, and the order of changes."""
