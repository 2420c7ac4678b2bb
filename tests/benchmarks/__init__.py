"""Measured speed: commands that print tables. Nothing here is a test, nothing fails for being slow."""
