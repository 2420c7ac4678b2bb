"""When somebody last worked on a site, by everything on it that bears a date.

What is shown as it was years ago may serve its readers every day: old dates alone are worth a remark.
A site is abandoned only where nothing beside them speaks of anybody either: no form, contact, counter,
mail, purchase or link of the client's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.public_files import NewsFeed
from probes.kit.target import Domain, Endpoint, Host
from probes.tls_certificate import Trust
from probes.website import Page
from scanner.assets import Asset, Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, FEED, SITE_FILES, TLS_CERTIFICATE, WEBSITE
from scanner.discovery.posture_looks import UNEDITED
from scanner.discovery.scope import registered
from scanner.discovery.working_names import is_for_work
from scanner.verdicts.dossier import Dossier

_BOUGHT: Final = timedelta(days=400)
"""Somebody paid for a certificate within this time."""
_ENOUGH: Final = 2
"""Sorts of signs that must agree: any one may be wrong by itself."""
_SAME: Final = {"copyright": "page_dates"}
"""What is read of one text is one sort, whatever it is called."""


class Age(Struct, frozen=True):
    """The newest sign of an editor, years ago, and of which sorts the signs are."""

    newest: date
    signs: tuple[str, ...]
    """page_dates, copyright, file_date, sitemap, feed."""
    sightings: tuple[Sighting[Any], ...]
    complete: bool
    """True when sitemap and feed told their dates, or there are none."""


def age(dossier: Dossier) -> Age | None:
    """Return how long nobody has worked on a site; None where it was lately, or cannot be told."""
    pages = [page for host in dossier.holding.hosts for page in _pages(dossier, host)]
    if not pages or not all(_is_plain(page) and any(_dates(page)) for page in pages):
        return None
    since = dossier.as_of.date() - UNEDITED
    if max(page.upkeep.any_year for page in pages) > since.year:
        return None
    files = [dossier.see(SITE_FILES, Host(host)) for host in dossier.holding.hosts]
    feeds = [dossier.see(FEED, Host(host)) for host in dossier.holding.hosts]
    signs = [sign for page in pages for sign in _dates(page)]
    signs += [("sitemap", newest) for one in files if (newest := _newest(one))]
    signs += [("feed", newest) for one in feeds if (newest := _last_item(one))]
    newest = max((day for _, day in signs), default=None)
    sorts = tuple(dict.fromkeys(sort for sort, _ in signs))
    if newest is None or newest > since or len({_SAME.get(sort, sort) for sort in sorts}) < _ENOUGH:
        return None
    seen: list[Sighting[Any]] = [visit.sighting for visit in dossier.visits.made]
    seen += [one for one in files if one.asked]
    seen += [one for one in feeds if one.asked]
    told = any(map(_told, files)) and all(map(_told, _asked(files)))
    return Age(newest, sorts, tuple(seen), told and _is_news_told(pages, feeds))


def is_nobodys(dossier: Dossier, found: Age) -> bool:
    """Say whether nothing at all speaks of anybody who still needs an old site."""
    scene, site = dossier.scene, dossier.asset
    pages = [page for host in dossier.holding.hosts for page in _pages(dossier, host)]
    return (
        found.complete
        and not any(map(_serves, pages))
        and not is_for_work(site.key)
        and not _may_take_mail(dossier)
        and not scene.subjects(site, "redirects_to")
        and not scene.subjects(Asset(Kind.DOMAIN, registered(site.key)), "served_by")
        and not any(_is_bought(dossier, host) for host in dossier.holding.hosts)
        and site not in scene.linked_at_all
    )


def _pages(dossier: Dossier, host: str) -> Iterator[Page]:
    match dossier.see(WEBSITE, Host(host)).outcome:
        case Seen(site):
            for visit in (site.https, site.http):
                match visit.page:
                    case Seen(page):
                        yield page


def _is_plain(page: Page) -> bool:
    """A page that was read whole and is no program's: a program's face never changes."""
    html = page.content_type.partition(";")[0].strip().lower() in ("", "text/html")
    programs = page.password_field or page.script_shell or page.truncated
    return page.status == 200 and html and not programs


def _serves(page: Page) -> bool:
    """Say whether visitors may write, call or be counted here."""
    said = page.relations
    reached = said.phones or said.mail_domains or said.mailboxes
    return bool(page.upkeep.form or page.counters or reached)


def _dates(page: Page) -> Iterator[tuple[str, date]]:
    if year := page.upkeep.text_year:
        of_copyright = page.upkeep.copyright_year == year
        yield "copyright" if of_copyright else "page_dates", date(year, 1, 1)
    if page.last_modified:
        yield "file_date", page.last_modified


def _newest(files: Sighting[Any]) -> date | None:
    match files.outcome:
        case Seen(fact) if isinstance(fact.sitemap, Seen):
            newest: date | None = fact.sitemap.fact.newest
            return newest
    return None


def _last_item(feed: Sighting[NewsFeed]) -> date | None:
    return feed.outcome.fact.newest if isinstance(feed.outcome, Seen) else None


def _is_news_told(pages: list[Page], feeds: list[Sighting[NewsFeed]]) -> bool:
    """Say whether it is known when the last news came: by its day, or because there is no feed."""
    if not any(page.upkeep.feed for page in pages):
        return True
    asked = [one.outcome for one in feeds if one.asked]
    dated = (
        (one.fact.newest or not one.fact.items)
        if isinstance(one, Seen)
        else isinstance(one, Absent)
        for one in asked
    )
    return bool(asked) and all(dated)


def _asked(files: list[Sighting[Any]]) -> list[Sighting[Any]]:
    return [one for one in files if one.asked]


def _told(files: Sighting[Any]) -> bool:
    match files.outcome:
        case Seen(fact):
            return not isinstance(fact.sitemap, Unknown)
    return isinstance(files.outcome, Absent)


def _may_take_mail(dossier: Dossier) -> bool:
    match dossier.see(DNS_RECORDS, Domain(registered(dossier.asset.key))).outcome:
        case Seen(records):
            return not (records.null_mx or isinstance(records.mx, Absent))
    return True


def _is_bought(dossier: Dossier, host: str) -> bool:
    match dossier.see(TLS_CERTIFICATE, Endpoint(host, 443)).outcome:
        case Seen(served) if served.trust is Trust.TRUSTED and not served.automated:
            return dossier.as_of - served.not_before <= _BOUGHT
    return False
