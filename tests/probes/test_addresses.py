"""The addresses probe tells "no such name" from "could not find out", along every chain."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from probes.addresses import HostAddresses, Standing, addresses, standing
from probes.kit.dns import SECOND_RESOLVER, control_label
from probes.kit.net import DnsQuestion, NetTrouble
from probes.kit.net.live import LiveNet, NetSettings
from probes.kit.net.tape import Player, Recorder
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Address, Host
from tests.peers.dns_server import REFUSED, DnsServer
from tests.peers.dns_server import SERVFAIL as FAILING
from tests.peers.paper_net import PaperNet, dns_page, no_such_name
from tests.probes.kit.net.loopback import LOOPBACK

NX = {"rcode": "NXDOMAIN"}
FAILS = {"rcode": "SERVFAIL"}
SERVFAIL = Unknown(Reason.SERVFAIL, "127.0.0.53")
ALIAS = "d.ru CNAME gone.shop."


def look(a, aaaa):
    pages = dns_page("d.ru", "CNAME", rcode="SERVFAIL")
    for type, (records, how) in (("A", a), ("AAAA", aaaa)):
        pages |= dns_page("d.ru", type, *records, **how)
    return asyncio.run(addresses.look(Host("d.ru"), PaperNet(pages)))


@pytest.mark.parametrize(
    ("a", "aaaa", "outcome"),
    [
        (
            (["d.ru A 192.0.2.2", "d.ru A 192.0.2.1"], {}),
            (["d.ru AAAA 2001:db8::1"], {}),
            Seen(
                HostAddresses((), False, Seen(("192.0.2.1", "192.0.2.2")), Seen(("2001:db8::1",)))
            ),
        ),
        (
            (["d.ru A 192.0.2.1"], {}),
            ([], {}),
            Seen(HostAddresses((), False, Seen(("192.0.2.1",)), Absent("NODATA"))),
        ),
        (
            (["d.ru A 192.0.2.1"], {}),
            ([], FAILS),
            Seen(HostAddresses((), False, Seen(("192.0.2.1",)), SERVFAIL)),
        ),
        (([], {}), ([], FAILS), Seen(HostAddresses((), False, Absent("NODATA"), SERVFAIL))),
        (([], {}), ([], {}), Seen(HostAddresses((), False, Absent("NODATA"), Absent("NODATA")))),
        (([], NX), ([], NX), Absent("NXDOMAIN")),
        (([], NX), ([], FAILS), Absent("NXDOMAIN")),
        # Balancers that know no AAAA answer NXDOMAIN for it: the name may well have addresses.
        (([], FAILS), ([], NX), Seen(HostAddresses((), False, SERVFAIL, Absent("NXDOMAIN")))),
        (([], FAILS), ([], FAILS), SERVFAIL),
        (
            ([ALIAS], NX),
            ([ALIAS], NX),
            Seen(HostAddresses(("gone.shop",), True, Absent("NXDOMAIN"), Absent("NXDOMAIN"))),
        ),
        (
            ([ALIAS], NX),
            ([], FAILS),
            Seen(HostAddresses(("gone.shop",), True, Absent("NXDOMAIN"), Absent("NXDOMAIN"))),
        ),
    ],
)
def test_each_family_has_its_own_outcome(a, aaaa, outcome):
    """NXDOMAIN of the name itself ends the look; of a chain's end it means dangling."""
    assert look(a, aaaa) == outcome


def test_aliases_in_a_circle_are_a_loop_whatever_the_resolver_calls_it():
    """Resolvers say SERVFAIL; the aliases themselves say that nobody else gets any further."""
    pages = {}
    for type in ("A", "AAAA"):
        pages |= dns_page("d.ru", type, rcode="SERVFAIL")
    pages |= dns_page("d.ru", "CNAME", "d.ru CNAME e.ru.")
    net = PaperNet(pages | dns_page("e.ru", "CNAME", "e.ru CNAME d.ru."))
    assert asyncio.run(addresses.look(Host("d.ru"), net)) == Unknown(
        Reason.LOOP, "aliases without an end: d.ru"
    )

    net = PaperNet(pages | dns_page("e.ru", "CNAME", rcode="SERVFAIL"))
    assert asyncio.run(addresses.look(Host("d.ru"), net)) == SERVFAIL


def test_a_timeout_is_unknown():
    """No answer for either family."""
    net = PaperNet({}, lambda question: NetTrouble(Reason.TIMEOUT, "127.0.0.53"))

    outcome = asyncio.run(addresses.look(Host("d.ru"), net))

    assert outcome == Unknown(Reason.TIMEOUT, "127.0.0.53")


def test_chain_and_addresses_are_mentioned():
    """A chain name that can be no host is not."""
    fact = HostAddresses(("a.shop", "b\\032c.shop"), False, Seen(("192.0.2.1",)), Absent("NODATA"))

    assert list(fact.mentions()) == [
        Mention(Host("a.shop"), "cname_of"),
        Mention(Address("192.0.2.1"), "address_of"),
    ]


CONTROL = f"{control_label('d.ru')}.d.ru"
DEEP = f"{control_label('dev.d.ru')}.dev.d.ru"


def below(name, *pages, otherwise=no_such_name):
    book = {question: answer for page in pages for question, answer in page.items()}
    net = PaperNet(book, otherwise)
    return asyncio.run(addresses.look(Host(name), net)), net


def has(name, type, *values):
    return dns_page(name, type, *(f"{name} {type} {value}" for value in values))


@pytest.mark.parametrize(
    ("pages", "beside", "stands"),
    [
        ([has("www.d.ru", "A", "192.0.2.1")], Absent("NXDOMAIN"), Standing.CURRENT),
        (
            [has("www.d.ru", "A", "192.0.2.1"), has(CONTROL, "A", "192.0.2.1", "192.0.2.2")],
            Seen(("192.0.2.1", "192.0.2.2")),
            Standing.WILDCARD,
        ),
        (
            [has("www.d.ru", "A", "192.0.2.1"), has(CONTROL, "A", "192.0.2.9")],
            Seen(("192.0.2.9",)),
            Standing.CURRENT,
        ),
        (
            [has("www.d.ru", "A", "192.0.2.1", "192.0.2.3"), has(CONTROL, "A", "192.0.2.1")],
            Seen(("192.0.2.1",)),
            Standing.CURRENT,
        ),
        (
            [has("www.d.ru", "A"), has("www.d.ru", "AAAA", "2001:db8::1"),
             has(CONTROL, "AAAA", "2001:db8::1")],
            Seen(("2001:db8::1",)),
            Standing.WILDCARD,
        ),
        (
            [has("www.d.ru", "A", "192.0.2.1"), dns_page(CONTROL, "A", rcode="SERVFAIL")],
            SERVFAIL,
            Standing.CURRENT,
        ),
    ],
)  # fmt: skip
def test_a_name_is_held_against_one_that_nobody_created(pages, beside, stands):
    """Of the family it has; what differs from what any name gets is its own."""
    outcome, _ = below("www.d.ru", dns_page("www.d.ru", "AAAA"), *pages)

    assert isinstance(outcome, Seen)
    assert (outcome.fact.beside, outcome.fact.standing) == (beside, stands)


def test_each_level_has_its_control_and_a_registered_name_none():
    """Nobody's suffix and nobody's platform is asked for names that nobody created."""
    for name, control in (
        ("d.ru", None),
        ("www.d.ru", CONTROL),
        ("api.dev.d.ru", DEEP),
        ("x.github.io", None),
        ("d.co.uk", None),
    ):
        _, net = below(name, has(name, "A", "192.0.2.1"), has(name, "AAAA"))
        asked = [question.name for question in net.asked if question.name != name]
        assert asked == ([control] if control else []), name


def test_a_name_without_addresses_needs_no_control():
    outcome, net = below("www.d.ru", has("www.d.ru", "A"), has("www.d.ru", "AAAA"))

    assert standing(outcome) is Standing.NOT_CURRENT
    assert len(net.asked) == 2


@pytest.mark.parametrize(
    ("outcome", "stands"),
    [
        (Absent("NXDOMAIN"), Standing.NOT_CURRENT),
        (Unknown(Reason.SERVFAIL), Standing.UNKNOWN),
        (Seen(HostAddresses((), False, Absent("NODATA"), Absent("NODATA"))), Standing.NOT_CURRENT),
        (Seen(HostAddresses((), False, Absent("NODATA"), SERVFAIL)), Standing.UNKNOWN),
        (
            Seen(HostAddresses(("x.ru",), True, Absent("NXDOMAIN"), Absent("NXDOMAIN"))),
            Standing.NOT_CURRENT,
        ),
        (
            Seen(HostAddresses((), False, Unknown(Reason.DISPUTED), SERVFAIL)),
            Standing.DISPUTED,
        ),
    ],
)
def test_only_an_authority_says_that_a_name_is_gone(outcome, stands):
    """A failure never does."""
    assert standing(outcome) is stands


def both(first, second, name="www.d.ru"):
    """Look at a host through two resolvers on loopback; return the outcome, also of the replay."""

    async def story():
        async with first, second:
            settings = NetSettings(
                resolvers=(first.ip,), second_resolvers=(second.ip,), allow_nets=LOOPBACK
            )
            async with LiveNet(settings) as net:
                recorder = Recorder(net, lambda: AT, "here")
                outcome = await addresses.look(Host(name), recorder)
            again = await addresses.look(Host(name), Player(recorder.exchanges))
        assert again == outcome
        return outcome

    return asyncio.run(story())


AT = datetime(2026, 3, 1, tzinfo=UTC)
HERE = "www.d.ru A 192.0.2.1"
NXDOMAIN = Absent("NXDOMAIN")


def test_two_resolvers_that_agree_settle_it():
    """Answers that differ by the place they are asked from are no dispute."""
    for second in (HERE, "www.d.ru A 198.51.100.7"):
        outcome = both(DnsServer(HERE), DnsServer(second))
        assert isinstance(outcome, Seen)
        assert outcome.fact.second == Seen((second.rpartition(" ")[2],))
        assert outcome.fact.standing is Standing.CURRENT

    assert both(DnsServer("d.ru A 192.0.2.1"), DnsServer("d.ru A 192.0.2.1")) == NXDOMAIN


def test_what_one_resolver_denies_and_another_has_is_disputed_and_not_gone():
    """A filter says NXDOMAIN, too."""
    outcome = both(DnsServer("d.ru A 192.0.2.1"), DnsServer(HERE))
    disputed = Unknown(Reason.DISPUTED, "NXDOMAIN here, 192.0.2.1 elsewhere")
    assert isinstance(outcome, Seen)
    assert (outcome.fact.v4, outcome.fact.all) == (disputed, ())
    assert standing(outcome) is Standing.DISPUTED

    dangling = both(DnsServer("www.d.ru CNAME gone.ru."), DnsServer(HERE))
    assert isinstance(dangling, Seen)
    assert (dangling.fact.dangling, dangling.fact.chain) == (False, ("gone.ru",))
    assert standing(dangling) is Standing.DISPUTED

    invented = both(DnsServer(HERE), DnsServer("d.ru A 192.0.2.1"))
    assert isinstance(invented, Seen)
    assert invented.fact.all == ("192.0.2.1",)
    assert standing(invented) is Standing.DISPUTED


@pytest.mark.parametrize("silence", [FAILING, REFUSED])
def test_a_second_resolver_that_fails_settles_nothing_and_disputes_nothing(silence):
    failing = DnsServer()
    failing.everything = silence
    outcome = both(DnsServer(HERE), failing)

    assert isinstance(outcome, Seen)
    assert isinstance(outcome.fact.second, Unknown)
    assert standing(outcome) is Standing.CURRENT


def test_a_first_resolver_that_fails_is_not_outvoted():
    """A failure may be the right answer to a forged zone; what the other says is kept."""
    failing = DnsServer()
    failing.everything = FAILING
    outcome = both(failing, DnsServer(HERE))

    assert isinstance(outcome, Seen)
    assert outcome.fact.second == Seen(("192.0.2.1",))
    assert standing(outcome) is Standing.UNKNOWN


def test_without_a_second_resolver_nobody_is_asked_twice():
    async def story():
        async with DnsServer(HERE) as only:
            settings = NetSettings(resolvers=(only.ip,), allow_nets=LOOPBACK)
            async with LiveNet(settings) as net:
                await addresses.look(Host("www.d.ru"), net)
                with pytest.raises(NetTrouble) as met:
                    await net.ask(DnsQuestion("d.ru", "A", SECOND_RESOLVER))
        return sorted((name, type) for name, type, _ in only.asked), met.value.reason

    asked, reason = asyncio.run(story())
    assert asked == sorted([("www.d.ru", "A"), ("www.d.ru", "AAAA"), (CONTROL, "A")])
    assert reason is Reason.NOT_ASKED


def test_the_second_resolver_is_asked_a_question_once_a_run():
    async def story():
        async with DnsServer(HERE) as first, DnsServer(HERE) as second:
            settings = NetSettings(
                resolvers=(first.ip,), second_resolvers=(second.ip,), allow_nets=LOOPBACK
            )
            async with LiveNet(settings) as net:
                for _ in range(3):
                    await addresses.look(Host("www.d.ru"), net)
        return len(first.asked), len(second.asked)

    assert asyncio.run(story()) == (3, 2)
