"""Which of the client's sites show the same as another of them, at another registered name. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from probes.kit.upkeep import likeness
from scanner.assets import Asset, Kind, Relation
from scanner.discovery.notes import Home, Notes
from scanner.discovery.scope import registered
from scanner.discovery.sites import Site
from scanner.discovery.working_names import is_for_phones, is_for_work

ALIKE: Final = 0.7
"""The part of the words two pages of one title share, at which one is a copy: another foot, a sentence more."""
_LONGER: Final = 1.25
"""By how much the longer text of the two may be so."""
_ORIGINALS: Final = 16
"""Different sites under one title that a further one is compared with."""


def copies(
    sites: Iterable[Site], notes: Notes, precedence: Callable[[str], Any]
) -> Iterator[Relation]:
    """Yield which site copies which; the original is what the others lead to, else of best precedence."""
    every = tuple(sites)
    known = [(site, home) for site in every if (home := _home(site, notes))]
    led_to = Counter(name for site in every for name in _leads(site, notes))

    def rank(found: tuple[Site, Home]) -> tuple[int, Any, int, str]:
        site = found[0]
        votes = sum(led_to[host] for host in site.hosts)
        return -votes, precedence(site.key), len(site.key), site.key

    by_title: dict[str, list[tuple[Site, Home]]] = {}
    for site, home in sorted(known, key=rank):
        same = by_title.setdefault(home.title.casefold(), [])
        original = next((one for one, shown in same if _is_copy(site, home, one, shown)), None)
        if original:
            subject, of = Asset(Kind.SITE, site.key), Asset(Kind.SITE, original.key)
            yield Relation(subject, "copies", of)
        elif len(same) < _ORIGINALS:
            same.append((site, home))


def _home(site: Site, notes: Notes) -> Home | None:
    """A page of words; none of the names that copies are made at on purpose."""
    if is_for_work(site.key) or is_for_phones(site.key):
        return None
    found = (notes.site(host).home for host in site.hosts)
    return next((home for home in found if home and home.words), None)


def _leads(site: Site, notes: Notes) -> set[str]:
    """Hosts of other sites that it sends its visitors to, or calls the true ones."""
    shown = [notes.site(host) for host in site.hosts]
    ends = {end for one in shown for end in one.ends}
    return (ends | {one.home.canonical for one in shown if one.home}) - {*site.hosts, ""}


def _is_copy(site: Site, home: Home, other: Site, shown: Home) -> bool:
    if registered(site.key) == registered(other.key):
        return False
    less, more = sorted((home.text_length, shown.text_length))
    return more <= less * _LONGER and likeness(home.words, shown.words) >= ALIKE
