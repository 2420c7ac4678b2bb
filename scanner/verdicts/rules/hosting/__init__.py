"""Rules on hostings."""
