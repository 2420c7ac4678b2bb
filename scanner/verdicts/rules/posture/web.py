"""Whether visitors of a site come to its encrypted pages, by whichever of its names and however."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Host
from probes.website import Page, Visit, Website
from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.discovery import Sighting
from scanner.discovery.looks import WEBSITE
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule
from scanner.verdicts.verdict import Finding

_DEAD = frozenset({"no_listener", "server_error", "origin_down"})


@posture_rule(
    id="web",
    sentence="A site answers over https, sends visitors of http there, and never back, by all its names.",
    authority="RFC 9110; usage.md WEB-01 to WEB-03",
    kinds=(Kind.SITE,),
    says=(
        "web_http_only",
        "web_no_redirect",
        "web_redirects_to_http",
        "web_redirect_loop",
        "web_names_differ",
        "web_one_name_dead",
    ),
)
def web(dossier: Dossier) -> Iterator[Finding]:
    """Follow both schemes of each host."""
    for host in dossier.holding.hosts:
        sighting = dossier.see(WEBSITE, Host(host))
        match sighting.outcome:
            case Seen(site):
                yield from _schemes(host, site, sighting)
    yield from _names(dossier)


def _schemes(host: str, site: Website, seen: Sighting[Website]) -> Iterator[Finding]:
    if _loops(site.https) or _loops(site.http):
        yield fault("web_redirect_loop", seen, host=host)
        return
    if _ends(site.https).startswith("http://"):
        yield fault("web_redirects_to_http", seen, host=host, target=_ends(site.https))
        return
    plain = _page(site.http)
    if plain is None or not plain.url.startswith("http://") or plain.status >= 400:
        return
    match site.https.page:
        case Absent():
            yield fault("web_http_only", seen, host=host)
        case Seen(page) if page.status < 400:
            yield fault("web_no_redirect", seen, host=host)


def _loops(visit: Visit) -> bool:
    return isinstance(visit.page, Unknown) and visit.page.reason is Reason.LOOP


def _ends(visit: Visit) -> str:
    return visit.hops[-1].to if visit.hops else visit.url


def _page(visit: Visit) -> Page | None:
    return visit.page.fact if isinstance(visit.page, Seen) else None


def _names(dossier: Dossier) -> Iterator[Finding]:
    """The name with www and the one without: people type either."""
    states: dict[str, set[str]] = {}
    for visit in dossier.visits.made:
        states.setdefault(visit.host, set()).add(visit.reading.state)
    dead = [host for host, said in states.items() if said <= _DEAD]
    alive = [
        host
        for host, said in states.items()
        if any(use_of(Kind.SITE, one) in (Use.USED, Use.REDIRECT) for one in said)
    ]
    seen = [visit.sighting for visit in dossier.visits.made]
    if dead and alive:
        yield fault("web_one_name_dead", *seen, host=dead[0], other=alive[0])
    name = dossier.asset.key
    twin = dossier.scene.site_of.get(f"www.{name}")
    if twin is not None and twin != dossier.asset and name in states:
        other = dossier.see(WEBSITE, Host(f"www.{name}"))
        yield fault("web_names_differ", *seen, other, host=name, other=f"www.{name}")
