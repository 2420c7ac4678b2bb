"""Thousands of names against real servers on loopback: exact through loss, lies, long answers and silence."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import dns.message
import dns.rcode
import pytest

from probes.kit.labels import Labels, shipped
from probes.kit.net import DnsAnswer, DnsQuestion, NamesAnswer, NamesQuestion, NetTrouble
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.dns_many import ManyQuestions
from probes.kit.net.dns_wire import encode_question
from probes.kit.net.names_door import NamesDoor
from probes.kit.observation import Reason
from probes.kit.target import canonical_name
from tests.peers import dns_server as peer
from tests.peers.dns_server import DnsServer, unused_place

WORDS = tuple(f"n{number}" for number in range(600))
HERE = {word for number, word in enumerate(WORDS) if number % 5 == 0}
EMPTY = {"n1", "n2"}
UNLIMITED = 1e9


class NoGuard:
    """Lets everything through."""

    def check(self, ip: str) -> None:
        """Only the resolver is asked here."""


def zone(*more: str) -> DnsServer:
    """A resolver that knows a fifth of the names: addresses, and some aliases."""
    lines = [
        f"{word}.d.ru CNAME far.e.ru." if word.endswith("5") else f"{word}.d.ru A 192.0.2.7"
        for word in sorted(HERE)
    ]
    return DnsServer(
        "far.e.ru A 192.0.2.8", *lines, "n1.d.ru TXT here", "n2.d.ru AAAA 2001:db8::1", *more
    )


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a test's work, for a minute at most."""
    return asyncio.run(asyncio.wait_for(work, 60))


def tried(
    *servers: DnsServer,
    words: tuple[str, ...] = WORDS,
    but: tuple[str, ...] = (),
    rate: float = UNLIMITED,
    name: str = "d.ru",
) -> NamesAnswer:
    """Try the words below a zone through these resolvers."""

    async def work() -> NamesAnswer:
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server)
            places = tuple(server.place for server in servers)
            ordinary = DnsDoor(places, NoGuard(), patience=timedelta(seconds=0.3))
            stack.push_async_callback(ordinary.aclose)
            door = NamesDoor(places, Labels(words, "digest"), rate, ordinary.ask)
            return await door.ask(NamesQuestion(name, but))

    return run(work())


def exact(answer: NamesAnswer) -> None:
    assert set(answer.found) == HERE
    assert set(answer.empty) == EMPTY
    assert (answer.asked, answer.unanswered, answer.complete) == (len(WORDS), 0, True)


def test_what_exists_is_found_and_nothing_else() -> None:
    exact(tried(zone()))


def test_lost_packets_are_sent_again() -> None:
    server = zone()
    dice = random.Random(7)
    server.loss = lambda: dice.random() < 0.05
    exact(tried(server))
    assert len(server.asked) > len(WORDS)


def test_a_resolver_that_is_dead_does_not_hide_names_that_another_knows() -> None:
    dead = zone()
    dead.everything = peer.drop
    exact(tried(dead, zone()))


@pytest.mark.parametrize("lie", [peer.wrong_id, peer.wrong_question])
def test_an_answer_to_another_question_is_none(lie: peer.Change) -> None:
    server = zone()
    for word in ("n3", "n4", "n5"):
        server.fault(f"{word}.d.ru", "A", lie)
    exact(tried(server))


def test_a_failure_is_asked_again_and_never_means_that_a_name_is_missing() -> None:
    server = zone()
    for word in ("n5", "n10"):
        server.fault(f"{word}.d.ru", "A", peer.SERVFAIL, peer.REFUSED)
    exact(tried(server))


def test_what_always_fails_is_unanswered() -> None:
    server = zone()
    server.fault("n5.d.ru", "A", always=peer.SERVFAIL)
    answer = tried(server)
    assert set(answer.found) == HERE - {"n5"}
    assert answer.unanswered == 1


def test_an_answer_too_long_for_a_datagram_is_read_over_tcp() -> None:
    server = zone(*(f"n6.d.ru A 192.0.2.{number}" for number in range(1, 120)))
    answer = tried(server)
    assert set(answer.found) == HERE | {"n6"}
    assert ("n6.d.ru", "A", "tcp") in server.asked


def test_letters_in_another_case_are_the_same_question() -> None:
    server = zone()

    def shout(wire: bytes, _query: dns.message.Message) -> bytes:
        return wire[:12] + wire[12:].replace(b"\x01d\x02ru", b"\x01D\x02RU")

    server.everything = shout
    exact(tried(server))


def test_what_every_name_gets_is_not_found() -> None:
    server = DnsServer(
        "*.d.ru A 192.0.2.1", "n1.d.ru A 192.0.2.2", "n2.d.ru CNAME e.ru.", "e.ru A 192.0.2.1"
    )
    answer = tried(server, but=("192.0.2.1",), words=WORDS[:50])
    assert answer.found == ("n1", "n2")
    assert answer.same == 48


def test_behind_the_wildcards_alias_the_addresses_may_change() -> None:
    server = DnsServer("*.d.ru CNAME cdn.e.ru.", "cdn.e.ru A 192.0.2.99", "n1.d.ru CNAME own.e.ru.")
    answer = tried(server, but=("cdn.e.ru",), words=WORDS[:20])
    assert answer.found == ("n1",)


def test_a_dangling_alias_is_found() -> None:
    answer = tried(DnsServer("n1.d.ru CNAME gone.e.ru."), words=WORDS[:5])
    assert answer.found == ("n1",)


def test_labels_that_make_too_long_a_name_are_left_out() -> None:
    deep = ".".join(["a" * 62] * 4)
    assert tried(zone(), words=("n0", deep)).asked == 1


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (peer.drop, Reason.TIMEOUT),
        (peer.SERVFAIL, Reason.SERVFAIL),
        (peer.REFUSED, Reason.DNS_REFUSED),
    ],
)
def test_silence_and_failure_everywhere_are_a_trouble_and_end(
    failure: peer.Change, reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.kit.net.dns_many._SILENCE", 0.5)
    server = zone()
    server.everything = failure
    with pytest.raises(NetTrouble) as met:
        tried(server)
    assert met.value.reason is reason


def test_a_slow_pace_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.kit.net.dns_many._SILENCE", 0.01)
    answer = tried(zone(), words=WORDS[:4], rate=20)
    assert (answer.found, answer.complete) == (("n0",), True)


def test_nobody_at_the_port_is_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.kit.net.dns_many._SILENCE", 0.5)

    async def never(question: DnsQuestion) -> DnsAnswer:
        raise AssertionError(question)

    door = NamesDoor((unused_place(),), Labels(WORDS, ""), UNLIMITED, never)
    with pytest.raises(NetTrouble):
        run(door.ask(NamesQuestion("d.ru")))


def test_a_resolver_that_falls_silent_halfway_leaves_the_answer_incomplete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("probes.kit.net.dns_many._SILENCE", 0.5)
    server = zone()
    count = 0

    def tire(wire: bytes, _query: dns.message.Message) -> bytes | None:
        nonlocal count
        count += 1
        return wire if count <= 150 else None

    server.everything = tire
    answer = tried(server)
    assert not answer.complete
    assert answer.unanswered >= len(WORDS) - 150


def test_no_more_are_sent_than_the_rate_allows() -> None:
    # However long a turn takes, it lets no more go than a twentieth of a second's worth, and one.
    server = zone()
    questions = [encode_question(f"{word}.d.ru", "A") or b"" for word in WORDS]
    ticks = 0

    def enough() -> bool:
        nonlocal ticks
        ticks += 1
        return ticks > 20

    async def work() -> int:
        async with server:
            many = ManyQuestions(questions, (server.place,), rate=50, called_off=enough)
            return (await asyncio.to_thread(many.run)).sent

    assert 0 < run(work()) <= 20 * (50 / 20 + 1)


def test_it_can_be_called_off() -> None:
    questions = [encode_question(f"{word}.d.ru", "A") or b"" for word in WORDS]
    many = ManyQuestions(questions, (unused_place(),), rate=UNLIMITED, called_off=lambda: True)
    outcome = many.run()
    assert outcome.stopped
    assert sorted(outcome.unanswered) == list(range(len(questions)))


def test_the_shipped_list_is_clean() -> None:
    words = shipped()
    assert len(words) >= 3_000
    assert len(set(words)) == len(words)
    assert all(canonical_name(word) == word for word in words)


def test_sections_of_sites_are_tried_in_every_spelling_people_use() -> None:
    sections = {"recepty", "retsepty", "chekap", "checkup", "medosmotr", "raspisanie", "zapchasti"}
    assert sections <= set(shipped())


def test_the_operators_words_come_first_and_change_the_digest() -> None:
    mine = Labels.of(("sklad-7", "www"))
    assert mine.words[:2] == ("sklad-7", "www")
    assert len(mine.words) == len(shipped()) + 1
    assert mine.digest != Labels.of().digest
