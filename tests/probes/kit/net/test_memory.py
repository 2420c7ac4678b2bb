"""Asking once: good answers are kept for the run, failures and direct questions are not."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.net.memory import Memory
from probes.kit.net.question import (
    Answer,
    ApiAnswer,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    NetTrouble,
    Question,
    SmtpAnswer,
    SmtpQuestion,
    WhoisAnswer,
    WhoisQuestion,
)
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import run


def dns(rcode: int) -> DnsAnswer:
    return DnsAnswer(bytes([0, 0, 0x80, 0x80 | rcode]) + bytes(8), "127.0.0.1")


class World:
    """Answers everything with the same, or fails, and counts."""

    def __init__(self, answer: Answer | NetTrouble) -> None:
        self.answer = answer
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, question: Question[Answer]) -> Answer:
        self.asked += 1
        await asyncio.sleep(0)
        await self.gate.wait()
        if isinstance(self.answer, NetTrouble):
            raise self.answer
        return self.answer


MAIL = DnsQuestion("romashka.ru", "MX")
API = ApiQuestion("https://rdap.example/")
WHOIS = WhoisQuestion("whois.example", "romashka.ru")
SMTP = SmtpQuestion("mx.example")
CONTROL = HttpQuestion("http://nobody.example/", address="127.0.0.1")


@pytest.mark.parametrize(
    ("question", "answer", "asked"),
    [
        (MAIL, dns(0), 1),
        (MAIL, dns(3), 1),
        (MAIL, dns(2), 2),
        (MAIL, dns(5), 2),
        (MAIL, DnsAnswer(b"", "127.0.0.1"), 2),
        (DnsQuestion("romashka.ru", "NS", server="127.0.0.1"), dns(0), 2),
        (API, ApiAnswer(200, (), b"{}", truncated=False), 1),
        (API, ApiAnswer(200, (), b"{}", truncated=True), 2),
        (API, ApiAnswer(429, (), b"", truncated=False), 2),
        (API, ApiAnswer(200, (), bytes(200_000), truncated=False), 1),
        (API, ApiAnswer(200, (), bytes(300_000), truncated=False), 2),
        (API, ApiAnswer(200, (("x", "y" * 300_000),), b"", truncated=False), 2),
        (WHOIS, WhoisAnswer(b"text", complete=True, address="127.0.0.1"), 1),
        (WHOIS, WhoisAnswer(b"te", complete=False, address="127.0.0.1"), 2),
        (SMTP, SmtpAnswer("127.0.0.1", "220", (), starttls=True), 1),
        (SMTP, SmtpAnswer("127.0.0.1", "220", (), starttls=True, trouble="reset"), 2),
        (HttpQuestion("http://a.example/"), HttpAnswer(200, (), b"", False, "127.0.0.1"), 2),
        (CONTROL, HttpAnswer(200, (), b"hosting", False, "127.0.0.1"), 1),
        (CONTROL, HttpAnswer(404, (), b"", False, "127.0.0.1"), 1),
        (CONTROL, HttpAnswer(502, (), b"", False, "127.0.0.1"), 2),
        (CONTROL, HttpAnswer(429, (), b"", False, "127.0.0.1"), 2),
        (CONTROL, HttpAnswer(408, (), b"", False, "127.0.0.1"), 2),
        (CONTROL, HttpAnswer(200, (), b"hos", True, "127.0.0.1"), 2),
        (CONTROL, HttpAnswer(200, (), bytes(262_144), False, "127.0.0.1"), 2),
    ],
)
def test_what_would_be_idle_to_ask_again_is_asked_once(
    question: Question[Answer], answer: Answer, asked: int
) -> None:
    async def story() -> int:
        memory, world = Memory(), World(answer)
        for _ in range(2):
            assert await memory.ask(question, world.ask) == answer
        return world.asked

    assert run(story()) == asked


def test_the_same_question_at_once_is_one_question_also_when_it_fails() -> None:
    async def story() -> None:
        memory, world = Memory(), World(NetTrouble(Reason.TIMEOUT, "slow"))
        asked = [memory.ask(MAIL, world.ask) for _ in range(50)]
        ends = await asyncio.gather(*asked, return_exceptions=True)

        assert world.asked == 1
        assert {str(end) for end in ends} == {"timeout: slow"}
        assert len({id(end) for end in ends}) == 50

        world.answer = dns(0)
        assert await memory.ask(MAIL, world.ask) == dns(0)

    run(story())


def test_when_the_first_asker_gives_up_the_next_asks_in_his_place() -> None:
    async def story() -> None:
        memory, world = Memory(), World(dns(0))
        world.gate.clear()
        first = asyncio.create_task(memory.ask(MAIL, world.ask))
        second = asyncio.create_task(memory.ask(MAIL, world.ask))
        third = asyncio.create_task(memory.ask(MAIL, world.ask))
        await asyncio.sleep(0)
        first.cancel()
        third.cancel()
        world.gate.set()

        assert await second == dns(0)
        assert world.asked == 2
        assert first.cancelled()

    run(story())


def test_the_memory_is_bounded_in_number_and_in_bytes() -> None:
    async def story() -> tuple[int, int]:
        few, light = Memory(most=10), Memory(most_bytes=100_000)  # 600 for a question and its place
        small, large = World(dns(0)), World(ApiAnswer(200, (), bytes(9_000), truncated=False))
        for n in range(100):
            await few.ask(DnsQuestion(f"{n}.ru", "A"), small.ask)
            await light.ask(ApiQuestion(f"https://{n}.example/"), large.ask)
        return len(few._known), len(light._known)

    assert run(story()) == (10, 10)
