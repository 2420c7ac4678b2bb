"""A name is nowhere only when nobody contradicts the authority that says so."""

from __future__ import annotations

import pytest

from probes.addresses import HostAddresses
from probes.kit.observation import Absent, Reason, Seen, Unknown
from scanner.discovery.looks import Sighting
from scanner.discovery.presence import Lives, presence_seen

NO = Absent("NXDOMAIN")
DISPUTED = Unknown(Reason.DISPUTED, "NXDOMAIN here, 192.0.2.1 elsewhere")
ELSEWHERE = Seen(("192.0.2.1",))


@pytest.mark.parametrize(
    ("outcome", "lives", "reason"),
    [
        (NO, Lives.NOWHERE, Reason.NOT_ASKED),
        (Seen(HostAddresses((), False, NO, NO)), Lives.NOWHERE, Reason.NOT_ASKED),
        (
            Seen(HostAddresses((), False, DISPUTED, DISPUTED, second=ELSEWHERE)),
            Lives.UNKNOWN,
            Reason.DISPUTED,
        ),
        (
            Seen(HostAddresses((), False, ELSEWHERE, NO, second=NO)),
            Lives.SOMEWHERE,
            Reason.NOT_ASKED,
        ),
        (Unknown(Reason.SERVFAIL), Lives.UNKNOWN, Reason.SERVFAIL),
    ],
)
def test_a_disputed_name_is_neither_here_nor_gone(outcome, lives, reason) -> None:
    """What a second resolver still has may be hidden from us by a filter."""
    found = presence_seen(Sighting(outcome))

    assert (found.lives, found.reason) == (lives, reason)
