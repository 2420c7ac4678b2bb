"""A stub at the home page of a host that tells of something behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.kit.observation import Outcome, Reason, Seen, Unknown
from probes.kit.target import Host
from probes.site_files import SiteFiles
from probes.website import Page, Website
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import SITE_FILES, WEBSITE
from scanner.discovery.working_names import is_for_programs
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.verdict import Finding


@rule(
    id="site.beyond_home",
    sentence="A stub at the home page of a host that lists other pages, names its apps, or is called as places "
    "for programs are, proves nothing of what lies behind it.",
    authority="usage.md 1.1 (only a deep path), 1.2 (api), R3",
    kinds=(Kind.SITE,),
    says=(),
)
def beyond_home(dossier: Dossier) -> Iterator[Finding]:
    """Doubt a stub for what its host publishes beside it, or for what it is called."""
    stubs = {visit.host for visit in dossier.visits.made if visit.reading.state == "placeholder"}
    for host in sorted(stubs):
        yield from _publishes(dossier, host)
        seen = dossier.see(WEBSITE, Host(host))
        match seen.outcome:
            case Seen(site) if is_for_programs(host) and not _is_unknown_there(site):
                yield cannot_tell("role", "for_programs", seen, host=host)


def _publishes(dossier: Dossier, host: str) -> Iterator[Finding]:
    sighting = dossier.see(SITE_FILES, Host(host))
    match sighting.outcome:
        case Seen(files):
            yield from _files(files, sighting, host)
        case Unknown(reason) if sighting.asked:
            yield cannot_tell("web", reason, sighting, host=host)


def _files(files: SiteFiles, seen: Sighting[SiteFiles], host: str) -> Iterator[Finding]:
    match files.sitemap:
        case Seen(sitemap) if sitemap.pages > 1:
            yield cannot_tell("web", "lists_pages", seen, host=host)
    for links in (files.android_apps, files.apple_apps):
        match links:
            case Seen(said) if said.apps:
                yield cannot_tell("role", "names_apps", seen, host=host)
    unread = (files.sitemap, files.android_apps, files.apple_apps)
    for reason in dict.fromkeys(filter(None, map(_why_unread, unread))):
        yield cannot_tell("web", reason, seen, host=host)


def _why_unread(part: Outcome[Any]) -> Reason | None:
    """Return why a file may be there all the same; a page in its place is the stub's own answer to anything."""
    if isinstance(part, Unknown) and part.reason is not Reason.MALFORMED:
        return part.reason
    return None


def _is_unknown_there(site: Website) -> bool:
    """Say whether the hoster's own page tells that he does not know the name: then no path of it leads anywhere."""
    shown = [visit.page for visit in (site.https, site.http)]
    return site.same_as_unknown_host and all(
        not isinstance(page, Seen) or _is_hosters(page.fact) for page in shown
    )


def _is_hosters(page: Page) -> bool:
    """A web server's default page is no hoster's word: programs may run beside it."""
    said = {marker.says for marker in page.markers}
    return "server_default" not in said and bool(said)
