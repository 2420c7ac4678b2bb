"""The lab as a thing to start and use: a namespace, its daemons on core 0, its clients on core 1."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.audit import sites, zones
from tests.benchmarks.audit.firms import firms
from tests.internet import authority, namespace
from tests.internet.authority import Authority
from tests.internet.namespace import Namespace

ROOT = Path(__file__).parents[3]
NETWORK = "198.18.0.0/15"
PATIENCE = 120.0
"""Seconds until all daemons must answer."""

COUNTED = ("dns", "whois", "http", "https", "smtp")
_COUNTERS = f"""
table inet counted {{
  {"".join(f"counter {name} {{ }};" for name in COUNTED)}
  chain output {{
    type filter hook output priority 0;
    ip saddr != {zones.RESOLVERS_OWN} udp dport 53 counter name dns
    ip saddr != {zones.RESOLVERS_OWN} tcp dport 53 tcp flags & (syn | ack) == syn counter name dns
    tcp dport 43 tcp flags & (syn | ack) == syn counter name whois
    tcp dport 80 tcp flags & (syn | ack) == syn counter name http
    tcp dport 443 tcp flags & (syn | ack) == syn counter name https
    tcp dport 25 tcp flags & (syn | ack) == syn counter name smtp
  }}
}}
"""


class World:
    """`with World(1000) as world:` has so many firms on line; nothing of it stays afterwards."""

    def __init__(self, count: int, zones: Sequence[str] = ("ru",), *, noting: bool = False) -> None:
        """Start nothing yet. With `noting` its servers write down what each was asked, and when."""
        self.firms = firms(count, zones)
        self._zones = zones
        self._noting = noting

    def __enter__(self) -> Self:
        namespace.remove_stale()
        self.folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
        self.folder.chmod(0o755)
        self.space = Namespace.create([NETWORK], [zones.RESOLVER], self.folder, keep=False)
        try:
            self._build()
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def run(self, *command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Run a client inside, alone on its core; its output is captured."""
        return subprocess.run(
            self.space.argv([*_on_core(-1), *map(str, command)]),
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def argv(self, *command: str | Path) -> list[str]:
        """A command that runs inside, on whatever core is free."""
        return self.space.argv([*map(str, command)])

    @property
    def environment(self) -> dict[str, str]:
        """What a client inside is to be told: whom to trust."""
        return os.environ | {"SSL_CERT_FILE": str(self._tls / "root.pem")}

    @property
    def questions(self) -> list[tuple[str, float, str]]:
        """What WHOIS servers were asked, where that is noted: server, seconds, words."""
        rows = (line.split(" ", 2) for line in _lines(self.folder / "questions"))
        return [(server, float(at), words) for server, at, words in rows]

    @property
    def visits(self) -> list[tuple[float, int, str, str]]:
        """Requests for pages, where they are noted, up to the last second: Unix time, port, host, path."""
        rows = (line.split(" ", 3) for line in _lines(self.folder / "visits"))
        return [(float(at), int(port), host, path) for at, port, host, path in rows]

    def counted(self) -> dict[str, int]:
        """Packets that opened a question or connection, by protocol, since this was last asked."""
        listed = json.loads(self.space.check("nft", "-j", "reset", "counters"))["nftables"]
        found = {row["counter"]["name"]: row["counter"]["packets"] for row in listed[1:]}
        return {name: found[name] for name in COUNTED}

    def _build(self) -> None:
        self._tls = self.folder / "tls"
        issuer = Authority(self._tls, authority.now())
        zones.write(self.folder / "names", self.firms)
        visits = self.folder / "visits" if self._noting else None
        sites.write(self.folder / "sites", self._tls, self.firms, issuer, visits)
        self.space.check("nft", "-f", "-", text=_COUNTERS)
        self.space.check("sysctl", "-qw", "net.core.somaxconn=4096")

    def _start(self) -> None:
        names, web = self.folder / "names", self.folder / "sites"
        spoken = [sys.executable, "-m", f"{__package__}.registries", str(len(self.firms))]
        spoken.append(",".join(self._zones))
        if self._noting:
            spoken.append(str(self.folder / "questions"))
        self._children = {
            "registry": self._daemon("registry", "knotd", "-c", names / "registry.conf"),
            "hosters": self._daemon("hosters", "knotd", "-c", names / "hosters.conf"),
            "unbound": self._daemon("unbound", "unbound", "-d", "-c", names / "unbound.conf"),
            "nginx": self._daemon("nginx", "nginx", "-p", web, "-c", web / "nginx.conf"),
            "registries": self._daemon("registries", *spoken),
        }
        self._wait()

    def _daemon(self, name: str, *command: str | Path) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.out").open("wb") as output:
            return subprocess.Popen(
                self.space.argv([*_on_core(0), *map(str, command)]),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _wait(self) -> None:
        """Return when the last firm can be resolved, registered and visited."""
        last = next(firm.name for firm in reversed(self.firms) if firm.zone == "ru")
        asked = [
            ["dns", last, "SOA"],
            ["whois", "whois.tcinet.ru", last],
            ["get", f"http://{last}/"],
        ]
        deadline = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run(
                self.space.argv([sys.executable, "-m", "tests.internet.visitor"]),
                cwd=ROOT,
                input=json.dumps(asked),
                capture_output=True,
                text=True,
                check=False,
            )
            answers = json.loads(done.stdout) if done.returncode == 0 else [done.stderr[-500:]]
            match answers:
                case [{"answers": [_, *_]}, str(said), {"status": 301}] if "TCI" in said:
                    return
            for name, child in self._children.items():
                if child.poll() is not None:
                    words = (self.folder / f"{name}.out").read_text("utf-8", "replace")
                    raise RuntimeError(f"{name} ended with {child.returncode}: {words[-2000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the lab does not answer: {answers}")
            time.sleep(0.2)

    def _stop(self) -> None:
        self.space.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)


def _lines(file: Path) -> list[str]:
    """Whole lines of a file that somebody writes to."""
    text = file.read_text() if file.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


def _on_core(index: int) -> list[str]:
    """Pin a command to one of this process's cores; servers and client share where there is one."""
    return ["taskset", "-c", str(sorted(os.sched_getaffinity(0))[index])]
