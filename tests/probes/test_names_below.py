"""Word lists below a domain: what counts as found, and what a wildcard hides."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import count

import msgspec
import pytest

from probes.kit.net import DnsAnswer, DnsQuestion, NamesAnswer, NamesQuestion, NetTrouble
from probes.kit.net.tape import Exchange, Player, Recorder
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.names_below import NamesBelow, names_below
from tests.peers.paper_net import PaperNet, dns_page, no_such_name

SOA = dns_page("d.ru", "SOA", "d.ru SOA ns. hm. 1 2 3 4 5")


def listed(*found: str, empty: tuple[str, ...] = (), complete: bool = True) -> NamesAnswer:
    return NamesAnswer(5_000, "abc", found, empty, 7, 3, complete)


def host(name: str, *lines: str) -> dict[DnsQuestion, DnsAnswer]:
    v4 = tuple(line for line in lines if " AAAA " not in line)
    v6 = tuple(line for line in lines if " A " not in line)
    return dns_page(name, "A", *v4) | dns_page(name, "AAAA", *v6)


def look(pages: dict, otherwise=no_such_name):
    net = PaperNet(pages, otherwise)
    return asyncio.run(names_below.look(Domain("d.ru"), net)), net


def test_each_name_is_asked_a_second_time_by_itself() -> None:
    pages = SOA | {NamesQuestion("d.ru"): listed("gone", "shop")}
    pages |= host("shop.d.ru", "shop.d.ru A 192.0.2.1")
    outcome, net = look(pages)
    assert outcome == Seen(
        NamesBelow(("shop.d.ru",), 5_000, 3, 7, Absent("NXDOMAIN"), False, "abc", True)
    )
    assert list(outcome.fact.mentions()) == [Mention(Host("shop.d.ru"), "found_by_label_below")]
    assert DnsQuestion("gone.d.ru", "A") in net.asked


def test_a_name_without_an_ipv4_address_may_have_an_ipv6_one() -> None:
    pages = SOA | {NamesQuestion("d.ru"): listed(empty=("six", "txt"))}
    pages |= host("six.d.ru", "six.d.ru AAAA 2001:db8::1") | host("txt.d.ru")
    outcome, _ = look(pages)
    assert outcome.fact.hosts == ("six.d.ru",)


def test_a_wildcards_addresses_are_told_to_the_net_and_its_names_are_not_found() -> None:
    def everywhere(question: DnsQuestion) -> DnsAnswer:
        records = (f"{question.name} A 192.0.2.1",) if question.type == "A" else ()
        return dns_page(question.name, question.type, *records)[question]

    pages = SOA | {NamesQuestion("d.ru", ("192.0.2.1",)): listed("shop")}
    pages |= host("shop.d.ru", "shop.d.ru A 192.0.2.2")
    outcome, _ = look(pages, everywhere)
    assert outcome.fact.hosts == ("shop.d.ru",)
    assert outcome.fact.wildcard == Seen(("192.0.2.1",))


def test_where_every_name_leads_somewhere_else_nothing_is_tried() -> None:
    numbers = count(1)

    def anywhere(question: DnsQuestion) -> DnsAnswer:
        return dns_page(question.name, "A", f"{question.name} A 192.0.2.{next(numbers)}")[question]

    outcome, net = look(dict(SOA), anywhere)
    assert outcome.fact.restless
    assert (outcome.fact.hosts, outcome.fact.asked) == ((), 0)
    assert not any(isinstance(question, NamesQuestion) for question in net.asked)


def test_a_wildcard_one_level_down_makes_no_names() -> None:
    def below_shop(question: DnsQuestion) -> DnsAnswer:
        if question.name.endswith(".shop.d.ru"):
            records = (f"{question.name} A 192.0.2.9",) if question.type == "A" else ()
            return dns_page(question.name, question.type, *records)[question]
        return no_such_name(question)

    pages = SOA | {NamesQuestion("d.ru"): listed("dev.shop", "own.shop", "shop")}
    pages |= host("shop.d.ru", "shop.d.ru A 192.0.2.9")
    pages |= host("own.shop.d.ru", "own.shop.d.ru A 192.0.2.10")
    outcome, _ = look(pages, below_shop)
    assert outcome.fact.hosts == ("own.shop.d.ru", "shop.d.ru")


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (NetTrouble(Reason.TIMEOUT), Reason.TIMEOUT),
        (NetTrouble(Reason.UNREACHABLE), Reason.UNREACHABLE),
    ],
)
def test_who_cannot_tell_a_wildcard_finds_nothing_out(trouble: NetTrouble, reason: Reason) -> None:
    outcome, _ = look(dict(SOA), lambda _question: trouble)
    assert isinstance(outcome, Unknown)
    assert outcome.reason is reason


def test_a_domain_that_does_not_exist_has_no_names() -> None:
    outcome, net = look({})
    assert outcome == Absent("NXDOMAIN")
    assert len(net.asked) == 1


def test_what_was_given_up_is_incomplete() -> None:
    outcome, _ = look(SOA | {NamesQuestion("d.ru"): listed(complete=False)})
    assert not outcome.fact.complete


def test_the_same_look_comes_out_of_the_tape() -> None:
    pages = SOA | {NamesQuestion("d.ru"): listed("gone", "shop")}
    pages |= host("shop.d.ru", "shop.d.ru A 192.0.2.1")
    recorder = Recorder(PaperNet(pages, no_such_name), lambda: datetime.now(UTC), "here")
    first = asyncio.run(names_below.look(Domain("d.ru"), recorder))
    stored = [msgspec.msgpack.encode(exchange) for exchange in recorder.exchanges]
    player = Player(msgspec.msgpack.decode(row, type=Exchange) for row in stored)
    assert asyncio.run(names_below.look(Domain("d.ru"), player)) == first


@pytest.mark.parametrize(
    ("unanswered", "restless", "complete", "whole"),
    [
        (0, False, True, True),
        (3, False, True, False),
        (0, True, True, False),
        (0, False, False, False),
    ],
)
def test_a_list_that_was_not_answered_to_its_end_is_no_whole_answer(
    unanswered: int, restless: bool, complete: bool, whole: bool
):
    """What got no answer, or could not be told from a wildcard, may be there: the report says so."""
    fact = NamesBelow((), 5_000, unanswered, 0, Absent("NXDOMAIN"), restless, "abc", complete)

    assert fact.whole is whole
