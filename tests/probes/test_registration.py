"""The registration probe: three answers, never two, and nobody is asked more than needed."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from probes.kit.net import (
    ApiAnswer,
    NetTrouble,
    WhoisAnswer,
    WhoisQuestion,
)
from probes.kit.net.pace import Pace
from probes.kit.net.rates import Rates
from probes.kit.net.whois_door import WhoisDoor
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.registration import HolderKind, Source, registration
from tests.probes.kit.net.loopback import Names, dialer, floods, resets, run, says, server, stalls
from tests.probes.registry_paper import (
    BOOTSTRAP,
    COM,
    LIMIT,
    NOBODY,
    RDAP_COM,
    RU,
    RegistryPaper,
    fact,
    look,
    rdap,
)


def test_a_russian_domain_from_its_registry() -> None:
    """`paid-till 21:00 UTC` is the next day in Moscow, and that is the day that counts."""
    found = fact("romashka.ru", {("whois.tcinet.ru", "romashka.ru"): RU})

    assert found.paid_until == date(2026, 2, 19)
    assert found.free_on == date(2026, 3, 22)
    assert found.created is not None
    assert found.created.at == datetime(2004, 2, 18, 21, tzinfo=UTC)
    assert (found.expires[0].precise, found.expires[0].source) == (True, "registry whois")
    assert (found.holder.kind, found.holder.inn) == (HolderKind.ORGANISATION, "7736207543")
    assert found.delegated is True
    assert found.sources == (Source("whois.tcinet.ru", "registry whois", "registered"),)
    assert list(found.mentions()) == [Mention(Host("ns1.hoster.example"), "ns_host_of")]


def test_a_generic_domain_from_rdap_alone() -> None:
    """A full RDAP answer needs no WHOIS and no registrar."""
    net = RegistryPaper({RDAP_COM: rdap()})
    outcome = look("romashka.com", net)

    assert net.asked == [BOOTSTRAP, RDAP_COM]
    assert outcome.fact.statuses == ("clientHold",)
    assert outcome.fact.paid_until == date(2027, 3, 4)
    assert outcome.fact.holder.name == "Romashka LLC"


WHOIS_COM = ("whois.verisign-grs.com", "domain romashka.com")


@pytest.mark.parametrize(
    "failure",
    [
        NetTrouble(Reason.TIMEOUT),
        NetTrouble(Reason.NO_LISTENER),
        ApiAnswer(429, (), b"", False),
        ApiAnswer(503, (), b"", False),
        ApiAnswer(404, (), b"<html>", False),
        ApiAnswer(200, (), b"{}", False),
        ApiAnswer(200, (), json.dumps(rdap()).encode()[:99], True),
        rdap(ldhName="another.com"),
    ],
)
def test_whois_steps_in_where_rdap_fails(failure: Any) -> None:
    """Whatever the failure, and the failure stays visible among the sources."""
    found = fact("romashka.com", {RDAP_COM: failure, WHOIS_COM: COM})

    assert [one.kind for one in found.sources][:2] == ["registry rdap", "registry whois"]
    assert found.sources[0].outcome != "registered"
    assert found.registrar == "Example Registrar, Inc."


ERROR_404 = {"errorCode": 404, "title": "Not Found"}


@pytest.mark.parametrize(
    ("name", "pages", "authority"),
    [
        ("romashka.ru", {("whois.tcinet.ru", "romashka.ru"): NOBODY}, "WHOIS whois.tcinet.ru: no entries"),
        ("romashka.com", {RDAP_COM: ERROR_404}, "RDAP 404 rdap.registry.example"),
        ("romashka.com", {RDAP_COM: ERROR_404, WHOIS_COM: 'No match for "ROMASHKA.COM".\n'}, "RDAP 404 rdap.registry.example; WHOIS whois.verisign-grs.com: no entries"),
        ("romashka.com", {RDAP_COM: NetTrouble(Reason.TIMEOUT), WHOIS_COM: 'No match for "ROMASHKA.COM".\n'}, "WHOIS whois.verisign-grs.com: no entries"),
        ("romashka.com", {RDAP_COM: ERROR_404, WHOIS_COM: NetTrouble(Reason.TIMEOUT)}, "RDAP 404 rdap.registry.example"),
    ],
)  # fmt: skip
def test_absence_names_its_authorities(name: str, pages: Any, authority: str) -> None:
    """Who said that nobody holds the name, all of them."""
    assert look(name, RegistryPaper(pages)) == Absent(authority)


RU_ASKED = ("whois.tcinet.ru", "romashka.ru")


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (LIMIT, Reason.RATE_LIMITED),
        ("Requests of this client are not permitted.\n", Reason.ACCESS_DENIED),
        ("Invalid query\n", Reason.INVALID_QUERY),
        ("Domain romashka.ru is reserved by the registry\n", Reason.RESERVED),
        ("Welcome.\n", Reason.UNPARSED),
        ("\n", Reason.SOURCE_FAILED),
        (RU.replace("ROMASHKA.RU", "TULIP.RU"), Reason.UNPARSED),
        (f"domain: TULIP.RU\n{NOBODY}", Reason.UNPARSED),
        (NetTrouble(Reason.TIMEOUT), Reason.TIMEOUT),
        (NetTrouble(Reason.NOT_ALLOWED), Reason.NOT_ALLOWED),
        (NetTrouble(Reason.CONNECTION_LOST), Reason.CONNECTION_LOST),
        (WhoisAnswer(NOBODY.encode(), False, "192.0.2.43"), Reason.SOURCE_FAILED),
        (WhoisAnswer(b"% " * 131_072, False, "192.0.2.43"), Reason.OVERSIZED),
    ],
)
def test_only_a_registry_can_say_that_a_domain_is_gone(page: Any, reason: Reason) -> None:
    """Every other answer is Unknown, with its reason."""
    outcome = look("romashka.ru", RegistryPaper({RU_ASKED: page}))

    assert isinstance(outcome, Unknown)
    assert outcome.reason is reason
    assert "whois.tcinet.ru" in outcome.detail


def test_a_registered_domain_outweighs_a_404() -> None:
    """Where two registries' services disagree, the record is believed."""
    found = fact("romashka.com", {RDAP_COM: ERROR_404, WHOIS_COM: COM})

    assert [one.outcome for one in found.sources[:2]] == ["not_registered", "registered"]


def test_a_reserved_name_is_not_absent() -> None:
    """RDAP knows nothing of it, WHOIS says why."""
    outcome = look(
        "romashka.com", RegistryPaper({RDAP_COM: ERROR_404, WHOIS_COM: "Reserved by Registry\n"})
    )

    assert outcome.reason is Reason.RESERVED


def test_iana_knows_the_servers_we_do_not() -> None:
    """The referral is followed; without one there is no service."""
    shop = "domain: ROMASHKA.SHOP\nnserver: ns1.hoster.example\nexpires: 2027-01-01\n"
    pages = {
        ("whois.iana.org", "shop"): "refer: whois.nic.shop\n",
        ("whois.nic.shop", "romashka.shop"): shop,
    }

    assert fact("romashka.shop", pages).sources[-1].name == "whois.nic.shop"
    closed = look("romashka.shop", RegistryPaper({("whois.iana.org", "shop"): "domain: SHOP\n"}))
    assert closed.reason is Reason.NO_SERVICE
    unanswered = look("romashka.shop", RegistryPaper({}))
    assert unanswered.reason is Reason.NO_ADDRESS


@pytest.mark.parametrize("gone", [NetTrouble(Reason.NO_ADDRESS), "TLD is not supported.\n"])
def test_a_server_that_is_gone_is_replaced_by_ianas(gone: Any) -> None:
    """Our table may be older than the world."""
    pages = {
        RU_ASKED: gone,
        ("whois.iana.org", "ru"): "whois: whois.new.example\n",
        ("whois.new.example", "romashka.ru"): RU,
    }

    assert [one.name for one in fact("romashka.ru", pages).sources] == [
        "whois.tcinet.ru",
        "whois.new.example",
    ]


def test_a_limit_is_not_walked_around() -> None:
    """A server that says "slowly" is not asked again, nor is another asked in its place."""
    net = RegistryPaper({RU_ASKED: LIMIT, ("whois.iana.org", "ru"): "whois: whois.other.example\n"})
    look("romashka.ru", net)

    assert net.asked == [BOOTSTRAP, RU_ASKED]


def test_the_shipped_bootstrap_serves_when_ianas_is_down() -> None:
    """Once per run: nobody waits for it twice."""
    net = RegistryPaper({BOOTSTRAP: NetTrouble(Reason.TIMEOUT)})

    async def two_looks() -> None:
        await registration.look(Domain("romashka.com"), net)
        await registration.look(Domain("tulip.com"), net)

    asyncio.run(two_looks())
    assert net.asked.count(BOOTSTRAP) == 1
    assert "https://rdap.verisign.com/com/v1/domain/romashka.com" in net.asked
    assert "https://rdap.verisign.com/com/v1/domain/tulip.com" in net.asked


REGISTRAR_LINK = "https://rdap.registrar.example/domain/romashka.com"
THIN = rdap(
    entities=[
        {"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Example Registrar"]]]}
    ],
    links=[{"rel": "related", "href": REGISTRAR_LINK}],
)


def test_the_registrar_is_asked_for_what_the_registry_left_out() -> None:
    """One hop, and the registry's word stays first."""
    registrar = rdap(events=[{"eventAction": "expiration", "eventDate": "2026-03-04T05:06:07Z"}])
    found = fact("romashka.com", {RDAP_COM: THIN, REGISTRAR_LINK: registrar})

    assert found.holder.name == "Romashka LLC"
    assert [one.source for one in found.expires] == ["registry rdap", "registrar rdap"]
    assert found.paid_until == date(2026, 3, 4)


@pytest.mark.parametrize(
    "page",
    [
        NetTrouble(Reason.TIMEOUT),
        ERROR_404,
        ApiAnswer(200, (), b"[", False),
        rdap(ldhName="tulip.com"),
    ],
)
def test_a_silent_registrar_takes_nothing_away(page: Any) -> None:
    """What the registry said stands; the failed hop is listed."""
    found = fact("romashka.com", {RDAP_COM: THIN, REGISTRAR_LINK: page})

    assert found.registrar == "Example Registrar"
    assert found.sources[-1].kind == "registrar rdap"
    assert found.sources[-1].outcome != "registered"


@pytest.mark.parametrize(
    "link",
    [
        "127.0.0.1",
        "169.254.169.254",
        "http://whois.x.example/",
        "whois.verisign-grs.com",
        "whois.iana.org",
        "local",
    ],
)
def test_a_referral_leads_to_a_new_host_or_nowhere(link: str) -> None:
    """No address literals, no URLs, no server that was asked already."""
    net = RegistryPaper(
        {
            RDAP_COM: NetTrouble(Reason.TIMEOUT),
            WHOIS_COM: COM.replace("whois.registrar.example", link),
        }
    )
    outcome = look("romashka.com", net)

    assert isinstance(outcome, Seen)
    assert net.asked == [BOOTSTRAP, RDAP_COM, WHOIS_COM]


def test_an_expiry_kept_secret_by_policy_is_not_a_missing_one() -> None:
    """.nl publishes none, so nobody is asked for it."""
    net = RegistryPaper(
        {
            "https://rdap.nl.example/domain/romashka.nl": rdap(
                ldhName="romashka.nl",
                events=[{"eventAction": "registration", "eventDate": "2011-03-04"}],
            )
        }
    )
    outcome = look("romashka.nl", net)

    assert not outcome.fact.expiry_published
    assert outcome.fact.paid_until is None
    assert outcome.fact.created is not None
    assert not outcome.fact.created.precise
    assert len(net.asked) == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x.github.io", Reason.NO_SERVICE),
        ("msk.ru", Reason.INVALID_QUERY),
        ("www.romashka.ru", Reason.INVALID_QUERY),
    ],
)
def test_what_nobody_registers_is_not_asked_about(name: str, reason: Reason) -> None:
    """Not a single question leaves."""
    net = RegistryPaper({})

    assert look(name, net).reason is reason
    assert net.asked == []


def test_a_third_level_with_its_own_registry_is_asked_there() -> None:
    """shop.msk.ru is a registration; msk.ru is somebody else's."""
    text = RU.replace("ROMASHKA.RU", "ROMASHKA.MSK.RU")
    found = fact("romashka.msk.ru", {("whois.flexireg.net", "romashka.msk.ru"): text})

    assert found.domain == "romashka.msk.ru"


class OneDoor:
    """The live WHOIS door; every other question has no address."""

    def __init__(self, door: WhoisDoor) -> None:
        self.door = door

    async def ask(self, question: Any) -> Any:
        """Put WHOIS questions to the door."""
        if isinstance(question, WhoisQuestion) and question.server == "whois.tcinet.ru":
            return await self.door.ask(question)
        raise NetTrouble(Reason.NO_ADDRESS, "not in this test")


@pytest.mark.parametrize(
    ("behave", "outcome"),
    [
        (says(RU.encode(), wait_for=b"romashka.ru\r\n"), Seen),
        (resets(RU.encode(), wait_for=b"romashka.ru\r\n"), Seen),
        (stalls(RU.encode(), wait_for=b"romashka.ru\r\n"), Seen),
        (says(NOBODY.encode(), wait_for=b"romashka.ru\r\n"), Absent),
        (stalls(NOBODY.encode(), wait_for=b"romashka.ru\r\n"), Unknown),
        (says(wait_for=b"romashka.ru\r\n"), Unknown),
        (says(LIMIT.encode(), wait_for=b"romashka.ru\r\n"), Unknown),
        (floods(b"", b"% nothing\r\n" * 999, wait_for=b"romashka.ru\r\n"), Unknown),
    ],
)
def test_real_servers_honest_and_hostile(behave: Any, outcome: type) -> None:
    """A whole record counts though the line broke; half a denial does not."""

    async def story() -> Any:
        async with server(behave, 43) as address:
            names = Names({"whois.tcinet.ru": (address,)})
            pace = Pace(Rates.of({"*": "100/s"}))
            door = WhoisDoor(dialer(names), pace, timedelta(milliseconds=300))
            return await registration.look(Domain("romashka.ru"), OneDoor(door))

    assert isinstance(run(story()), outcome)
