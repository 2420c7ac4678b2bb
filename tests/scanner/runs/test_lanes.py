"""Looks wait in the lane of their probe until there is a place, in the order they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from probes.kit.target import Host
from scanner.discovery import Look
from scanner.runs.lanes import Ahead, Lanes

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def looks(probe: str, *names: str) -> list[Look]:
    """Looks of one probe."""
    return [Look(probe, Host(name)) for name in names]


def lanes(ahead: Ahead | None = None, **places: int) -> Lanes:
    """Lanes whose clock goes on a second whenever it is read."""
    ticks = iter(range(1_000))
    return Lanes(lambda: START + timedelta(seconds=next(ticks)), places, 2, ahead)


def test_a_lane_lets_in_as_many_as_it_has_places():
    """One probe's crowd never keeps another's looks waiting."""
    full = lanes(website=1)
    sites, names = looks("website", "a.ru", "b.ru"), looks("addresses", "a.ru", "b.ru", "c.ru")
    for look in (*sites, *names):
        full.queue(look)

    assert list(full.start()) == [sites[0], *names[:2]]
    assert list(full.start()) == []
    assert (full.queued("website"), full.queued("addresses"), full.queued("never")) == (1, 1, 0)

    full.end(names[1])
    assert list(full.start()) == [names[2]]
    full.end(sites[0])
    assert list(full.start()) == [sites[1]]


def test_what_runs_longest_is_told_first():
    """No more than asked for."""
    running = lanes()
    for look in (*looks("website", "b.ru"), *looks("addresses", "c.ru", "a.ru")):
        running.queue(look)
    assert len(list(running.start())) == 3

    assert running.longest(2) == ("website b.ru", "addresses c.ru")
    running.end(Look("website", Host("b.ru")))
    assert running.longest(6) == ("addresses c.ru", "addresses a.ru")


def test_what_prepares_visits_rests_while_many_of_them_wait():
    """It goes on as soon as fewer wait, and others never rest for it."""
    full = lanes(Ahead(frozenset({"addresses"}), "website", 1), website=1)
    sites = looks("website", "a.ru", "b.ru", "c.ru")
    names, others = looks("addresses", "d.ru"), looks("registration", "d.ru")
    for look in (*sites, *names, *others):
        full.queue(look)

    assert list(full.start()) == [sites[0], *others]
    full.end(sites[0])
    assert list(full.start()) == [sites[1]]
    full.end(sites[1])
    assert list(full.start()) == [sites[2], *names]
