"""Reading stored exchanges again: the same words from the same answers, and not a single question."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.kit.net import ApiAnswer, NetTrouble, WhoisAnswer, WhoisQuestion
from probes.kit.net.tape import Exchange, Failure, Recorder
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.registration import read_stored, registration
from tests.probes.registry_paper import (
    BOOTSTRAP,
    COM,
    LIMIT,
    NOBODY,
    RDAP_COM,
    RU,
    RegistryPaper,
    rdap,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHOIS_RU = ("whois.tcinet.ru", "romashka.ru")
WHOIS_COM = ("whois.verisign-grs.com", "domain romashka.com")
LINK = "https://rdap.registrar.example/domain/romashka.com"
REFERRED = COM.replace("whois.registrar.example", "whois.other.example")
SHOP = "domain: ROMASHKA.SHOP\nnserver: ns1.hoster.example\nexpires: 2027-01-01\n"


def looked(name: str, pages: Any) -> tuple[Any, tuple[Exchange, ...]]:
    """Look once, and keep what was said."""
    recorder = Recorder(RegistryPaper(pages), lambda: NOW, "here")

    return asyncio.run(registration.look(Domain(name), recorder)), recorder.exchanges


def again(name: str, exchanges: Any) -> Any:
    return asyncio.run(read_stored(Domain(name), exchanges))


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("romashka.ru", {WHOIS_RU: RU}),
        ("romashka.ru", {WHOIS_RU: NOBODY}),
        ("romashka.ru", {WHOIS_RU: LIMIT}),
        ("romashka.ru", {WHOIS_RU: WhoisAnswer(NOBODY.encode(), False, "192.0.2.43")}),
        ("romashka.ru", {WHOIS_RU: NetTrouble(Reason.TIMEOUT)}),
        ("romashka.com", {RDAP_COM: rdap()}),
        ("romashka.com", {RDAP_COM: {"errorCode": 404}, WHOIS_COM: "No match for X.\n"}),
        ("romashka.com", {RDAP_COM: ApiAnswer(503, (), b"", False), WHOIS_COM: COM}),
        ("romashka.com", {RDAP_COM: NetTrouble(Reason.TIMEOUT), WHOIS_COM: REFERRED, ("whois.other.example", "romashka.com"): COM}),
        ("romashka.com", {RDAP_COM: rdap(entities=[], links=[{"rel": "related", "href": LINK}]), LINK: rdap()}),
        ("romashka.com", {RDAP_COM: rdap(entities=[], links=[{"rel": "related", "href": LINK}]), LINK: ApiAnswer(404, (), b"<html>", False)}),
        ("romashka.shop", {("whois.iana.org", "shop"): "refer: whois.nic.shop\n", ("whois.nic.shop", "romashka.shop"): SHOP}),
        ("romashka.shop", {("whois.iana.org", "shop"): "domain: SHOP\n"}),
        ("romashka.shop", {}),
        ("romashka.az", {}),
        ("x.github.io", {}),
        ("msk.ru", {}),
    ],
)  # fmt: skip
def test_reading_again_comes_to_the_same(name: str, pages: Any) -> None:
    """With the reader of the same day: fact, sources, order of sources, reason and all."""
    outcome, exchanges = looked(name, pages)

    assert again(name, exchanges) == outcome


def test_a_better_plan_of_today_loses_no_answer_of_yesterday() -> None:
    """What counts is who was asked then, not who would be asked now."""
    answer = WhoisAnswer(RU.encode(), True, "192.0.2.43")
    exchange = Exchange(WhoisQuestion("whois.gone.example", "romashka.ru"), NOW, "here", answer)
    outcome = again("romashka.ru", [exchange])

    assert isinstance(outcome, Seen)
    assert outcome.fact.sources[0].name == "whois.gone.example"


def test_a_registrars_denial_takes_no_name_from_its_holder() -> None:
    """Nor does his record alone say that a registry knows the name."""
    pages = {RDAP_COM: NetTrouble(Reason.TIMEOUT), WHOIS_COM: REFERRED,
             ("whois.other.example", "romashka.com"): NOBODY}  # fmt: skip
    _, exchanges = looked("romashka.com", pages)

    assert isinstance(again("romashka.com", exchanges), Seen)


def test_nothing_stored_is_nothing_known() -> None:
    """An empty shelf is no absence."""
    assert again("romashka.ru", []) == Unknown(Reason.NOT_ASKED, "no registry was asked")
    _, exchanges = looked("romashka.ru", {BOOTSTRAP: NetTrouble(Reason.TIMEOUT)})
    assert isinstance(again("romashka.ru", exchanges[:1]), Unknown)


def test_a_look_that_ended_first_is_a_timeout() -> None:
    """Its question stands there without an end."""
    cut = Failure(Reason.TIMEOUT, "the look ended first", cut_short=True)
    exchange = Exchange(WhoisQuestion(*WHOIS_RU), NOW, "here", failure=cut)

    assert again("romashka.ru", [exchange]).reason is Reason.TIMEOUT


def test_only_a_registry_makes_a_name_absent() -> None:
    """One denial of the registry's is enough for the statement; the verdict asks for a second."""
    outcome = again("romashka.ru", looked("romashka.ru", {WHOIS_RU: NOBODY})[1])

    assert outcome == Absent("WHOIS whois.tcinet.ru: no entries")
