"""The host a URL leads to."""

from __future__ import annotations

from urllib.parse import urlsplit

from probes.kit.target import canonical_name


def web_name(url: str) -> str:
    """Return the canonical host of a URL, or an empty string when it has none that can be read."""
    try:
        return canonical_name(urlsplit(url).hostname or "")
    except ValueError:
        return ""
