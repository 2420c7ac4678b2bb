"""The client's own papers and lists, read as declared facts. Pure: bytes in, declarations out."""
