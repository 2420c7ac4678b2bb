"""The resolver that names are tried through: an unbound as one would set it up for a scanner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

PLACE = "198.18.0.53"
_OWN_PLACE = "198.18.0.54"
"""Where its own questions come from."""

SETTINGS: Mapping[str, tuple[str, str]] = {
    "module-config": ("iterator", "signatures are not checked: the client asks for no proof"),
    "num-threads": ("2", "one for each core"),
    "so-reuseport": ("yes", "each thread has a queue of its own"),
    "num-queries-per-thread": (
        "2048",
        "as many as the client has under way: none has to make room",
    ),
    "outgoing-range": ("4096", "a socket for each of them, from a random port"),
    "udp-connect": ("no", "one system call less for each; port and id are random all the same"),
    "so-rcvbuf": ("4m", "a burst waits instead of being lost"),
    "msg-cache-size": ("256m", "every answer is kept: the rows with all cached are that"),
    "rrset-cache-size": ("256m", "the same"),
    "msg-cache-slabs": ("8", "the threads seldom meet at one lock"),
    "rrset-cache-slabs": ("8", "the same"),
    "infra-cache-slabs": ("8", "the same"),
    "minimal-responses": ("yes", "nobody reads more"),
    "verbosity": ("0", "no log, and no statistics"),
}
"""Each setting that matters for speed: its value, and why."""


def write(folder: Path, authority: str, zones: Iterable[str]) -> None:
    """Write unbound.conf; what it asks about these zones goes to the authority at once."""
    text = 'server:\n  username: ""\n  chroot: ""\n  use-syslog: no\n'
    text += f'  directory: "{folder}"\n  pidfile: ""\n  logfile: unbound.log\n'
    text += f"  interface: {PLACE}\n  outgoing-interface: {_OWN_PLACE}\n  do-ip6: no\n"
    text += "  access-control: 0.0.0.0/0 allow\n"
    text += "".join(f"  {key}: {value}\n" for key, (value, _) in SETTINGS.items())
    text += "remote-control:\n  control-enable: no\n"
    for zone in zones:
        text += f"stub-zone:\n  name: {zone}\n  stub-addr: {authority}\n"
    (folder / "unbound.conf").write_text(text)


def told() -> str:
    """The settings, one a line, each with its reason."""
    return "\n".join(f"- `{key}: {value}`: {why}" for key, (value, why) in SETTINGS.items())
