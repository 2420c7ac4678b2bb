"""A scan makes every look once, keeps each as it is made, and after a stop makes only the missing ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.kit.catalog import all_probes
from probes.kit.net import NetTrouble
from probes.kit.net.tape import Player
from probes.kit.observation import AnyObservation, Reason
from probes.kit.target import Domain, Host
from scanner.database import Database, StorageTrouble
from scanner.discovery import Frontier, Look, Seeds
from scanner.evidence import Evidence
from scanner.runs.progress import ScanState, Tally, Waiting
from scanner.runs.scan import LANE, LANES, Scan
from scanner.runs.tape import load_tape
from tests.peers.paper_net import PaperNet, no_such_name

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def hosts(*names: str) -> tuple[Look, ...]:
    """Looks for the addresses of these hosts."""
    return tuple(Look("addresses", Host(name)) for name in names)


class PaperFrontier:
    """Knows beforehand what each answer makes due."""

    def __init__(
        self,
        start: Iterable[Look],
        then: dict[str, tuple[Look, ...]] | None = None,
    ) -> None:
        self._start, self._then = tuple(start), then or {}
        self.learnt: list[str] = []

    def start(self) -> tuple[Look, ...]:
        """The first looks."""
        return self._start

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """The looks an answer makes due."""
        self.learnt.append(str(observation.target))
        return self._then.get(str(observation.target), ())


class Stopped:
    """A frontier that calls the scan off after it has learnt from so many looks."""

    def __init__(self, frontier: Any, after: int) -> None:
        self._frontier, self._left = frontier, after
        self.scan: asyncio.Task[Tally] | None = None

    def start(self) -> tuple[Look, ...]:
        """The first looks."""
        return tuple(self._frontier.start())

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """Learn, and stop everything when it is time."""
        self._left -= 1
        if self._left == 0 and self.scan is not None:
            self.scan.cancel()
        return tuple(self._frontier.learn(observation))


class Watch:
    """Keeps every picture."""

    def __init__(self) -> None:
        self.states: list[ScanState] = []

    def saw(self, state: ScanState) -> None:
        """Keep it."""
        self.states.append(state)


async def begun(evidence: Evidence) -> str:
    """Open a run."""
    return (await evidence.begin("romashka", {}, "office", AT)).id


def scan_of(
    frontier: Any, evidence: Evidence, net: Any, watch: Watch, waiting: Any = tuple
) -> Scan:
    """A scan whose clock stands still."""
    return Scan(frontier, evidence, net, lambda: AT, "office", watch, waiting)


def scanned(
    evidence: Evidence, frontier: Any, net: Any, watch: Watch | None = None
) -> tuple[str, Tally]:
    """Open a run and make all its looks."""

    async def whole() -> tuple[str, Tally]:
        run = await begun(evidence)
        return run, await scan_of(frontier, evidence, net, watch or Watch()).run(run)

    return asyncio.run(whole())


def test_every_look_is_made_once_and_kept(evidence: Evidence):
    """What an answer makes due is looked at too; each is learnt from once."""
    frontier = PaperFrontier(
        hosts("a.ru", "b.ru"), {"host a.ru": hosts("c.ru"), "host c.ru": hosts("d.ru", "e.ru")}
    )
    net = PaperNet({}, otherwise=no_such_name)

    run, tally = scanned(evidence, frontier, net)

    names = {f"host {letter}.ru" for letter in "abcde"}
    assert sorted(frontier.learnt) == sorted(names)
    assert evidence.done(run) == {("addresses", name) for name in names}
    assert max(Counter(net.asked).values()) == 1
    assert tally.planned == tally.done == tally.answered == {"addresses": 5}
    for observation in evidence.observations(run):
        assert observation.evidence
        assert all(evidence.exchange(id_) is not None for id_ in observation.evidence)


def test_unknowns_are_counted_by_reason(evidence: Evidence):
    """A look that could not find out is done but not answered."""

    def out(question: Any) -> Any:
        if question.name == "b.ru":
            return NetTrouble(Reason.TIMEOUT)
        if question.name == "c.ru":
            return NetTrouble(Reason.SERVFAIL)
        return no_such_name(question)

    _, tally = scanned(
        evidence, PaperFrontier(hosts("a.ru", "b.ru", "c.ru")), PaperNet({}, otherwise=out)
    )

    assert (tally.done["addresses"], tally.answered["addresses"]) == (3, 1)
    assert tally.reasons == {"addresses": {Reason.TIMEOUT: 1, Reason.SERVFAIL: 1}}


def test_progress_grows_and_ends_complete(evidence: Evidence):
    """Every picture is true: done never exceeds planned, the last one has everything done."""
    watch = Watch()
    frontier = PaperFrontier(hosts("a.ru"), {"host a.ru": hosts("b.ru", "c.ru")})

    async def whole() -> None:
        run = await begun(evidence)
        waits = (Waiting("whois.example", "its pace", 3.0),)
        net = PaperNet({}, otherwise=no_such_name)
        await scan_of(frontier, evidence, net, watch, lambda: waits).run(run)

    asyncio.run(whole())

    counts = [(state.done, state.planned) for state in watch.states]
    assert counts[:2] == [(0, 1), (1, 3)]
    assert counts[-1] == (3, 3)
    assert counts == sorted(counts)
    assert watch.states[-1].by_probe == (("addresses", 3, 3),)
    assert watch.states[1].now == ("addresses b.ru", "addresses c.ru")
    assert {state.waiting[0].server for state in watch.states} == {"whois.example"}


@pytest.mark.parametrize(
    ("probe", "lane"), [("certificate_log", LANES["certificate_log"]), ("dns_records", LANE)]
)
def test_looks_of_one_probe_stay_in_their_lane(evidence: Evidence, probe: str, lane: int):
    """As many looks as the lane has places are under way at once, never more."""
    names = [f"n{number:03}.ru" for number in range(lane * 2)]
    crowd = Crowd()

    scanned(evidence, PaperFrontier(Look(probe, Domain(name)) for name in names), crowd)

    assert crowd.most == lane


class Crowd:
    """A net that answers nothing, slowly, and counts the domains it is asked about at once."""

    def __init__(self) -> None:
        self._now: Counter[str] = Counter()
        self.most = 0

    async def ask(self, question: Any) -> Any:
        """Let everybody else have a few turns, then fail."""
        text = getattr(question, "url", "") or question.name
        name = text[text.index(".ru") - 4 : text.index(".ru")]
        self._now[name] += 1
        self.most = max(self.most, sum(1 for count in self._now.values() if count))
        for _ in range(10):
            await asyncio.sleep(0)
        self._now[name] -= 1
        raise NetTrouble(Reason.TIMEOUT)


def test_a_scan_that_was_called_off_keeps_what_it_had(evidence: Evidence):
    """After the stop the same run makes the missing looks only, and counts the others as resumed."""

    class Stuck:
        async def ask(self, question: Any) -> Any:
            if question.name.startswith("slow"):
                await asyncio.Event().wait()
            return no_such_name(question)

    looks = hosts("a.ru", "slow1.ru", "b.ru", "slow2.ru", "c.ru")

    async def called_off() -> str:
        run = await begun(evidence)
        frontier = PaperFrontier(looks)
        task = asyncio.ensure_future(scan_of(frontier, evidence, Stuck(), Watch()).run(run))
        async with asyncio.timeout(60):
            while len(frontier.learnt) < 3:
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return run

    run = asyncio.run(called_off())
    assert {target for _, target in evidence.done(run)} == {"host a.ru", "host b.ru", "host c.ru"}

    net, watch = PaperNet({}, otherwise=no_such_name), Watch()
    tally = asyncio.run(scan_of(PaperFrontier(looks), evidence, net, watch).run(run))

    assert {question.name for question in net.asked} == {"slow1.ru", "slow2.ru"}
    assert tally.planned == tally.done == {"addresses": 5}
    assert {state.resumed for state in watch.states} == {3}


@pytest.mark.parametrize("stop", [1, 6, 11, 17, 21])
def test_a_resumed_scan_ends_where_an_uninterrupted_one_does(evidence: Evidence, stop: int):
    """Wherever it was stopped: the same looks, the same answers, and progress that never overshoots."""
    tape = load_tape()
    seeds = Seeds(domains=tape.names[:1], orgs=tape.orgs)
    whole, _ = scanned(evidence, Frontier(seeds), Player(tape.exchanges))

    async def stopped() -> str:
        run = await begun(evidence)
        frontier = Stopped(Frontier(seeds), stop)
        scan = scan_of(frontier, evidence, Player(tape.exchanges), Watch())
        frontier.scan = asyncio.ensure_future(scan.run(run))
        with pytest.raises(asyncio.CancelledError):
            await frontier.scan
        return run

    run = asyncio.run(stopped())
    kept = evidence.done(run)
    assert stop <= len(kept)

    watch = Watch()
    scan = scan_of(Frontier(seeds), evidence, Player(tape.exchanges), watch)
    tally = asyncio.run(scan.run(run))

    assert outcomes(evidence, run) == outcomes(evidence, whole)
    assert tally.planned == tally.done
    assert all(state.done <= state.planned for state in watch.states)
    assert watch.states[0].done == watch.states[0].resumed == len(kept)


def outcomes(evidence: Evidence, run: str) -> dict[tuple[str, str], Any]:
    """What was seen, by probe and target."""
    return {(seen.probe, str(seen.target)): seen.outcome for seen in evidence.observations(run)}


def test_trouble_with_the_storage_is_raised_as_it_is(database: Database):
    """A full disk is a full disk, not a group of exceptions; the other looks are stopped."""

    class Full(Evidence):
        async def keep(self, run_id: str, observation: AnyObservation, exchanges: Any) -> None:
            if str(observation.target) == "host b.ru":
                raise StorageTrouble("the disk is full")
            await super().keep(run_id, observation, exchanges)

    with pytest.raises(StorageTrouble, match="the disk is full"):
        scanned(
            Full(database),
            PaperFrontier(hosts("a.ru", "b.ru")),
            PaperNet({}, otherwise=no_such_name),
        )


def test_lanes_are_those_of_probes():
    """A lane for a probe that does not exist would bound nothing."""
    assert set(LANES) <= set(all_probes())
