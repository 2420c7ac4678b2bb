"""The pages of requisites and policies of a site, two at most."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.net import HttpQuestion, NetTrouble
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Host
from probes.legal_pages import LegalPages, legal_pages
from tests.probes.paper import PaperNet, page

DOWN = NetTrouble(Reason.NO_LISTENER, "192.0.2.10 port 443 resets")
MISSING = page("<title>404</title>", 404)
HOME = page('<a href="/privacy">x</a><a href="/rekvizity">y</a><a href="/contacts">z</a>')
POLICY = page("Оператор: ООО «Ромашка», ИНН 3600923119, ОГРН 1027700132195")
PAPERS = page("Реквизиты: ООО «Ромашка», ИНН 3600923119. Банк: АО «Банк», ИНН 6316070100")


def look(answers):
    """Look at the site; whatever is not written down is missing there."""
    paths = ("/", "/privacy", "/rekvizity", "/contacts")
    written = {f"{scheme}://d.ru{path}": MISSING for scheme in ("https", "http") for path in paths}
    written |= answers
    net = PaperNet({HttpQuestion(url, max_bytes=262_144): said for url, said in written.items()})
    return asyncio.run(legal_pages.look(Host("d.ru"), net)), net


def test_what_two_pages_say_is_put_together():
    """Each number once; the third page is left alone."""
    outcome, _ = look({
        "https://d.ru/": HOME, "https://d.ru/privacy": POLICY, "https://d.ru/rekvizity": PAPERS,
        "https://d.ru/contacts": DOWN,
    })  # fmt: skip

    assert outcome == Seen(
        LegalPages(
            ("https://d.ru/rekvizity", "https://d.ru/privacy"),
            ("ООО «Ромашка»", "АО «Банк»"),
            ("3600923119", "6316070100"),
            ("1027700132195",),
        )
    )


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"https://d.ru/": page("nothing")}, Absent("none linked")),
        ({"https://d.ru/": HOME}, Absent("none linked")),
        (
            {"https://d.ru/": page('<a href="https://agency.ru/privacy">x</a>')},
            Absent("none linked"),
        ),
        ({"https://d.ru/": page("x", 403)}, Unknown(Reason.ACCESS_DENIED, "HTTP 403")),
        (
            {"https://d.ru/": HOME, "https://d.ru/rekvizity": page("x", 403)},
            Unknown(Reason.ACCESS_DENIED, "HTTP 403"),
        ),
        (
            {
                "https://d.ru/": HOME,
                "https://d.ru/rekvizity": page("x", 403),
                "https://d.ru/privacy": page("nothing"),
            },
            Unknown(Reason.ACCESS_DENIED, "HTTP 403"),
        ),
        (
            {f"{scheme}://d.ru/": DOWN for scheme in ("https", "http")},
            Absent("no listener"),
        ),
    ],
)
def test_no_page_is_told_from_none_that_could_be_had(answers, outcome):
    """A page at another's name is another's."""
    assert look(answers)[0] == outcome
