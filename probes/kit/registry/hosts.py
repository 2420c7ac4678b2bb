"""Host names in the values of WHOIS lines."""

from __future__ import annotations

from functools import lru_cache

from probes.kit.target import canonical_name


def hosts_in(value: str) -> list[str]:
    """Return the host names in the value of a name server line; addresses and remarks are left out."""
    found: list[str] = []
    for part in value[:400].replace(";", ",").split(","):
        words = part.split()
        if len(words) > 2 and words[1] == "NS":
            words = words[2:]  # written as a line of a zone: `example.pt NS ns1.example.com.`
        name = host_name(words[0]) if words else ""
        if name and not name.startswith("not.defined"):
            found.append(name)
        elif not found:
            break
    return found


@lru_cache(maxsize=2048)
def host_name(text: str) -> str:
    """Return a host name in canonical spelling, or nothing when the text is none."""
    words = text.split()
    bare = words[0].strip("[]().,;\"'*").lower() if words else ""
    # No address passes: one of IPv6 has no dot, or ends like one of IPv4.
    if "." not in bare or bare.rpartition(".")[2].isdigit() or "/" in bare or "@" in bare:
        return ""
    try:
        return canonical_name(bare)
    except ValueError:
        return ""
