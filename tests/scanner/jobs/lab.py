"""An estate in the lab of real daemons: audited a week ago, worked on by `revizor worker` as it is installed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scanner.service import clock
from tests.benchmarks.audit.full import command
from tests.benchmarks.audit.world import NETWORK, World
from tests.peers.receiver import KEY, Receiver
from tests.peers.web import Answer, Request, web
from tests.scanner.jobs.fleet import Process

ZONES = ("ru", "com", "ru", "org")
RATES: Mapping[str, int] = {
    "whois.tcinet.ru": 240,
    "whois.verisign-grs.com": 120,
    "whois.publicinterestregistry.org": 120,
    "whois.reg.com": 120,
}
"""Questions a minute: fewer than three workers would ask."""
_SETTINGS = """out = "{folder}/audits"
lang = ["en"]
vantage = "home"
db = "sqlite:///{folder}/estate.db"
allow_net = ["{network}"]
depth = 0
guesses = 0
search = false
max_hosts = 1000000
[trackers.desk]
kind = "webhook"
url = "{desk}/in"
allow_net = ["127.0.0.0/8"]
[pace]
"*" = "60000/min"
"dns-parent" = "2000/s"
"""


class Counted:
    """What the servers counted since some moment."""

    def __init__(self, world: World) -> None:
        """Begin to count."""
        self._world = world
        self._questions, self._visits = len(world.questions), len(world.visits)
        world.counted()

    @property
    def asked(self) -> dict[str, list[tuple[float, str]]]:
        """When WHOIS servers were asked, by their own clock, and about what."""
        found: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for server, at, words in self._world.questions[self._questions :]:
            found[server].append((at, words))
        return dict(found)

    @property
    def visits(self) -> Counter[str]:
        """How often the home page of each host was called for over https."""
        visits = self._world.visits[self._visits :]
        return Counter(host for _, port, host, path in visits if (port, path) == (443, "/"))

    def told(self) -> str:
        """Everything that came, for a person."""
        asked = ", ".join(f"{server} {len(rows):,}" for server, rows in self.asked.items())
        sent = ", ".join(f"{name} {count:,}" for name, count in self._world.counted().items())
        return f"asked {asked}; home pages {self.visits.total():,}; packets {sent}"


class Lab:
    """A world whose servers count, a desk that takes tasks, and an estate that is due. See `lab`."""

    def __init__(self, world: World, folder: Path, rates: Mapping[str, int]) -> None:
        """Know where everything is."""
        self.world, self.rates = world, rates
        self.receiver = Receiver(clock.now)
        self.estate = folder / "estate.db"
        """The database of the audit. To be copied, not written."""
        self._folder, self._settings = folder, folder / "revizor.toml"

    async def take(self, request: Request) -> Answer:
        """Take a task at the desk that is open now."""
        return await self.receiver.answer(request)

    def audit(self, desk: str) -> None:
        """Look at all firms, as it was a week ago."""
        names, hasty = self._folder / "names.txt", self._folder / "hasty.toml"
        names.write_text("".join(f"{firm.name}\n" for firm in self.world.firms))
        settings = _SETTINGS.format(folder=self._folder, network=NETWORK, desk=desk)
        hasty.write_text(settings)  # only the rescan keeps to the registries' rates
        rates = "".join(f'"{server}" = "{rate}/min"\n' for server, rate in self.rates.items())
        self._settings.write_text(settings + rates)
        argv = self.world.argv(sys.executable, "-m", "tests.scanner.jobs.lab_audit", names, hasty)
        done = subprocess.run(
            argv, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the audit failed: {done.stderr[-2000:]}")

    def worker(self, url: str, log: Path) -> Process:
        """Start a worker on a copy of the estate."""

        def argv(listen: str) -> list[str]:
            told = ["--config", self._settings, "--db", url, "--listen", listen]
            return self.world.argv(*command(), "worker", *told)

        return Process(argv, log, self.world.space.entered, self._environment)

    def counted(self) -> Counted:
        """Clear the desk, and count from now on."""
        self.receiver = Receiver(clock.now)
        return Counted(self.world)

    @property
    def _environment(self) -> dict[str, str]:
        return self.world.environment | {"REVIZOR_TRACKER_DESK_SECRET": KEY}


@contextmanager
def lab(firms: int, rates: Mapping[str, int] = RATES) -> Iterator[Lab]:
    """Build a world of so many firms and audit them; nothing of it stays afterwards."""
    with (
        World(firms, ZONES, noting=True) as world,
        tempfile.TemporaryDirectory(prefix="lab-") as scratch,
    ):
        one = Lab(world, Path(scratch), rates)
        with _open(one) as desk:
            one.audit(desk)
            yield one


@contextmanager
def _open(one: Lab) -> Iterator[str]:
    """Let the desk be open inside the world; its URL."""
    ready, loops, over = threading.Event(), list[asyncio.AbstractEventLoop](), asyncio.Event()
    places = list[str]()

    async def live() -> None:
        loops.append(asyncio.get_running_loop())
        async with web(one.take) as place:
            places.append(place)
            ready.set()
            await over.wait()

    def run() -> None:
        with one.world.space.entered():
            asyncio.run(live())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield places[0]
    finally:
        loops[0].call_soon_threadsafe(over.set)
        thread.join(20)
