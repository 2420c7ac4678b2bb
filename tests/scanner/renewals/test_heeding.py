"""What an audit says to the renewals: troubles open and heal, terms that were seen are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from probes.kit.observation import Observation, Outcome, Reason, Seen, Unknown
from probes.kit.registry.merging import Moment
from probes.kit.target import Domain
from probes.registration import Registration
from scanner.assets import Advice, Asset, Confidence, Kind, Use
from scanner.assets.use import STATES
from scanner.discovery.looks import GatheredLooks
from scanner.registry.troubles import open_troubles
from scanner.renewals.cycle import CycleState
from scanner.service.heeding import Heeding
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Verdict
from scanner.verdicts.weigh import VOID
from tests.scanner.discovery.world import registration
from tests.scanner.renewals.office import START, Office

SITE = Asset(Kind.SITE, "romashka.ru")
DOMAIN = Asset(Kind.DOMAIN, "romashka.com")
CERTIFICATE = Asset(Kind.CERTIFICATE, "aa")


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency."""
    opened = Office(database_url)
    yield opened
    opened.close()


def _verdict(asset: Asset, state: str, *codes: str) -> Verdict:
    said = codes or (f"{asset.kind}.{state}",)
    return Verdict(
        asset=asset,
        use=STATES[asset.kind].get(state, Use.UNKNOWN),
        state=state,
        advice=Advice.FIX,
        confidence=Confidence.LIKELY,
        needs=(),
        findings=tuple(say(code) for code in said),
        blocked_by=(),
    )


def _registered(paid_until: date, *expires: date) -> Registration:
    moments = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in expires)
    return registration(
        DOMAIN.key,
        paid_until=paid_until,
        expires=tuple(Moment(moment, True, "registrar whois") for moment in moments),
    )


def _audit(
    office: Office,
    *verdicts: Verdict,
    seen: Outcome[Registration] | None = None,
    at: datetime | None = None,
    whole: bool = True,
) -> None:
    """Let an audit pass; it looked at the domain's registration `at` a moment."""
    looks = GatheredLooks.of(
        [] if seen is None else [
            Observation("registration", Domain(DOMAIN.key), at or office.at, "local", seen)
        ]
    )  # fmt: skip
    heeding = Heeding(office.database, "romashka", looks, {}, office.at)
    assert tuple(heeding.passing(verdicts)) == verdicts
    asyncio.run(heeding.keep("r1", whole=whole))


def _open(office: Office) -> list[tuple[str, str]]:
    found = office.database.read(lambda c: open_troubles(c, "romashka"))
    return [(str(one.asset), one.code) for one in found]


def test_a_trouble_opens_once_and_heals_when_it_is_seen_mended(office: Office) -> None:
    """Twice seen is one trouble; a look that could not find out heals nothing."""
    office.thing(str(SITE), None)
    down = _verdict(SITE, "server_error")

    _audit(office, down)
    _audit(office, down)
    twice = _open(office)
    _audit(office, _verdict(SITE, "no_answer"))
    unseen = _open(office)
    _audit(office, _verdict(SITE, "content", "site.content", VOID))
    void = _open(office)
    _audit(office)  # this one did not look at it
    _audit(office, _verdict(SITE, "content"))

    assert twice == unseen == void == [("site:romashka.ru", "site_down")]
    assert _open(office) == []


def test_a_certificate_that_is_gone_takes_its_trouble_along(office: Office) -> None:
    """Its successor is another thing; a run that looked at a part of the estate proves nothing."""
    office.thing(str(CERTIFICATE), START + timedelta(days=90), origin="observed")
    _audit(
        office, _verdict(CERTIFICATE, "served", "certificate.served", "certificate.expires_soon")
    )

    _audit(office, whole=False)
    part = _open(office)
    _audit(office)

    assert part == [("certificate:aa", "certificate_expires")]
    assert _open(office) == []


def test_a_term_that_was_seen_counts_at_the_moment_of_the_look(office: Office) -> None:
    """Two audits that rest on one look are one look."""
    due = START + timedelta(days=10)
    later = due.replace(year=due.year + 1)
    thing = office.thing(str(DOMAIN), due, origin="observed")
    office.keep()
    looked_at = office.at
    shown = _registered(later)
    office.change(thing, paid_until=later)

    for _ in range(3):
        _audit(office, _verdict(DOMAIN, "active_web"), seen=Seen(shown), at=looked_at)
        office.go()
        office.keep()
    one_look = [one.state for one in office.cycles(thing)]
    _audit(office, _verdict(DOMAIN, "active_web"), seen=Unknown(Reason.TIMEOUT, ""))
    _audit(office, _verdict(DOMAIN, "active_web"), seen=Seen(shown))
    office.keep()

    assert one_look == [CycleState.PROBABLY_RENEWED]
    assert [one.state for one in office.cycles(thing)] == [CycleState.RENEWED, CycleState.OPEN]


def test_a_persons_date_is_not_closed_by_looks(office: Office) -> None:
    """He said until when it is paid, and the registry shows a year more: he is asked to confirm."""
    due = START + timedelta(days=10)
    thing = office.thing(str(DOMAIN), due)
    office.keep()
    shown = _registered(due.replace(year=due.year + 1))

    for _ in range(4):
        _audit(office, _verdict(DOMAIN, "active_web"), seen=Seen(shown))
        office.go()
        office.keep()

    (cycle,) = office.cycles(thing)
    assert (cycle.state, cycle.due) == (CycleState.PROBABLY_RENEWED, due)


def test_a_replaced_certificate_is_renewed_after_two_looks_a_day_apart(office: Office) -> None:
    """Shown again in between it is not."""
    thing = office.thing(str(CERTIFICATE), START + timedelta(days=20), origin="observed")
    office.keep()

    for state in ("superseded", "served", "superseded"):
        office.go()
        _audit(office, _verdict(CERTIFICATE, state))
        office.keep()
    in_turn = [one.state for one in office.cycles(thing)]
    office.go()
    _audit(office, _verdict(CERTIFICATE, "superseded"))
    office.keep()

    assert in_turn == [CycleState.PROBABLY_RENEWED]
    (cycle,) = office.cycles(thing)
    assert (cycle.state, cycle.closed_why) == (CycleState.RENEWED, "replaced")


def test_a_registrar_that_shows_the_old_date_was_not_paid(office: Office) -> None:
    """The registry prolonged the name by itself: no number of looks closes the period."""
    due = START + timedelta(days=10)
    later = due.replace(year=due.year + 1)
    thing = office.thing(str(DOMAIN), due, origin="observed")
    office.keep()
    office.change(thing, paid_until=later)

    for _ in range(4):
        _audit(office, _verdict(DOMAIN, "active_web"), seen=Seen(_registered(later, later, due)))
        office.go()
        office.keep()

    assert [one.state for one in office.cycles(thing)] == [CycleState.PROBABLY_RENEWED]
