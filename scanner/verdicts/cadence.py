"""When each thing is looked at again, and by which looks. Pure: a function of what is known of it.

Every client has slots of his own, six hours apart. What comes due is due from the beginning of its
slot on, so that a client is looked at four times a day at most, however many things he has, and two
clients seldom at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from scanner.assets import Use

SLOT = timedelta(hours=6)
"""Nothing is looked at twice within one."""
DAILY = timedelta(days=1)
RESTING = timedelta(days=7)
"""What is known to serve nothing, and waits for nobody's look."""
AFTER_A_CHANGE = timedelta(hours=12)
LATELY = timedelta(days=3)
"""So long after a change a thing is looked at more often."""
WHOLE = timedelta(days=30)
"""How often everything is searched for anew."""
LONGEST = timedelta(days=7)
"""No registry's answer older than this is ever good."""
ABSENT = timedelta(hours=24)
PAST_DUE = timedelta(hours=6)
_BY_DAYS_LEFT = ((90, LONGEST), (30, timedelta(days=2)), (0, timedelta(hours=12)))
_SPREAD = 0.1
"""Share of an interval by which things of one client come earlier, each by its own, all the same each time."""
_AT_REST = frozenset({Use.IDLE, Use.UNUSED, Use.LAPSED})


class LookKind(StrEnum):
    """Looks that are made together."""

    USE = "use"
    """Where a name leads, and what answers there."""
    REGISTRATION = "registration"
    """The registry's word; registries allow few questions."""
    SEARCH = "search"
    """What leads to things not known yet, and what seldom changes: with a whole audit."""


_KINDS: Mapping[LookKind, tuple[str, ...]] = {
    LookKind.USE: (
        *("addresses", "delegation", "dns_records", "mail_policy", "service_records", "sub_zone"),
        *("website", "tls_certificate", "mail_server"),
    ),
    LookKind.REGISTRATION: ("registration",),
    LookKind.SEARCH: (
        *("certificate_log", "organisation_certificates", "organisation_registrations"),
        *("web_archive", "names_below", "zone_transfer", "zone_chain", "parent_delegation"),
        *("reverse_whois", "security_trails", "shodan", "microsoft_tenant"),
        *("address_owner", "address_neighbours", "site_files", "site_icon", "legal_pages"),
        "feed",
        *("dnssec", "name_servers", "relied_domain", "mta_sts_policy", "old_tls"),
    ),
}
KIND_OF: Mapping[str, LookKind] = {
    probe: kind for kind, probes in _KINDS.items() for probe in probes
}
"""Every probe with the kind of its looks."""


class Known(Struct, frozen=True, kw_only=True):
    """What is known of a thing after it was looked at."""

    client: str
    thing: str
    """Its asset id."""
    looked_at: datetime
    """When the run that looked at it began."""
    use: Use
    watched: bool = False
    """Switched off, and still restorable."""
    unconfirmed: bool = False
    """Seen otherwise than last told, once."""
    changed_at: datetime | None = None
    """When a change of it was told last."""
    second_look_from: datetime | None = None
    """A verdict on it waits for another look, which counts from then on."""


def next_use(known: Known) -> datetime:
    """Return when to look again at what answers for a thing."""
    return _in_slot(known.client, known.thing, known.looked_at, _use_interval(known), _exact(known))


def next_registration(
    client: str, domain: str, looked_at: datetime, good_for: timedelta
) -> datetime:
    """Return when to ask a registry again whose answer is `good_for` so long (see `while_registered`)."""
    return _in_slot(client, domain, looked_at, max(good_for, SLOT), None)


def next_whole(client: str, looked_at: datetime) -> datetime:
    """Return when to search for everything of a client's anew."""
    return _in_slot(client, client, looked_at, WHOLE, None)


def while_registered(ends: date | None, at: date) -> timedelta:
    """Return how long a registry's answer is good, the shorter the nearer the end; None: it publishes none."""
    if ends is None:
        return LONGEST
    left = (ends - at).days
    return next((time for least, time in _BY_DAYS_LEFT if left >= least), PAST_DUE)


def _use_interval(known: Known) -> timedelta:
    if known.unconfirmed:
        return SLOT
    if known.changed_at and known.looked_at - known.changed_at < LATELY:
        return AFTER_A_CHANGE
    if known.watched or known.use not in _AT_REST:
        return DAILY
    return RESTING


def _exact(known: Known) -> datetime | None:
    return None if known.watched else known.second_look_from


def _in_slot(
    client: str, thing: str, looked_at: datetime, interval: timedelta, not_before: datetime | None
) -> datetime:
    """Return the beginning of the slot in which the interval ends; of a later one for what must not be early."""
    if interval > DAILY:
        interval -= interval * _SPREAD * _share(thing)
    due = _slot(client, looked_at + interval)
    while due <= looked_at + min(interval, SLOT) / 2:
        due += SLOT
    if not_before is None or not_before > looked_at + interval:
        return due
    # A second look counts from a moment on: the first slot that begins after it.
    later = _slot(client, not_before)
    return max(later if later >= not_before else later + SLOT, looked_at + SLOT)


def _slot(client: str, moment: datetime) -> datetime:
    """Return when the client's slot began in which a moment lies."""
    first = datetime(2000, 1, 1, tzinfo=UTC) + SLOT * _share(client)
    return first + (moment - first) // SLOT * SLOT


def _share(text: str) -> float:
    """Return a number from 0 up to 1 that is always the same for a text."""
    return int.from_bytes(sha256(text.encode()).digest()[:4]) / 2**32
