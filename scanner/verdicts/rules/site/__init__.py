"""Rules on sites."""
