"""A paper estate with real registries before it: servers on loopback that count, and a net that asks them in turn."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from msgspec import Struct

from probes.kit.net import WhoisAnswer, WhoisQuestion
from probes.kit.net.pace import Pace
from probes.kit.net.rates import Rates
from scanner.database import Database
from scanner.database.pace import SqlPace
from scanner.service import auditing, requesting
from scanner.settings import Settings
from scanner.trackers.options import WebhookOptions
from scanner.trackers.secret import Secrets
from tests.peers.receiver import KEY, Receiver
from tests.peers.web import web
from tests.scanner.almanac import BEGUN, Almanac, Plot
from tests.scanner.replayed import Watch

CLIENT = "romashka"
AUDITED = BEGUN
RESCANNED = BEGUN + timedelta(days=3)
"""Three days later everything is due again."""


class Registries:
    """WHOIS servers on loopback, each of which notes when it was asked, and about what; and a receiver of tasks."""

    def __init__(self, plots: Iterable[Plot], servers: int) -> None:
        self.receiver = Receiver(lambda: RESCANNED)
        self.desk = ""
        """Where tasks are received."""
        self._almanac = Almanac(plots, (), lambda: RESCANNED)
        self.asked: list[list[tuple[float, str]]] = [[] for _ in range(servers)]
        self.ports: list[int] = []

    @property
    def questions(self) -> int:
        """How often any of them was asked."""
        return sum(map(len, self.asked))

    @contextmanager
    def open(self) -> Iterator[None]:
        """Answer in a thread until the end of the block."""
        ready, loops, over = threading.Event(), list[asyncio.AbstractEventLoop](), asyncio.Event()

        async def live() -> None:
            loops.append(asyncio.get_running_loop())
            for number in range(len(self.asked)):
                server = await asyncio.start_server(self._answering(number), "127.0.0.1", 0)
                self.ports.append(server.sockets[0].getsockname()[1])
            async with web(self.receiver.answer) as self.desk:
                ready.set()
                await over.wait()

        thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
        thread.start()
        assert ready.wait(20)
        try:
            yield
        finally:
            loops[0].call_soon_threadsafe(over.set)
            thread.join(20)

    def _answering(self, number: int) -> Any:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = (await reader.readline()).decode().strip()
            if line:  # else he hung up before he asked
                self.asked[number].append((time.monotonic(), line))
            writer.write(self._almanac._whois(line).encode())
            writer.close()

        return answer


class Setup(Struct, frozen=True):
    """What a worker's process is told, as JSON."""

    url: str
    out: str
    domains: int
    ports: tuple[int, ...]
    rate: str
    desk: str = ""
    stops: str = "/"
    """Folder of its stops, see Stops."""
    silent: float = 6.0
    listen: str = ""


class Stops:
    """Where workers halt: each asks a registry so often, and no more until the stop is opened.

    A stop is a file, named after the number of questions: it is there from the beginning, and opened by
    removing it. So a test knows what every worker is at, however slow the machine is.
    """

    def __init__(self, folder: Path | str) -> None:
        """Halt at the stops of a folder."""
        self._folder = Path(folder)
        self._asked = 0

    def put(self, *numbers: int) -> None:
        """Let everybody halt after so many questions of his."""
        self._folder.mkdir(exist_ok=True)
        for number in numbers:
            (self._folder / str(number)).touch()

    def open(self, number: int) -> None:
        """Let them go on."""
        (self._folder / str(number)).unlink()

    async def pass_by(self) -> None:
        """Return when one more question may be asked."""
        mine, self._asked = self._asked, self._asked + 1
        while any(mine >= number for number in self._closed()):
            await asyncio.sleep(0.1)

    def _closed(self) -> Iterator[int]:
        return (int(one.name) for one in self._folder.iterdir() if one.name.isdigit())


class Estate:
    """The net of a worker: registries by real connections in their pace, which is in the database; the rest on paper."""

    def __init__(self, setup: Setup, almanac: Almanac, stops: Stops, database: Database) -> None:
        self._almanac, self._ports, self._stops = almanac, setup.ports, stops
        self._pace = Pace(Rates.of({"*": setup.rate}), SqlPace(database))

    async def ask(self, question: Any) -> Any:
        """Ask a registry, or look it up."""
        if not isinstance(question, WhoisQuestion):
            return await self._almanac.ask(question)
        await self._stops.pass_by()
        number = crc32(question.line.encode()) % len(self._ports)
        await self._pace.take(f"whois:registry{number}.test")
        reader, writer = await asyncio.open_connection("127.0.0.1", self._ports[number])
        writer.write(f"{question.line}\r\n".encode())
        said = await reader.read()
        writer.close()
        return WhoisAnswer(said, True, "198.18.0.5")


def plots_of(domains: int) -> list[Plot]:
    """So many domains that end within three months, so that each registration is due after two days."""
    return [
        Plot(f"teplitsa{number}.ru", BEGUN.date() + timedelta(days=40 + number % 40))
        for number in range(domains)
    ]


def settings_of(url: str, out: str | Path, desk: str = "") -> Settings:
    """An office that looks no farther than the names it is given, and sends its tasks to a desk."""
    options = WebhookOptions(url=f"{desk}/in", allow_net=("127.0.0.0/8",))
    return Settings(
        db=url, out=str(out), lang=("en",), vantage="home", guesses=0, depth=0, search=False,
        max_hosts=1_000_000, trackers={"desk": options} if desk else {},
        tracker_secrets=Secrets({"desk": KEY} if desk else {}),
    )  # fmt: skip


def audited(folder: Path, domains: int) -> str:
    """Audit the estate into an SQLite database; return its URL."""
    url = f"sqlite:///{folder}/estate.db"
    plots = plots_of(domains)
    asked = requesting.request(client=CLIENT, typed=[plot.name for plot in plots])
    net = Almanac(plots, (), lambda: AUDITED)
    settings = settings_of(url, folder / "audits")
    asyncio.run(auditing.replay(asked, settings, lambda: AUDITED, Watch(), net))
    return url
