"""Rules on certificates."""
