"""The tape: what was recorded plays back the same, failures and broken-off looks included."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.net.patience import Patience
from probes.kit.net.question import (
    Answer,
    ApiAnswer,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpAnswer,
    HttpQuestion,
    NetTrouble,
    Question,
    SmtpAnswer,
    SmtpQuestion,
    TlsQuestion,
    WhoisAnswer,
    WhoisQuestion,
)
from probes.kit.net.tape import Exchange, Failure, Player, Recorder, SharedExchanges
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Host
from scanner.runs.look import look
from tests.probes.kit.net.loopback import run

AT = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
SHAKEN = Handshake((b"\x30\x00", b"\xff"), "TLSv1.3", "127.0.0.1")
PAIRS: list[tuple[Any, Answer]] = [
    (DnsQuestion("romashka.ru", "MX"), DnsAnswer(b"\x00\xff", "127.0.0.1")),
    (DnsQuestion("romashka.ru", "MX", "127.0.0.2"), DnsAnswer(b"\x01", "127.0.0.2")),
    (WhoisQuestion("whois.example", "romashka.ru"), WhoisAnswer(b"\xff\xfe", False, "127.0.0.1")),
    (TlsQuestion("romashka.ru", 25, "smtp"), SHAKEN),
    (
        HttpQuestion("https://romashka.ru/"),
        HttpAnswer(200, (("server", "nginx"),), b"\x00", False, "127.0.0.1", SHAKEN),
    ),
    (ApiQuestion("https://rdap.example/"), ApiAnswer(404, (), b"{}", False)),
    (SmtpQuestion("mx.example"), SmtpAnswer("127.0.0.1", "220 x", ("PIPELINING",), True, SHAKEN)),
]


class Script:
    """A Net that answers question after question from a list, or never where it says None."""

    def __init__(self, *ends: Answer | NetTrouble | None) -> None:
        self.ends = list(ends)

    async def ask(self, question: Question[Any]) -> Any:
        end = self.ends.pop(0)
        await asyncio.sleep(0)
        if end is None:
            await asyncio.Event().wait()
        if isinstance(end, NetTrouble):
            raise end
        return end


@pytest.mark.parametrize(("question", "answer"), PAIRS)
def test_every_kind_of_exchange_survives_writing_and_plays_back(
    question: Question[Any], answer: Answer
) -> None:
    async def story() -> tuple[Exchange, ...]:
        recorder = Recorder(Script(answer), lambda: AT, "here")
        assert await recorder.ask(question) == answer
        return recorder.exchanges

    exchanges = run(story())

    for module in (msgspec.json, msgspec.msgpack):
        again = module.decode(module.encode(exchanges), type=tuple[Exchange, ...])
        assert again == exchanges
        assert again[0].id == exchanges[0].id
        assert run(Player(again).ask(question)) == answer


def test_an_id_stands_for_question_end_and_moment() -> None:
    question, answer = PAIRS[0]
    base = Exchange(question, AT, "here", answer)
    others = [
        Exchange(PAIRS[1][0], AT, "here", answer),
        Exchange(question, AT, "here", PAIRS[1][1]),
        Exchange(question, AT, "here", failure=Failure(Reason.TIMEOUT)),
        Exchange(question, AT + timedelta(seconds=1), "here", answer),
    ]

    assert len(base.id) == 32
    assert base.id == Exchange(question, AT, "there", answer).id
    assert len({one.id for one in (base, *others)}) == 5


def test_ids_sort_by_the_second_they_were_asked_in() -> None:
    question, answer = PAIRS[0]
    moments = [AT + timedelta(seconds=number) for number in (0, 1, 15, 16, 4_000, 400_000_000)]
    ids = [Exchange(question, at, "here", answer).id for at in moments]

    assert ids == sorted(ids)


def test_an_id_stands_for_every_octet_of_a_page() -> None:
    def shown(body: bytes) -> str:
        answer = HttpAnswer(200, (), body, False, "127.0.0.1")
        return Exchange(HttpQuestion("http://romashka.ru/"), AT, "here", answer).id

    assert len({shown(body) for body in (b"", b"\x00", b"\x00\x00", b"a" * 5_000)}) == 4


def test_an_answer_got_once_is_one_exchange_for_all_looks() -> None:
    """Its moment is that at which it was really asked; an equal answer got anew is another one."""
    question, page = DnsQuestion("romashka.ru", "MX"), HttpQuestion("http://romashka.ru/")
    control = HttpQuestion("http://nobody.example/", address="127.0.0.1")
    known = DnsAnswer(b"1", "127.0.0.1")
    shown = HttpAnswer(200, (), b"", False, "127.0.0.1")
    shared = SharedExchanges()

    async def asked(answer: Answer, what: Any, minute: int) -> Exchange:
        at = AT + timedelta(minutes=minute)
        recorder = Recorder(Script(answer), lambda: at, "here", shared)
        assert await recorder.ask(what) is answer
        return recorder.exchanges[0]

    async def story() -> list[Exchange]:
        return [
            await asked(known, question, 0),
            await asked(known, question, 1),
            await asked(DnsAnswer(b"1", "127.0.0.1"), question, 2),
            await asked(known, DnsQuestion("romashka.ru", "A"), 3),
            await asked(shown, page, 4),
            await asked(shown, page, 5),
            await asked(shown, control, 6),
            await asked(shown, control, 7),
        ]

    first, again, anew, other, *pages = run(story())

    assert again is first
    assert first.at == AT
    assert anew.at == AT + timedelta(minutes=2)
    assert other.question != first.question
    assert [one.at for one in pages] == [AT + timedelta(minutes=n) for n in (4, 5, 6, 6)]


def test_what_was_never_asked_is_not_known() -> None:
    with pytest.raises(NetTrouble) as met:
        run(Player(()).ask(PAIRS[0][0]))

    assert met.value.reason is Reason.NOT_ASKED


def test_a_question_asked_again_ends_as_it_ended_then_and_the_last_end_repeats() -> None:
    question = PAIRS[0][0]
    ends = (NetTrouble(Reason.TIMEOUT, "first"), DnsAnswer(b"2", "x"), DnsAnswer(b"3", "x"))

    async def ask_four_times(net: Net) -> list[str]:
        heard = []
        for _ in range(4):
            try:
                heard.append((await net.ask(question)).wire.decode())
            except NetTrouble as trouble:
                heard.append(str(trouble))
        return heard

    async def story() -> tuple[list[str], list[str]]:
        recorder = Recorder(Script(*ends, ends[-1]), lambda: AT, "here")
        return await ask_four_times(recorder), await ask_four_times(Player(recorder.exchanges))

    then, now = run(story())

    assert then == now == ["timeout: first", "2", "3", "3"]


def test_exchanges_are_kept_in_the_order_of_asking() -> None:
    class Late:
        async def ask(self, question: Any) -> Any:
            await asyncio.sleep(0 if question.type == "MX" else 0.01)
            return DnsAnswer(question.type.encode(), "x")

    async def story() -> list[str]:
        recorder = Recorder(Late(), lambda: AT, "here")  # type: ignore[arg-type]
        await asyncio.gather(
            *(recorder.ask(DnsQuestion("a.ru", kind)) for kind in ("A", "MX", "NS"))
        )
        return [one.question.type for one in recorder.exchanges]  # type: ignore[union-attr]

    assert run(story()) == ["A", "MX", "NS"]


@probe(reach=Reach.PUBLIC, patience=timedelta(milliseconds=50))
async def a_greeting(target: Host, net: Net) -> Seen[str] | Absent | Unknown:
    """Asks two things at once, then a third."""
    first, second = await asyncio.gather(
        net.ask(SmtpQuestion(target.name)), net.ask(SmtpQuestion(target.name, "127.0.0.1"))
    )
    third = await net.ask(SmtpQuestion(target.name, "127.0.0.2"))
    if third.banner.startswith("5"):
        return Absent("nobody home")
    return Seen(first.banner + second.banner + third.banner)


def said(banner: str) -> SmtpAnswer:
    return SmtpAnswer("127.0.0.1", banner, (), starttls=False)


@pytest.mark.parametrize(
    "ends",
    [
        (said("a"), said("b"), said("c")),
        (said("a"), said("b"), said("5")),
        (said("a"), NetTrouble(Reason.NO_LISTENER, "resets"), said("c")),
        (None, NetTrouble(Reason.NO_LISTENER, "resets"), said("c")),
        (said("a"), said("b"), NetTrouble(Reason.TIMEOUT)),
        (said("a"), said("b"), None),
        (None, None, None),
    ],
)
def test_a_replayed_look_brings_the_same_observation(
    ends: tuple[Answer | NetTrouble | None, ...],
) -> None:
    async def story() -> None:
        target = Host("mx.romashka.ru")
        then, exchanges = await look(a_greeting, target, Script(*ends), lambda: AT, "here")
        now, _ = await look(a_greeting, target, Player(exchanges), lambda: AT, "here")

        assert now.outcome == then.outcome
        assert now.evidence == then.evidence

    run(story())


def test_a_look_cut_short_says_so_on_the_tape() -> None:
    async def story() -> tuple[Exchange, ...]:
        recorder = Recorder(Script(None), lambda: AT, "here")
        with pytest.raises(TimeoutError):
            async with Patience(timedelta(milliseconds=10)):
                await recorder.ask(PAIRS[0][0])
        return recorder.exchanges

    (exchange,) = run(story())

    assert exchange.answer is None
    assert exchange.failure
    assert exchange.failure.cut_short
