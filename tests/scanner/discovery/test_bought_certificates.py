"""Bought certificates that no website shows: which ports are knocked at, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint
from scanner.assets import Asset, Kind
from scanner.discovery import Frontier, Look, Seeds, attribute
from scanner.discovery.attribute import survey
from scanner.discovery.bought_certificates import MOST_HOSTS
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import NO_LISTENER, NOW, TIMEOUT, World, certificate

BOUGHT = "b" * 64
FREE = certificate("a.ru", "www.a.ru", sha="free")
FURTHER = ((8443, ""), (465, ""), (993, ""), (995, ""), (25, "smtp"), (587, "smtp"))


def entry(*names: str, **changes: Any) -> LoggedCertificate:
    """A bought certificate, valid for another half year."""
    plain = LoggedCertificate(
        id="certspotter:1",
        names=names or ("a.ru", "www.a.ru"),
        issuer="GlobalSign nv-sa",
        not_before=NOW - timedelta(days=200),
        not_after=NOW + timedelta(days=197),
        all_names=True,
        sha256=BOUGHT,
    )
    return replace(plain, **changes)


def served(one: LoggedCertificate, **changes: Any) -> Any:
    """A logged certificate as a server shows it."""
    plain = certificate(*one.names, sha=one.sha256, automated=False, issuer=one.issuer)
    return replace(plain, not_before=one.not_before, not_after=one.not_after, **changes)


def world(*entries: LoggedCertificate, tls: Any = FREE) -> World:
    """One site behind a certificate, and what the log has of its name."""
    made = World().domain("a.ru").both("a.ru", tls=tls)
    log = LoggedCertificates(entries, complete=True, sources=())
    return made.see("certificate_log", Domain("a.ru"), log)


def everywhere(made: World, outcome: Any = NO_LISTENER, *hosts: str) -> World:
    """The same outcome at every further port."""
    for host in hosts or ("a.ru", "www.a.ru"):
        for port, starttls in FURTHER:
            made.see("tls_certificate", Endpoint(host, port, starttls), outcome)
    return made


def knocks(made: World) -> set[Endpoint]:
    """The endpoints beside 443 that a run looks at."""
    frontier = Frontier(Seeds(domains=("a.ru",)))
    looks = [look for look, _ in survey(frontier, made.looks(), NOW)]
    assert len(looks) == len(set(looks))
    return {
        look.target
        for look in looks
        if look.probe == "tls_certificate"
        and isinstance(look.target, Endpoint)
        and look.target.port != 443
    }


def verdict(made: World, sha256: str = BOUGHT) -> Verdict | None:
    """What is said of a certificate; None where it is no asset."""
    estate = attribute(Seeds(domains=("a.ru",)), made.looks(), NOW)
    found = {one.asset: one for one in judge(estate, made.looks(), NOW)}
    return found.get(Asset(Kind.CERTIFICATE, sha256))


def test_a_bought_certificate_that_no_website_shows_is_looked_for_at_every_tls_port():
    """Both names, six ports each, once."""
    expected = {Endpoint(host, *at) for host in ("a.ru", "www.a.ru") for at in FURTHER}

    assert knocks(world(entry())) == expected


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(world(), id="nothing was bought"),
        pytest.param(world(entry(automated=True)), id="it renews itself"),
        pytest.param(world(entry(not_after=NOW - timedelta(days=1))), id="it ran out"),
        pytest.param(world(entry(all_names=False)), id="not all its names are known"),
        pytest.param(world(entry(sha256="")), id="nobody told its digest"),
        pytest.param(world(entry(), tls=served(entry())), id="the website shows it"),
        pytest.param(
            world(entry(), tls=served(entry(), sha256="c" * 64)),
            id="the website shows it, and the log has its precertificate",
        ),
        pytest.param(
            world(entry(), tls=served(entry(not_before=NOW), sha256="c" * 64)),
            id="the website shows what its authority gave in its stead",
        ),
    ],
)
def test_where_nothing_is_decided_no_port_is_knocked_at(made: World):
    """Looks at further ports are dear, and may be noticed."""
    assert knocks(made) == set()


def test_a_name_without_an_address_is_not_knocked_at():
    """Nobody is there who could show anything."""
    made = world(entry("a.ru", "vpn.a.ru")).nowhere("vpn.a.ru")

    assert {one.name for one in knocks(made)} == {"a.ru"}


def test_a_certificate_for_many_hosts_is_not_looked_for():
    """Its use stays open; so many knocks would be heard."""
    names = tuple(f"x{number}.a.ru" for number in range(MOST_HOSTS + 1))
    made = world(entry(*names))
    for name in names:
        made.host(name)

    assert knocks(made) == set()
    found = verdict(made)
    assert found is not None
    assert found.state == "unserved"


@pytest.mark.parametrize(
    ("made", "state", "advice"),
    [
        pytest.param(everywhere(world(entry())), "superseded", "let_expire", id="shown nowhere"),
        pytest.param(world(entry()), "unserved", "ask", id="nobody looked"),
        pytest.param(everywhere(world(entry()), TIMEOUT), "unserved", "ask", id="ports are silent"),
        pytest.param(
            everywhere(world(entry())).see("tls_certificate", Endpoint("www.a.ru", 993), TIMEOUT),
            "unserved",
            "ask",
            id="one port is silent",
        ),
        pytest.param(
            everywhere(world(entry(), tls=NO_LISTENER)),
            "unserved",
            "ask",
            id="nothing in its place",
        ),
        pytest.param(
            everywhere(world(entry("*.a.ru", "a.ru", "www.a.ru"))),
            "unserved",
            "ask",
            id="a wildcard may be on names nobody has seen",
        ),
        pytest.param(
            everywhere(world(entry("a.ru", "vpn.a.ru")).nowhere("vpn.a.ru")),
            "unserved",
            "ask",
            id="a name of it may lead somewhere inside",
        ),
        pytest.param(
            everywhere(world(entry())).see(
                "tls_certificate", Endpoint("a.ru", 993), served(entry())
            ),
            "served",
            "keep",
            id="the mailboxes show it",
        ),
    ],
)
def test_a_bought_certificate_is_let_go_only_when_nothing_shows_it(
    made: World, state: str, advice: str
):
    """Every port of every name answered, with another certificate or nothing."""
    found = verdict(made)

    assert found is not None
    assert (found.state, found.advice) == (state, advice)


def test_a_certificate_at_another_port_is_the_precertificate_of_the_log():
    """One thing in the estate, known by what is shown."""
    shown = served(entry(), sha256="c" * 64)
    made = everywhere(world(entry())).see("tls_certificate", Endpoint("a.ru", 993), shown)

    assert verdict(made) is None
    found = verdict(made, "c" * 64)
    assert found is not None
    assert found.state == "served"


def test_of_reissues_one_is_told():
    """The authority sells one, however often it writes it anew."""
    newer = entry(sha256="d" * 64, not_before=NOW - timedelta(days=100))
    made = everywhere(world(entry(), newer))

    assert verdict(made) is None
    assert verdict(made, "d" * 64) is not None


def test_what_is_planned_does_not_depend_on_who_answers_first():
    """The ports are knocked at when every website has shown its certificate."""
    made = world(entry(), tls=served(entry()))
    frontier = Frontier(Seeds(domains=("a.ru",)))
    due = list(frontier.start())
    observed = {Look(one.probe, one.target): one for one in made.observations}
    log = Look("certificate_log", Domain("a.ru"))
    assert isinstance(observed[log].outcome, Seen)
    due += frontier.learn(observed[log])

    assert not [look for look in due if look.probe == "tls_certificate"]
