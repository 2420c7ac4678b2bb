"""How much faster several workers are."""
