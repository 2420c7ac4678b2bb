"""Looks at the world: one file, one probe. Knows targets and the Net; no client, no registry, no report."""
