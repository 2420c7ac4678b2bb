"""What one visit to a site shows, as a state of the site.

The order matters: a stub that somebody signed comes before what its status code would mean, and
what we were refused comes before what we were shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from msgspec import Struct

from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.website import Marker, Page, Visit, Website
from scanner.assets import Asset, Kind, Use
from scanner.assets.use import use_of
from scanner.discovery.notes import LITTLE_TEXT
from scanner.discovery.web_name import web_name
from scanner.verdicts.binding import Bound

HARDLY_ANY_TEXT = 20
_SIGNED = (
    "suspended",
    "unpaid_saas",
    "unclaimed_saas",
    "for_sale",
    "parked",
    "placeholder",
    "maintenance",
    "origin_down",
)
"""Stubs in the order in which they outrank one another."""
_STUBS = {*_SIGNED, "server_default"}
_BORNE_OUT = {"for_sale", "parked", "placeholder"}
"""Even a weak sign of these counts when the server shows the same to a name nobody uses."""
_BOUND = {"unclaimed_saas", "unpaid_saas"}
"""Even a weak sign of these counts when a name or address of the host is the same service's."""
_ORIGIN_DOWN = {521, 523, 530}
"""Cloudflare's own codes for an origin that refuses, is unreachable or does not resolve."""
_REFUSALS = {403, 406, 407, 429, 451}
_NO_ANSWER = {
    Reason.TIMEOUT,
    Reason.UNREACHABLE,
    Reason.CONNECTION_LOST,
    Reason.SERVFAIL,
    Reason.NO_ADDRESS,
}


class Reading(Struct, frozen=True, gc=False):
    """One visit read: the state it speaks for, and what made us think so."""

    state: str
    url: str
    status: int = 0
    marker: str = ""
    provider: str = ""
    target: str = ""
    """Where a redirect leads, or whose mirror it is."""
    reason: str = ""
    """Why there is no page."""


def unbound(marker: Marker) -> bool:
    """Say that a sign is bound to no host: the page is read for itself."""
    return False


def read_visit(
    visit: Visit,
    site: Website,
    hosts: tuple[str, ...],
    others: Mapping[str, Asset],
    bound: Bound = unbound,
) -> Reading:
    """Read a visit to a site known by `hosts`; `others` are the client's sites by host."""
    away = _first_host_outside(visit, hosts)
    match visit.page:
        case Seen(page):
            state, marker = read_page(page, site.same_as_unknown_host, hosts, bound)
            if away and marker not in _signatures(page):
                return Reading("redirects", visit.url, page.status, target=away)
            mirrored = others.get(page.canonical_host)
            if state == "content" and mirrored and page.canonical_host not in hosts:
                return Reading("mirror", visit.url, page.status, target=page.canonical_host)
            signer = marker.provider if marker else ""
            return Reading(state, visit.url, page.status, marker.id if marker else "", signer)
        case Absent():
            if away:
                return Reading("redirects", visit.url, target=away)
            return Reading("no_listener", visit.url)
        case Unknown(reason):
            if away:
                return Reading("redirects", visit.url, target=away, reason=reason)
            return Reading(unanswered(reason), visit.url, reason=reason)
        case never:
            assert_never(never)


def read_page(
    page: Page, same_as_unknown: bool, hosts: tuple[str, ...], bound: Bound = unbound
) -> tuple[str, Marker | None]:
    """Return the state of a site that a page speaks for, and the marker that decided, if one did."""
    state, marker = _read_page(page, same_as_unknown, hosts, bound)
    if page.truncated and use_of(Kind.SITE, state) is Use.IDLE:
        # A page that broke off may have been going to say anything.
        return "undetermined", marker
    return state, marker


def _read_page(
    page: Page, same_as_unknown: bool, hosts: tuple[str, ...], bound: Bound
) -> tuple[str, Marker | None]:
    signs = _strongest(page.markers)
    challenge = signs.get("challenge")
    if challenge and (challenge.strength == "strong" or page.status >= 400):
        return "challenge", challenge
    # Who refuses us, or fails, does so by the same page for every name.
    borne_out = same_as_unknown and page.status < 500 and page.status not in _REFUSALS
    for says in _SIGNED if signs else ():
        marker = signs.get(says)
        if marker and (
            marker.strength == "strong"
            or (borne_out and says in _BORNE_OUT)
            or (says in _BOUND and bound(marker))
        ):
            return says, marker
    default = signs.get("server_default")
    if default and (default.strength == "strong" or borne_out):
        return "placeholder", default
    if page.status >= 300:
        return _without_success(page, signs)
    return _shown(page, signs, same_as_unknown, hosts)


def is_alive(page: Page) -> bool:
    """Say whether a page is somebody's own, so that its links mean something."""
    state, _ = read_page(page, False, ())
    return state in ("content", "app", "login")


def _without_success(page: Page, signs: Mapping[str, Marker]) -> tuple[str, Marker | None]:
    status = page.status
    if status in _ORIGIN_DOWN:
        return "origin_down", None
    if _is_json(page) and status in (401, 404):
        return "api", None
    if status == 401:
        return "login", None
    if status in _REFUSALS:
        return "forbidden", None
    if status == 503 and (marker := signs.get("maintenance")):
        return "maintenance", marker
    if status >= 500:
        return "server_error", None
    return "undetermined", None


def _shown(
    page: Page, signs: Mapping[str, Marker], same_as_unknown: bool, hosts: tuple[str, ...]
) -> tuple[str, Marker | None]:
    """Read a page that was served with success and carries no stub's signature."""
    if _is_json(page):
        return "api", None
    login, app = signs.get("login"), signs.get("app")
    if page.password_field or (login and login.strength == "strong"):
        return "login", login
    if app and app.strength == "strong":
        return "app", app
    built = "cms" in signs or "saas" in signs
    named = page.canonical_host and page.canonical_host in hosts
    if same_as_unknown and not (built or named) and page.text_length < LITTLE_TEXT:
        return "undetermined", None
    if page.script_shell:
        return "app", None
    weak_stub = not _STUBS.isdisjoint(signs)
    if weak_stub and page.text_length < LITTLE_TEXT:
        return "undetermined", None
    if page.text_length < HARDLY_ANY_TEXT and not (page.title or built or named):
        return "undetermined", None
    return "content", None


def _strongest(markers: tuple[Marker, ...]) -> dict[str, Marker]:
    """Return the strongest marker for each thing that markers say; of equals the first by order."""
    found: dict[str, Marker] = {}
    for marker in markers:
        rival = found.get(marker.says)
        if rival is None or _weakness(marker) < _weakness(rival):
            found[marker.says] = marker
    return found


def _weakness(marker: Marker) -> tuple[bool, Marker]:
    return marker.strength != "strong", marker


def _signatures(page: Page) -> tuple[Marker | None, ...]:
    """Return stubs' signatures: a hoster's stub on a host of its own is a stub all the same."""
    return tuple(
        marker for marker in page.markers if marker.says in _SIGNED and marker.strength == "strong"
    )


def _first_host_outside(visit: Visit, hosts: tuple[str, ...]) -> str:
    """Return where a visit ends when that is another site; hops within a site are no redirect."""
    end = visit.end_host
    if not visit.hops or end in hosts:
        return ""
    if end in {f"www.{host}" for host in hosts} or f"www.{end}" in hosts:
        return ""
    reached = [web_name(hop.to) for hop in visit.hops]
    return end or next((name for name in reversed(reached) if name), "")


def _is_json(page: Page) -> bool:
    kind = page.content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def unanswered(reason: Reason) -> str:
    """Return the state of a site that gave no page for such a reason."""
    if reason in _NO_ANSWER:
        return "no_answer"
    return "forbidden" if reason is Reason.ACCESS_DENIED else "undetermined"
