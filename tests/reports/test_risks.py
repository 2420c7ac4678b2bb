"""The section of risks: in the order in which they matter, each with what to do, however many there are."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from reports.audit_file import AuditFile
from reports.document import Asset, Document, Finding
from reports.render import render
from reports.risks import NAMED_OF_ONE, SHOWN_OF_A_LIGHTER_ONE, SHOWN_OF_ONE, levels
from reports.wording import LANGUAGES
from scanner.verdicts.judging import all_codes
from scanner.verdicts.severity import Severity, risk_of
from tests.reports import estates


def fault(code: str, severity: str, **params: str) -> Finding:
    return Finding(code=code, severity=severity, standard="RFC 1", params=params)


def estate(*faults: Finding, count: int = 1, ownership: str = "confirmed") -> Document:
    assets = tuple(
        Asset(
            id=f"domain:n{n:03}.ru", kind="domain", name=f"n{n:03}.ru", display_name=f"n{n:03}.ru",
            ownership=ownership, use="used", state="active_web", verdict="keep",
            reasons=(Finding(code="domain.active_web", leans="used"), *faults),
        )
        for n in range(count)
    )  # fmt: skip
    return replace(estates.empty(), assets=assets)


def told(document: Document) -> list[tuple[str, list[str]]]:
    audit = AuditFile.of(document)
    return [(one.id, [risk.code for risk in one.risks]) for one in levels(audit, audit.entries)]


def test_take_overs_come_first_then_the_worst():
    document = estate(
        fault("posture.dnssec_absent", "info"),
        fault("posture.spf_several", "high"),
        fault("domain.lame", "critical"),
        fault("posture.takeover_cloud_address", "medium"),
        fault("posture.takeover_mx", "critical"),
        fault("site.dangling_cname", "high"),
        Finding(code="posture.not_checked"),
    )

    assert told(document) == [
        (
            "takeover",
            ["posture.takeover_mx", "site.dangling_cname", "posture.takeover_cloud_address"],
        ),
        ("critical", ["domain.lame"]),
        ("high", ["posture.spf_several"]),
        ("info", ["posture.dnssec_absent"]),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_is_said_with_what_to_do(language: str):
    """Whatever its parameters; the severity and the standard beside it."""
    known = {code: risk for code in sorted(all_codes()) if (risk := risk_of(code, {}))}
    faults = [fault(code, risk.severity) for code, risk in known.items()]
    page = LexborHTMLParser(render(estate(*faults), language, strict=True))

    lines = page.css("#risks .items > li")
    assert len(lines) == len(faults)
    for line in lines:
        assert line.css_first("em").text().strip()
        assert "RFC 1" in line.text()


def test_remarks_on_how_a_thing_is_kept_stand_among_the_risks_alone():
    document = estate(fault("posture.spf_several", "high"), fault("domain.lame", "critical"))
    page = LexborHTMLParser(render(document, "en", strict=True))
    rows = page.css_first("#inventory").text()

    assert "There are several SPF records" in page.css_first("#risks").text()
    assert "There are several SPF records" not in rows
    assert "Every name server refuses" in rows


@pytest.mark.parametrize(
    ("severity", "shown"), [("high", SHOWN_OF_ONE), ("low", SHOWN_OF_A_LIGHTER_ONE)]
)
def test_what_many_have_is_said_of_some_and_the_rest_are_named(severity: str, shown: int):
    """A few lines, a hundred names, and the number of the rest."""
    many = shown + NAMED_OF_ONE + 7
    document = estate(fault("posture.dnssec_absent", severity), count=many)
    page = LexborHTMLParser(render(document, "en", strict=True))

    items = page.css("#risks .items > li")
    assert len(items) == shown + 1
    assert len(items[-1].css("a")) == NAMED_OF_ONE
    assert f"The same at {NAMED_OF_ONE + 7} more" in items[-1].text()


def test_what_is_not_the_clients_is_no_risk_of_his():
    assert render(estate(fault("posture.spf_several", "high"), ownership="possible"), "en").count(
        "There are several SPF records"
    ) == 0  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_faults_there_is_a_sentence(language: str):
    page = LexborHTMLParser(render(estate(), language, strict=True))

    assert page.css_first("#risks .empty") is not None


def test_an_audit_of_before_has_no_faults():
    """Reasons without the field are read as reasons that are none."""
    document = estates.varied()

    assert told(document) == []
    assert {str(one) for one in Severity} == {"critical", "high", "medium", "low", "info"}
