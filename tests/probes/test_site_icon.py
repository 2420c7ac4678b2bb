"""The picture of a site, and nothing else of it."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.near_icon import Favicon
from probes.kit.net import HttpQuestion, NetTrouble
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Host
from probes.site_icon import site_icon
from tests.probes.paper import PaperNet, page

ICON = b"\x00\x00\x01\x00\x01\x00" + bytes(200)
MISSING = page("<title>404</title>", 404)
DOWN = NetTrouble(Reason.NO_LISTENER, "192.0.2.10 port 443 resets")
HOME = page('<link rel="icon" href="/i/tab.png">')


def look(answers):
    """Look at the site; whatever is not written down is missing there."""
    paths = ("/favicon.ico", "/", "/i/tab.png")
    written = {f"{scheme}://d.ru{path}": MISSING for scheme in ("https", "http") for path in paths}
    written |= answers
    net = PaperNet({HttpQuestion(url, max_bytes=262_144): said for url, said in written.items()})
    return asyncio.run(site_icon.look(Host("d.ru"), net)), net


@pytest.mark.parametrize(
    ("answers", "url"),
    [
        ({"https://d.ru/favicon.ico": page(ICON, type="image/x-icon")}, "https://d.ru/favicon.ico"),
        ({"https://d.ru/": HOME, "https://d.ru/i/tab.png": page(ICON, type="image/x-icon")}, "https://d.ru/i/tab.png"),
        ({"https://d.ru/favicon.ico": DOWN, "http://d.ru/favicon.ico": page(ICON, type="image/x-icon")},
         "http://d.ru/favicon.ico"),
    ],
)  # fmt: skip
def test_the_picture_lies_by_custom_or_where_the_home_page_says(answers, url):
    """Over http where nobody answers otherwise."""
    outcome, _ = look(answers)

    assert isinstance(outcome, Seen)
    assert isinstance(outcome.fact, Favicon)
    assert (outcome.fact.url, outcome.fact.kind) == (url, "ico")


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({}, Absent("HTTP 404")),
        ({"https://d.ru/favicon.ico": page("x", 403)}, Unknown(Reason.ACCESS_DENIED, "HTTP 403")),
        ({f"{scheme}://d.ru/favicon.ico": DOWN for scheme in ("https", "http")}, Absent("no listener")),
    ],
)  # fmt: skip
def test_no_picture_is_told_from_none_that_could_be_had(answers, outcome):
    """Only a server's "no" says that there is none."""
    assert look(answers)[0] == outcome
