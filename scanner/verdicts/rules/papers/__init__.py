"""Rules on what the client's own papers say, one file each."""
