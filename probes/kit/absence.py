"""Which troubles of the net are themselves an answer: nobody listens, the name has no address."""

from __future__ import annotations

from probes.kit.net import NetTrouble
from probes.kit.observation import Absent, Reason, Unknown

NO_LISTENER = Absent("no listener")


def absence(trouble: NetTrouble | Unknown) -> Absent | None:
    """Return what an authority stated, or None where we merely could not find out.

    The door says `no_listener` only when every connection was reset, and `no_address` with the
    DNS's own word for it.
    """
    if trouble.reason is Reason.NO_LISTENER:
        return NO_LISTENER
    if trouble.reason is Reason.NO_ADDRESS and trouble.detail in ("NXDOMAIN", "NODATA"):
        return Absent(trouble.detail)
    return None
