"""The host a web address leads to."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from probes.kit.target import canonical_name


@lru_cache(maxsize=2_048)
def host_of(url: str) -> str:
    """The canonical host name of an absolute http URL; empty for anything else, addresses too."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in ("http", "https", "") or not parts.netloc:
            return ""
        name = canonical_name(parts.hostname or "")
    except ValueError:
        return ""
    return "" if name.rpartition(".")[2].isdigit() else name
