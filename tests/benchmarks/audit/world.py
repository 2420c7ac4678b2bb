"""The lab as a thing to start and use: a namespace, its daemons on core 0, its clients on core 1."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
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

    def __init__(self, count: int) -> None:
        """Start nothing yet."""
        self.count = count

    def __enter__(self) -> Self:
        namespace.remove_stale()
        self.folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
        self.folder.chmod(0o755)
        self._space = Namespace.create([NETWORK], [zones.RESOLVER], self.folder, keep=False)
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
            self._space.argv([*_on_core(-1), *map(str, command)]),
            cwd=cwd,
            env=os.environ | {"SSL_CERT_FILE": str(self._tls / "root.pem")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def counted(self) -> dict[str, int]:
        """Packets that opened a question or connection, by protocol, since this was last asked."""
        listed = json.loads(self._space.check("nft", "-j", "reset", "counters"))["nftables"]
        found = {row["counter"]["name"]: row["counter"]["packets"] for row in listed[1:]}
        return {name: found[name] for name in COUNTED}

    def _build(self) -> None:
        known = firms(self.count)
        self._tls = self.folder / "tls"
        issuer = Authority(self._tls, authority.now())
        zones.write(self.folder / "names", known)
        sites.write(self.folder / "sites", self._tls, known, issuer)
        self._space.check("nft", "-f", "-", text=_COUNTERS)
        self._space.check("sysctl", "-qw", "net.core.somaxconn=4096")

    def _start(self) -> None:
        names, web = self.folder / "names", self.folder / "sites"
        self._children = {
            "registry": self._daemon("registry", "knotd", "-c", names / "registry.conf"),
            "hosters": self._daemon("hosters", "knotd", "-c", names / "hosters.conf"),
            "unbound": self._daemon("unbound", "unbound", "-d", "-c", names / "unbound.conf"),
            "nginx": self._daemon("nginx", "nginx", "-p", web, "-c", web / "nginx.conf"),
            "registries": self._daemon(
                "registries", sys.executable, "-m", f"{__package__}.registries", str(self.count)
            ),
        }
        self._wait()

    def _daemon(self, name: str, *command: str | Path) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.out").open("wb") as output:
            return subprocess.Popen(
                self._space.argv([*_on_core(0), *map(str, command)]),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _wait(self) -> None:
        """Return when the last firm can be resolved, registered and visited."""
        last = firms(self.count)[-1].name
        asked = [
            ["dns", last, "SOA"],
            ["whois", "whois.tcinet.ru", last],
            ["get", f"http://{last}/"],
        ]
        deadline = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run(
                self._space.argv([sys.executable, "-m", "tests.internet.visitor"]),
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
        self._space.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)


def _on_core(index: int) -> list[str]:
    """Pin a command to one of this process's cores; servers and client share where there is one."""
    return ["taskset", "-c", str(sorted(os.sched_getaffinity(0))[index])]
