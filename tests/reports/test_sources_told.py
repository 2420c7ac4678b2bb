"""The report says of each source how it did, why, and what its silence means for the audit."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from reports.document import NotSeen, Source
from reports.render import render
from reports.wording import LANGUAGES
from tests.reports import estates


def told(source: Source, language: str = "en", *gaps: NotSeen) -> tuple[str, str]:
    """What the table of sources and the section of gaps say."""
    document = estates.varied()
    run = replace(document.run, sources=(source,))
    page = LexborHTMLParser(
        render(replace(document, run=run, not_seen=gaps), language, strict=True)
    )
    found = []
    for selector in ("#sources tbody", "#unseen"):
        node = page.css_first(selector)
        assert node is not None
        found.append(re.sub(r"\s+", " ", node.text(separator=" ").replace("\u00a0", " ")))
    return found[0], found[1]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            Source(name="crt_sh", status="partial", asked=43, answered=40, reason="service_silent"),
            "failed several times in a row, so we left it alone Told in full: 40 of 43. For the rest "
            "this may be missing: names in certificates that ran out",
        ),
        (
            Source(name="crt_sh", status="failed", asked=43, answered=0, reason="timeout"),
            "Missing in this report: names in certificates that ran out",
        ),
        (
            Source(name="cert_spotter", status="limited", asked=43, answered=9, reason="rate_limited"),
            "It answered 9 of 43 in full, then refused. May be missing: all names of the certificates",
        ),
        (
            Source(name="shodan", status="skipped", reason="no_key"),
            "we have no key to this service The audit does without it. With a key it would show: names",
        ),
        (
            Source(name="web_archive", status="partial", asked=3, answered=2, reason="row_cap"),
            "the source gives no longer lists Told in full: 2 of 3.",
        ),
    ],
)  # fmt: skip
def test_a_source_says_what_its_silence_means(source: Source, says: str) -> None:
    assert says in told(source)[0]


@pytest.mark.parametrize(
    "source",
    [
        Source(name="crt_sh", status="completed", asked=4, answered=4),
        Source(name="crt_sh", status="skipped", reason="nothing_to_ask"),
        Source(name="whois.registry.example", status="failed", asked=1, reason="timeout"),
    ],
)
def test_where_nothing_is_missing_nothing_is_said(source: Source) -> None:
    """Nor of sources that have no words of their own."""
    assert "issing" not in told(source)[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["source_failed", "source_partial"])
def test_a_gap_says_what_is_missing(language: str, code: str) -> None:
    """In the section that a client reads first, and in both languages."""
    params = {
        "source": "crt_sh",
        "asked": 43,
        "answered": 3,
        "reason": "timeout",
        "shows": "crt_sh",
    }
    source = Source(name="crt_sh", status="completed", asked=1, answered=1)
    _, gaps = told(source, language, NotSeen(code=code, params=params))

    assert ("истёкших сертификатах" if language == "ru" else "certificates that ran out") in gaps


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gap_of_an_older_audit_is_still_told(language: str) -> None:
    """Audits saved before say nothing of what is missing."""
    params = {"source": "certificate_logs", "asked": 9, "answered": 7, "reason": "timeout"}
    source = Source(
        name="certificate_logs", status="partial", asked=9, answered=7, reason="timeout"
    )
    table, gaps = told(source, language, NotSeen(code="source_partial", params=params))

    assert "7" in gaps
    assert ("Журналы" if language == "ru" else "Certificate logs") in table
