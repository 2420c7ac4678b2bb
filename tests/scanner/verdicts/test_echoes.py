"""One event is told by one thing, the one that tells most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner.assets import Kind
from scanner.verdicts.changes import Change, Code, Event
from scanner.verdicts.echoes import Happened, without_echoes

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DOMAIN = "romashka.ru"


def happened(
    kind: Kind,
    code: Code,
    now: str = "broken",
    name: str = DOMAIN,
    domain: str = DOMAIN,
    **more: str,
) -> Happened:
    """A change of a thing under a domain."""
    params = {"now_use": now, "was_use": "used"} if code in (Code.USE, Code.CAME_BACK) else {}
    change = Change(code, f"{kind}:{name}", {**params, **more}, after=more.get("after", ""))
    return Happened(change, kind, (domain,))


def told(*some: Happened, events: dict[str, Event] | None = None) -> list[str]:
    """Who tells."""
    changes, _ = without_echoes(some, events or {}, AT)
    return [change.asset for change in changes]


def test_a_site_that_dies_is_told_by_itself_alone():
    """Its domain and its hosting only show it too."""
    site, domain = happened(Kind.SITE, Code.USE), happened(Kind.DOMAIN, Code.USE)
    hosting = happened(Kind.HOSTING, Code.USE, name="beget/romashka.ru")

    assert told(hosting, domain, site) == [f"site:{DOMAIN}"]
    assert told(domain, hosting) == [f"domain:{DOMAIN}", "hosting:beget/romashka.ru"]


def test_a_domain_that_is_lost_tells_for_all_that_hangs_on_it():
    """Sites and mail go with it."""
    lapsed = happened(Kind.DOMAIN, Code.USE, "lapsed")
    site, mail = happened(Kind.SITE, Code.GONE), happened(Kind.MAIL, Code.USE)

    assert told(site, mail, lapsed) == [f"domain:{DOMAIN}"]


def test_a_new_domain_tells_for_its_sites():
    """And a new site of an old domain tells itself."""
    site = happened(Kind.SITE, Code.APPEARED, name="www.romashka.ru")

    assert told(site, happened(Kind.DOMAIN, Code.APPEARED)) == [f"domain:{DOMAIN}"]
    assert told(site) == ["site:www.romashka.ru"]


def test_two_sites_of_a_domain_are_two_events():
    """One may be down while the other is up."""
    one, two = (happened(Kind.SITE, Code.USE, name=f"{n}.romashka.ru") for n in "ab")

    assert told(one, two) == ["site:a.romashka.ru", "site:b.romashka.ru"]


def test_an_echo_may_come_a_run_later():
    """For two days; what turns the other way is no echo."""
    _, events = without_echoes([happened(Kind.SITE, Code.USE)], {}, AT - timedelta(days=1))
    domain = happened(Kind.DOMAIN, Code.USE)

    assert told(domain, events=events) == []
    assert told(happened(Kind.DOMAIN, Code.USE, "used"), events=events) != []
    old = {DOMAIN: Event("down", 1, AT - timedelta(days=3))}
    assert told(domain, events=old) == [f"domain:{DOMAIN}"]


@pytest.mark.parametrize("arrives", [Code.APPEARED, Code.RETURNED])
def test_a_site_that_moved_tells_of_its_new_hosting(arrives: Code):
    """In one line; a move to a hosting known before tells itself, and a hosting nobody moved to too."""
    moved, stays = happened(Kind.SITE, Code.ADDRESSES), happened(Kind.MAIL, Code.MAIL, name="x.ru")
    hosting = happened(Kind.HOSTING, arrives, name="beget/x")

    assert told(hosting, moved) == [f"site:{DOMAIN}"]
    (change,), _ = without_echoes([hosting, moved], {}, AT)
    assert change.params == {"hosting": "hosting:beget/x"}
    assert told(moved) == [f"site:{DOMAIN}"]
    assert told(hosting, stays) == ["mail:x.ru", "hosting:beget/x"]


def test_each_site_that_moves_is_told_of_whoever_moved_there_before():
    """A day later another does; the hosting was told with the first."""
    hosting = happened(Kind.HOSTING, Code.APPEARED, name="beget/x")
    both = Happened(hosting.change, hosting.kind, ("a.ru", "b.ru"))
    one, other = (happened(Kind.SITE, Code.ADDRESSES, name=n, domain=n) for n in ("a.ru", "b.ru"))

    changes, events = without_echoes([both, one], {}, AT)

    assert [change.asset for change in changes] == ["site:a.ru"]
    assert told(other, events=events) == ["site:b.ru"]
    assert told(both, events=events) == []


def test_a_sign_of_life_is_no_echo_of_anything():
    """Whatever else is told."""
    lives = happened(Kind.DOMAIN, Code.CAME_BACK, "used")

    assert f"domain:{DOMAIN}" in told(happened(Kind.SITE, Code.CAME_BACK, "used"), lives)


def test_a_move_of_many_is_one_move():
    """From one address to one other; the names come with it."""
    moved = [
        happened(
            Kind.SITE, Code.ADDRESSES, name=f"{n:02}.ru", domain=f"{n:02}.ru", after="192.0.2.1"
        )
        for n in range(30)
    ]
    other = happened(Kind.SITE, Code.ADDRESSES, name="x.ru", domain="x.ru", after="192.0.2.2")
    changes, _ = without_echoes([*moved, other], {}, AT)

    assert [change.params.get("count") for change in changes] == [30, None]
    assert len(changes[0].params["things"]) == 20
