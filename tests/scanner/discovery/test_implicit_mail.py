"""Letters to a domain without an MX go to its own address, and somebody may read them there."""

from __future__ import annotations

import pytest

from probes.kit.target import Domain, Host
from probes.mail_server import MailServer
from scanner.assets import Asset, Kind
from scanner.discovery import Frontier, Look, Seeds, attribute
from scanner.discovery.attribute import survey
from scanner.verdicts.judging import judge
from tests.scanner.discovery.world import NODATA, NOW, TIMEOUT, World, stub


def greeting(banner: str, accepts: bool = True) -> MailServer:
    """A mail server's greeting."""
    return MailServer("198.51.100.10", banner, accepts, (), True, "")


def world(server: object = None, **records: object) -> World:
    """A stub on a hosting, no MX, and what answers on port 25 of its address."""
    made = World().domain("a.ru", **records).both("a.ru", shows=stub())
    return made.see("mail_server", Host("a.ru"), server) if server else made


def states(made: World) -> tuple[str, str, str]:
    """States of the mail and of the hosting, and what is proposed for the hosting."""
    estate = attribute(Seeds(domains=("a.ru",)), made.looks(), NOW)
    found = {one.asset: one for one in judge(estate, made.looks(), NOW)}
    hosting = found[Asset(Kind.HOSTING, "beget/a.ru")]
    return found[Asset(Kind.MAIL, "a.ru")].state, hosting.state, hosting.advice


@pytest.mark.parametrize(
    ("banner", "perhaps"),
    [
        ("220 a.ru ESMTP Postfix", True),
        ("220-mx.A.ru. ESMTP", True),
        ("220 localhost ESMTP", True),
        ("220 vds35.nobody-knows.ru ESMTP", True),
        ("220", True),
        ("220 ESMTP", True),
        ("220 web10.beget.com ESMTP Exim", False),
        ("220-vh12.timeweb.ru ESMTP Exim", False),
    ],
)
def test_a_server_that_is_no_hosters_may_take_its_letters(banner: str, perhaps: bool):
    """A hoster's machine answers whatever the domain."""
    expected = ("undetermined", "undetermined", "ask")

    assert (states(world(greeting(banner))) == expected) == perhaps


@pytest.mark.parametrize("server", [None, TIMEOUT, greeting("554 a.ru no", accepts=False)])
def test_a_silent_port_25_is_no_veto_where_no_mx_exists(server: object):
    """Half the world blocks the port; the DNS has said that no mail comes here."""
    assert states(world(server)) == ("none", "placeholders_only", "switch_off")


@pytest.mark.parametrize(
    ("mx", "asked"), [(NODATA, True), (("mx.yandex.net",), False), (TIMEOUT, False)]
)
def test_the_domains_own_address_is_greeted_only_without_an_mx(mx: object, asked: bool):
    """Where it is unknown whether there is one, nobody is knocked up."""
    made = World().domain("a.ru", mx=mx).both("a.ru")
    frontier = Frontier(Seeds(domains=("a.ru",)))

    looks = {look for look, _ in survey(frontier, made.looks(), NOW)}

    assert (Look("mail_server", Host("a.ru")) in looks) == asked
    assert Look("dns_records", Domain("a.ru")) in looks
