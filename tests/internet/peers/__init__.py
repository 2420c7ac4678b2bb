"""Peers of our own, where no ordinary daemon plays the part: registries, logs, and odd servers."""
