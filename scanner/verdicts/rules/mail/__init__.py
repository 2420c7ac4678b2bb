"""Rules on mail."""
