"""The miniature internet as a thing to start, use and stop."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from tests.internet import (
    authority,
    namespace,
    odd_certificates,
    papers,
    population,
    zone_lists,
)
from tests.internet.authority import Authority
from tests.internet.domains import Truth
from tests.internet.mail import Mail
from tests.internet.names import RESOLVERS, Names
from tests.internet.namespace import INSIDE, Namespace
from tests.internet.peers import archive
from tests.internet.peers.microsoft import Microsoft
from tests.internet.population import Population
from tests.internet.sites import Sites

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds until all daemons must listen."""

NETWORKS = ["198.18.0.0/15", "2001:2::/48"]
"""The benchmarking networks of RFC 2544 and RFC 5180: every address in them is answerable."""

DAEMONS = {
    "ip": "iproute2",
    "nft": "nftables",
    "knotd": "knot",
    "unbound": "unbound",
    "nginx": "nginx",
    "/usr/lib/postfix/sbin/master": "postfix",
}
"""The programs it needs, and the Debian packages that bring them."""

SETTINGS = """# The lab answers as fast as it is asked, and nobody in it minds.
[pace]
"*" = "6000/min"
"dns" = "50000/s"
"dns-parent" = "2000/s"
"""


class Row(Struct, frozen=True):
    """One line of the truth: the assets it speaks of (any of them), and what may be said."""

    client: str
    scene: str
    assets: list[str]
    truth: Truth


class Lab:
    """A running world. `run` executes a command inside it; `stop` leaves nothing behind."""

    allow_nets = NETWORKS

    def __init__(self, space: Namespace, folder: Path, world: Population) -> None:
        """Use `Lab.start`, or `Lab.found` for one that runs already."""
        self.space = space
        self.folder = folder
        self.world = world
        self.settings = folder / "revizor.toml"
        self.loss = space.loss

    @classmethod
    def start(
        cls, workdir: Path | None = None, *, keep: bool = False, which: str = "scenes"
    ) -> Lab:
        """Build the world in a new folder below `workdir`; with `keep` it outlives this process.

        `which` says whose estates live in it: those of the scenes, or those of discovery.

        The folder and those above it must be open to others: postfix runs as a user of its own.
        """
        reasons = obstacles()
        if reasons:
            raise RuntimeError("; ".join(reasons))
        namespace.remove_stale()
        folder = Path(tempfile.mkdtemp(prefix="internet-", dir=workdir))
        folder.chmod(0o755)
        (folder / "lab").write_text(which)
        world = population.load(lab=which)
        space = Namespace.create(_networks(world), RESOLVERS, folder, keep=keep)
        lab = cls(space, folder, world)
        try:
            lab._build()
        except BaseException:
            lab.stop()
            raise
        return lab

    @classmethod
    def found(cls) -> Iterator[Lab]:
        """The labs that somebody started by hand on this machine."""
        for space, owner, folder in namespace.remembered():
            if owner == "hand":
                which = (Path(folder) / "lab").read_text()
                yield cls(space, Path(folder), population.load(lab=which))

    def stop(self) -> None:
        """End every process inside and remove every trace."""
        self.space.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(
        self,
        argv: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        timeout: float = 600,
        input: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside, with the lab's root trusted; its output is captured."""
        return subprocess.run(
            self._argv(argv),
            env=self._environment(env),
            timeout=timeout,
            input=input,
            capture_output=True,
            text=True,
            check=False,
        )

    def popen(
        self, argv: Sequence[str | Path], env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command inside, on this process's own streams."""
        return subprocess.Popen(self._argv(argv), env=self._environment(env))

    @property
    def estates(self) -> dict[str, list[str]]:
        """What the consultant types for each client."""
        return {
            client: [
                domain.spelled
                for domain in self.world.owned(client)
                if domain.typed and not domain.hidden
            ]
            for client in self.world.estates
        }

    def handed(self, client: str) -> list[str | Path]:
        """What the consultant adds to the command: papers, and the firm where he knows it."""
        estate = self.world.estates[client]
        folder = self.folder / "papers" / client
        papers = [part for name in estate.papers for part in ("--from", folder / name)]
        return ["--org", estate.org, "--inn", estate.inn, *papers] if estate.told else papers

    @property
    def truth(self) -> list[Row]:
        """Every line of the truth, with assets named as the audit names them."""
        return truth_of(self.world)

    @property
    def certificates(self) -> dict[str, str]:
        """SHA-256 of every certificate, by the host that serves it or by `domain/name`."""
        log = json.loads((self.folder / "tls" / "log.json").read_text())
        return {entry["label"]: entry["sha256"] for entry in log}

    @property
    def lured_inside(self) -> list[str]:
        """Ports of inside addresses that somebody sent to although only foreign data asked for it.

        Accepted connections are told by those who accepted them, all other packets by the kernel.
        """
        record = self.folder / "inside.log"
        accepted = record.read_text().splitlines() if record.exists() else []
        return [*accepted, *self.space.visited()]

    @property
    def played(self) -> set[str]:
        """The hostile tricks that somebody has met, as `web.gzip_bomb`."""
        record = self.folder / "played.log"
        return set(record.read_text().splitlines()) if record.exists() else set()

    def _build(self) -> None:
        now = authority.now()
        (self.folder / "now").write_text(now.isoformat())
        self.settings.write_text(SETTINGS)
        issuer = Authority(self.folder / "tls", now)
        self.names = Names(self.world, self.folder / "names", now)
        self.sites = Sites(self.world, self.folder / "sites", issuer)
        self.mail = Mail(self.world, self.folder / "mail", issuer)
        for part in (self.names, self.sites, self.mail):
            part.write()
        zone_lists.write(self.world, self.folder / "zones", now)
        papers.write(self.world, self.folder / "papers", now)
        self._certificates(issuer)
        black = [s for s in self.world.servers() if s.behaves == "black_hole"]
        self.space.swallow([address for server in black for address in server.addresses])
        self._start_daemons()

    def _certificates(self, issuer: Authority) -> None:
        """Certificates of the services and odd servers, and those that nobody serves any more."""
        for host in service_hosts(self.world):
            issuer.issue(host, [host])
        for server in self.world.servers():
            if server.behaves and server.certificate:
                issuer.issue(server.certificate[0], server.certificate)
        for domain, hostile in self.world.hostile():
            odd = odd_certificates.ODD.get(hostile.tls)
            if odd:
                odd_certificates.issue(issuer.folder, domain, odd)
            else:
                labels = ["@", "www", *hostile.location, *hostile.address]
                issuer.issue(domain.name, [domain.host(label) for label in labels])
        for domain in self.world.domains.values():
            for old in domain.issued:
                label = f"{domain.name}/{old.name}"
                issuer.issue(
                    label,
                    old.names,
                    ago=old.ago,
                    days=old.days,
                    issuer=old.issuer,
                    organisation=old.organisation,
                    seen=old.seen,
                )
        issuer.save()

    def _start_daemons(self) -> None:
        commands: dict[str, list[str | Path]] = {
            "registry": ["knotd", "-c", self.names.folder / "registry.conf"],
            "hosters": ["knotd", "-c", self.names.folder / "hosters.conf"],
            "unbound": ["unbound", "-d", "-c", self.names.folder / "unbound.conf"],
            "nginx": ["nginx", "-p", self.sites.folder, "-c", self.sites.folder / "nginx.conf"],
            "postfix": ["/usr/lib/postfix/sbin/master", "-d", "-c", self.mail.folder],
            "peers": [sys.executable, "-m", "tests.internet.peers", self.folder],
        }
        children = {}
        group = 0
        for name, command in commands.items():
            with (self.folder / f"{name}.out").open("wb") as output:
                children[name] = subprocess.Popen(
                    self._argv(command),
                    env=self._environment(None),
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    process_group=group,
                )
            group = group or children[name].pid
        self._wait(children)

    def _wait(self, children: dict[str, subprocess.Popen[bytes]]) -> None:
        """Return when every daemon listens; raise with its words if one does not."""
        expected = set(self._sockets())
        deadline = time.monotonic() + PATIENCE
        while missing := expected - self.space.listening():
            for name, child in children.items():
                if child.poll() is not None:
                    words = (self.folder / f"{name}.out").read_text("utf-8", "replace")
                    raise RuntimeError(f"{name} ended with {child.returncode}: {words[-2000:]}")
            if time.monotonic() > deadline:
                wanted = ", ".join(f"{_plain(address)}:{port}" for address, port in missing)
                raise RuntimeError(f"nobody listens on {wanted}; see {self.folder}")
            time.sleep(0.05)

    def _sockets(self) -> Iterator[tuple[str, int]]:
        for address in [
            *RESOLVERS,
            *self.names.registry_addresses(),
            *self.names.hoster_addresses(),
        ]:
            yield _kernel(address), 53
        for address in self.sites.web:
            if ":" not in address:
                yield _kernel(address), 80
        for address in self.mail.hosts:
            yield _kernel(address), 25
        for tld in self.world.tlds:
            yield from ((_kernel(address), 43) for address in self.world.addresses(tld.whois))
        for host in service_hosts(self.world):
            yield from ((_kernel(address), 443) for address in self.world.addresses(host))

    def _argv(self, argv: Sequence[str | Path]) -> list[str]:
        return self.space.argv([str(part) for part in argv])

    def _environment(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        return {
            **os.environ,
            "SSL_CERT_FILE": str(self.folder / "tls" / "root.pem"),
            **(extra or {}),
        }


def obstacles() -> list[str]:
    """Why the lab cannot run on this machine; empty if it can."""
    reasons = []
    if os.geteuid() != 0:
        reasons.append("it must run as root to make a network namespace")
    path = "/usr/sbin:/sbin:" + os.environ.get("PATH", "")
    missing = {package for tool, package in DAEMONS.items() if not shutil.which(tool, path=path)}
    if missing:
        reasons.append(f"Debian packages are missing: {' '.join(sorted(missing))}")
    if not reasons:
        with contextlib.suppress(subprocess.CalledProcessError):
            subprocess.run(["unshare", "--net", "true"], check=True, capture_output=True)
            return []
        reasons.append("this container may not make network namespaces")
    return reasons


def service_hosts(world: Population) -> list[str]:
    """The HTTPS services that peers of our own play."""
    rdap = {tld.rdap.split("/")[2] for tld in world.tlds if tld.rdap}
    others = ["crt.sh", "api.certspotter.com", archive.HOST, Microsoft.LOGIN, Microsoft.OFFICE]
    return ["data.iana.org", "rdap.db.ripe.net", *others, *sorted(rdap)]


def truth_of(world: Population) -> list[Row]:
    """Every line of the truth of a population, the shorthand rows spelled out."""
    rows = []
    for client in world.estates:
        for domain in world.owned(client):
            for key, truth in domain.truth.items():
                short = key in {"domain", "site", "mail"}
                assets = [f"{key}:{domain.name}"] if short else key.split("|")
                rows.append(Row(client, domain.scene, assets, truth))
    return rows


def _networks(world: Population) -> list[str]:
    """The lab's own networks, and those of builders that are known by their true addresses."""
    ours = [ipaddress.ip_network(network) for network in NETWORKS]
    extra = [
        provider.net
        for provider in world.providers
        if not any(ipaddress.ip_address(provider.net.partition("/")[0]) in net for net in ours)
    ]
    return [*NETWORKS, *extra, *(a for a in INSIDE if a not in ("127.0.0.1", "::1"))]


def _kernel(address: str) -> str:
    """An IPv4 address as /proc/net/tcp prints it."""
    return ipaddress.IPv4Address(address).packed[::-1].hex().upper()


def _plain(kernel: str) -> str:
    return str(ipaddress.IPv4Address(bytes.fromhex(kernel)[::-1]))
