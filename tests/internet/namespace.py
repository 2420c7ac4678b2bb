"""The network namespace the world lives in: addresses without an interface, no route out."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_CLONE_NEWNET = 0x40000000
PREFIX = "internet-"
RECORDS = Path("/run/miniature-internet")
"""One file for each namespace of ours: the process it belongs to, and its folder."""
NETNS = Path("/etc/netns")

INSIDE = [
    *("127.0.0.1", "10.66.0.1", "172.16.66.1", "192.168.66.1", "169.254.169.254", "100.64.66.1"),
    *("::1", "fd00:66::1", "64:ff9b::7f00:1", "2002:7f00:1::1"),
]
"""Addresses of an own network, as foreign data likes to name them: whoever is lured there, arrives."""

FIREWALL = """
table inet world {{
  set black4 {{ type ipv4_addr; {black4} }}
  set black6 {{ type ipv6_addr; {black6} }}
  chain input {{
    type filter hook input priority 0;
    ip daddr @black4 drop
    ip6 daddr @black6 drop
    jump loss
  }}
  chain loss {{ }}
  set visited4 {{ type ipv4_addr . inet_proto . inet_service; flags dynamic; size 4096; }}
  set visited6 {{ type ipv6_addr . inet_proto . inet_service; flags dynamic; size 4096; }}
  chain output {{
    type filter hook output priority 0;
    tcp flags & (syn | ack) == syn jump noted
    udp dport < 1024 jump noted
  }}
  chain noted {{
    ip daddr {{ {inside4} }} add @visited4 {{ ip daddr . meta l4proto . th dport }}
    ip6 daddr {{ {inside6} }} add @visited6 {{ ip6 daddr . meta l4proto . th dport }}
  }}
}}
"""


class Namespace:
    """One namespace; `argv(command)` is the command that runs inside it."""

    def __init__(self, name: str) -> None:
        """Name a namespace that exists or is to be created."""
        self.name = name

    @classmethod
    def create(
        cls, networks: Sequence[str], resolvers: Sequence[str], folder: Path, *, keep: bool
    ) -> Namespace:
        """Make a new one in which every address of the networks is answerable.

        `folder` holds the state of its daemons. With `keep` it outlives this process; without, it is
        stale as soon as this process is gone.
        """
        space = cls(f"{PREFIX}{os.getpid()}-{secrets.token_hex(2)}")
        RECORDS.mkdir(exist_ok=True)
        owner = "hand" if keep else f"{os.getpid()} {_started(os.getpid())}"
        (RECORDS / space.name).write_text(f"{owner}\n{folder}\n")
        _ip("netns", "add", space.name)
        _ip("-n", space.name, "link", "set", "lo", "up")
        for network in networks:
            _ip("-n", space.name, "route", "add", "local", network, "dev", "lo")
        own = NETNS / space.name
        own.mkdir(parents=True)
        lines = [f"nameserver {resolver}\n" for resolver in resolvers]
        (own / "resolv.conf").write_text("".join(lines) + "options timeout:5 attempts:2\n")
        # Daemons look their own host up while they start: that must not wait for the lab's DNS.
        (own / "hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n::1 localhost\n")
        for family in ("ipv4", "ipv6"):
            space.check("sysctl", "-qw", f"net.{family}.ip_nonlocal_bind=1")
        return space

    def argv(self, command: Sequence[str]) -> list[str]:
        """The command, to be run inside."""
        return ["ip", "netns", "exec", self.name, *command]

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Be inside, this thread only: a socket that is made in the block stays inside."""
        here, there = Path("/proc/thread-self/ns/net"), Path("/run/netns") / self.name
        with here.open("rb") as home, there.open("rb") as inside:
            _enter(inside.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def check(self, *command: str, text: str = "") -> str:
        """Run a short command inside; its output, or an error with what it complained of."""
        done = subprocess.run(
            self.argv(command), input=text, capture_output=True, text=True, timeout=20, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def swallow(self, addresses: Sequence[str]) -> None:
        """Make black holes of these addresses, and prepare the chain for packet loss."""
        four = ", ".join(address for address in addresses if ":" not in address)
        six = ", ".join(address for address in addresses if ":" in address)
        rules = FIREWALL.format(
            black4=f"elements = {{ {four} }};" if four else "",
            black6=f"elements = {{ {six} }};" if six else "",
            inside4=", ".join(address for address in INSIDE if ":" not in address),
            inside6=", ".join(address for address in INSIDE if ":" in address),
        )
        self.check("nft", "-f", "-", text=rules)

    def visited(self) -> list[str]:
        """Ports inside to which anybody sent a first packet: `10.66.0.1 . 6 . 80` over TCP, 17 is UDP."""
        found = []
        for table in ("visited4", "visited6"):
            listed = self.check("nft", "-n", "list", "set", "inet", "world", table)
            elements = listed.partition("elements = {")[2].partition("}")[0]
            found += [" ".join(one.split()) for one in elements.split(",") if one.strip()]
        return found

    @contextlib.contextmanager
    def loss(self, percent: float, network: str = "") -> Iterator[None]:
        """Drop that share of all packets (over 0, at most 100) for as long as the block lasts.

        With a network only of those to it: who is there answers late, for TCP tries again.
        """
        there = f"ip daddr {network} " if network else ""
        share = f"{there}numgen random mod 1000 <= {round(percent * 10) - 1} drop"
        self.check("nft", "add", "rule", "inet", "world", "loss", *share.split())
        try:
            yield
        finally:
            self.check("nft", "flush", "chain", "inet", "world", "loss")

    def processes(self) -> list[int]:
        """The processes inside."""
        done = subprocess.run(
            ["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False
        )
        return [int(line) for line in done.stdout.split()]

    def listening(self) -> set[tuple[str, int]]:
        """The TCP sockets that accept inside: (hexadecimal address as the kernel prints it, port)."""
        found = set()
        for table in ("tcp", "tcp6"):
            for line in self.check("cat", f"/proc/net/{table}").splitlines()[1:]:
                columns = line.split()
                if columns[3] == "0A":
                    address, _, port = columns[1].partition(":")
                    found.add((address, int(port, 16)))
        return found

    def destroy(self) -> None:
        """End whatever runs inside, and remove every trace of the namespace."""
        for by in (signal.SIGTERM, signal.SIGKILL):
            for process in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, by)
            deadline = time.monotonic() + 3
            while self.processes() and time.monotonic() < deadline:
                _reap()
                time.sleep(0.02)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)
        shutil.rmtree(NETNS / self.name, ignore_errors=True)
        with contextlib.suppress(OSError):
            NETNS.rmdir()
        (RECORDS / self.name).unlink(missing_ok=True)


def remembered() -> Iterator[tuple[Namespace, str, str]]:
    """Every namespace of ours on this machine: itself, its owner, its folder."""
    for record in sorted(RECORDS.glob(f"{PREFIX}*")):
        owner, folder = [*record.read_text().splitlines(), "", ""][:2]
        yield Namespace(record.name), owner, folder


def remove_stale() -> None:
    """Destroy namespaces whose owner is gone; labs started by hand stay."""
    for space, owner, folder in list(remembered()):
        if owner == "hand":
            continue
        process, _, started = owner.partition(" ")
        if not process.isdigit() or _started(int(process)) != started:
            space.destroy()
            shutil.rmtree(folder, ignore_errors=True)


def _started(process: int) -> str:
    """When a process was started, in the kernel's ticks; empty if there is no such process."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _reap() -> None:
    """Collect children that have ended, so that they do not count as running."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _enter(network: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(network, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments: str) -> None:
    family = ["-6"] if any(":" in argument for argument in arguments) else []
    done = subprocess.run(["ip", *family, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
