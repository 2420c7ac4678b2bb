"""Whatever goes wrong during a look becomes Unknown, and every exchange it made is kept."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from probes.kit.declare import Probe, Reach, probe
from probes.kit.net import DnsAnswer, DnsQuestion, Net, NetTrouble
from probes.kit.net.tape import Exchange, Failure
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Domain
from scanner.runs.look import look
from tests.peers.paper_net import PaperNet

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
TARGET = Domain("romashka.ru")
A, B, C = (DnsQuestion("romashka.ru", type) for type in ("A", "MX", "TXT"))
ANSWER = DnsAnswer(b"wire", "192.0.2.53")
NET = PaperNet({A: ANSWER, B: NetTrouble(Reason.SERVFAIL, "twice"), C: ANSWER})


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=20))
async def answered(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
    """Ask three questions, one of them twice, and see how many were answered."""
    count = 0
    for question in (A, B, A, C):
        try:
            await net.ask(question)
            count += 1
        except NetTrouble:
            continue
    return Seen(count)


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=20))
async def absent(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
    """Hear that there is nothing."""
    return Absent("NXDOMAIN")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=20))
async def troubled(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
    """Let the trouble of the net through."""
    await net.ask(A)
    await net.ask(B)
    return Absent("never said")


@probe(reach=Reach.PUBLIC, patience=timedelta(milliseconds=1))
async def patient(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
    """Ask, then wait for ever."""
    await net.ask(A)
    await asyncio.Event().wait()
    return Absent("never said")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=20))
async def buggy(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
    """Break over what it was told."""
    await net.ask(A)
    raise KeyError("x" * 5_000)


def looked(chosen: Probe[Domain, int]) -> tuple[Observation[int], tuple[Exchange, ...]]:
    """Make one look at the target."""
    return asyncio.run(look(chosen, TARGET, NET, lambda: AT, "office"))


@pytest.mark.parametrize(
    ("chosen", "outcome"),
    [
        (answered, Seen(3)),
        (absent, Absent("NXDOMAIN")),
        (troubled, Unknown(Reason.SERVFAIL, "twice")),
        (patient, Unknown(Reason.TIMEOUT, "no end within 0.001 s")),
    ],
)
def test_only_what_the_probe_says_is_a_fact_or_an_absence(
    chosen: Probe[Domain, int], outcome: Seen[int] | Absent | Unknown
):
    """Trouble on the net and lost patience are Unknown, with the reason."""
    observation, _ = looked(chosen)

    assert observation == Observation(
        chosen.name, TARGET, AT, "office", outcome, observation.evidence
    )


def test_a_bug_of_ours_is_unknown_and_logged(caplog: pytest.LogCaptureFixture):
    """It says nothing of the target; the log says where it was; the detail is bounded."""
    with caplog.at_level(logging.ERROR, "scanner"):
        observation, exchanges = looked(buggy)

    assert isinstance(observation.outcome, Unknown)
    assert observation.outcome.reason is Reason.BUG
    assert len(observation.outcome.detail) == 200
    assert [record.getMessage() for record in caplog.records] == [
        "probe buggy failed on domain romashka.ru"
    ]
    assert [exchange.question for exchange in exchanges] == [A]


def test_every_exchange_is_named_in_the_order_it_was_asked():
    """Failed ones too; one and the same exchange is named once."""
    observation, exchanges = looked(answered)

    assert [exchange.question for exchange in exchanges] == [A, B, A, C]
    assert exchanges[1].failure == Failure(Reason.SERVFAIL, "twice")
    assert {exchange.vantage for exchange in exchanges} == {"office"}
    a, b, again, c = (exchange.id for exchange in exchanges)
    assert a == again
    assert observation.evidence == (a, b, c)


def test_a_look_that_is_called_off_is_no_observation():
    """Cancelling is not an answer: it goes through, so that the look is made again some day."""

    async def called_off() -> None:
        task = asyncio.ensure_future(look(answered, TARGET, Stuck(), lambda: AT, "office"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(called_off())


class Stuck:
    """A net that never answers."""

    async def ask(self, question: object) -> DnsAnswer:
        """Wait for ever."""
        await asyncio.Event().wait()
        return ANSWER
