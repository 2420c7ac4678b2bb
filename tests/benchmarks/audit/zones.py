"""The DNS of the lab: one knot is root and registry, one hosts the firms; unbound resolves."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.audit.firms import Firm

ROOT = "198.18.0.1"
REGISTRY = "198.18.0.2"
HOSTERS = ("198.18.0.10", "198.18.0.11")
RESOLVER = "198.18.0.53"
RESOLVERS_OWN = "198.18.0.54"
"""Where the resolver asks from: what it asks is its own business and not counted as the client's."""

SERVICES = {
    "whois.iana.org": "198.18.0.43",
    "whois.tcinet.ru": "198.18.1.43",
    "whois.verisign-grs.com": "198.18.2.43",
    "whois.publicinterestregistry.org": "198.18.3.43",
    "whois.reg.com": "198.18.4.43",
    "data.iana.org": "198.18.0.80",
    "rdap.db.ripe.net": "198.18.0.80",
    "crt.sh": "198.18.0.80",
    "api.certspotter.com": "198.18.0.80",
    "mx.hosting-lab.ru": "198.18.0.25",
    "ns1.hosting-lab.ru": HOSTERS[0],
    "ns2.hosting-lab.ru": HOSTERS[1],
}
PARENTS = {"ru": "a.dns.ripn.net", "com": "a.gtld-servers.net", "org": "a0.org.afilias-nst.info"}
"""The zones that firms may be in, each with its name server."""
_NAME_SERVERS = ("ns1.hosting-lab.ru", "ns2.hosting-lab.ru")
_HOSTED = {
    "iana.org": "",
    "tcinet.ru": "",
    "verisign-grs.com": "",
    "publicinterestregistry.org": "",
    "reg.com": "",
    "ripe.net": "",
    "crt.sh": "",
    "certspotter.com": "",
    "hosting-lab.ru": "",
    "cymru.com": '*.18.198.origin.asn TXT "64500 | 198.18.0.0/15 | RU | ripencc | 2012-05-17"\n'
    'AS64500.asn TXT "64500 | RU | ripencc | 2011-03-02 | HOSTING-LAB, RU"\n',
}


def write(folder: Path, firms: list[Firm]) -> None:
    """Write every zone, and registry.conf, hosters.conf and unbound.conf."""
    folder.mkdir()
    parents = ["ru", *sorted({firm.zone for firm in firms} - {"ru"})]
    registry = {".": _root(parents)} | {f"{zone}.": _parent(zone, firms) for zone in parents}
    hosted = {f"{zone}.": _service(zone, extra) for zone, extra in _HOSTED.items()}
    hosted |= {f"{firm.name}.": _firm(firm) for firm in firms}
    for origin, text in (registry | hosted).items():
        (folder / f"{origin}zone").write_text(text)
    _knot(folder, "registry", list(registry), (ROOT, REGISTRY))
    _knot(folder, "hosters", list(hosted), HOSTERS)
    _unbound(folder)


def _head(origin: str, servers: tuple[str, ...]) -> str:
    lines = [
        f"$ORIGIN {origin}",
        "$TTL 3600",
        f"@ SOA {servers[0]}. hostmaster.{servers[0]}. 2026010101 7200 900 1209600 3600",
    ]
    return "\n".join([*lines, *(f"@ NS {server}." for server in servers)]) + "\n"


def _root(parents: list[str]) -> str:
    text = _head(".", ("a.root-servers.net",)) + f"a.root-servers.net. A {ROOT}\n"
    for zone in parents:
        text += f"{zone}. NS {PARENTS[zone]}.\n{PARENTS[zone]}. A {REGISTRY}\n"
    for zone in _HOSTED:
        if zone.rpartition(".")[2] not in parents:
            text += "".join(f"{zone}. NS {server}.\n" for server in _NAME_SERVERS)
    return text


def _parent(parent: str, firms: list[Firm]) -> str:
    zones = [zone for zone in _HOSTED if zone.endswith(f".{parent}")]
    zones += [firm.name for firm in firms if firm.zone == parent]
    text = _head(f"{parent}.", (PARENTS[parent],))
    text += "".join(f"{zone}. NS {server}.\n" for zone in zones for server in _NAME_SERVERS)
    if parent != "ru":
        return text
    return text + "".join(f"{server}. A {SERVICES[server]}\n" for server in _NAME_SERVERS)


def _service(zone: str, extra: str) -> str:
    hosts = {name: ip for name, ip in SERVICES.items() if f".{name}".endswith(f".{zone}")}
    text = _head(f"{zone}.", _NAME_SERVERS)
    return text + "".join(f"{name}. A {ip}\n" for name, ip in hosts.items()) + extra


def _firm(firm: Firm) -> str:
    return _head(f"{firm.name}.", _NAME_SERVERS) + (
        f"@ A {firm.address}\n"
        f"www A {firm.address}\n"
        "@ MX 10 mx.hosting-lab.ru.\n"
        f'@ TXT "v=spf1 a mx ip4:{firm.address} -all"\n'
        f'@ TXT "yandex-verification: {firm.number:016x}"\n'
        '@ CAA 0 issue "letsencrypt.org"\n'
        f'_dmarc TXT "v=DMARC1; p=none; rua=mailto:postmaster@{firm.name}"\n'
    )


def _knot(folder: Path, role: str, origins: list[str], addresses: tuple[str, ...]) -> None:
    """A knot that serves these zones here, and refuses every question about others."""
    state = folder / role
    state.mkdir()
    listen = ", ".join(f"{address}@53" for address in addresses)
    text = f"server:\n    rundir: {state}\n    listen: [{listen}]\n"
    text += "    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n"
    text += f"database:\n    storage: {state}\nlog:\n  - target: stderr\n    any: error\n"
    text += f"template:\n  - id: default\n    storage: {folder}\n"
    text += "    zonefile-sync: -1\n    journal-content: none\n    semantic-checks: soft\nzone:\n"
    text += "".join(f"  - domain: {o}\n    file: {o}zone\n" for o in origins)
    (folder / f"{role}.conf").write_text(text)


def _unbound(folder: Path) -> None:
    (folder / "root.hints").write_text(f". NS a.root-servers.net.\na.root-servers.net. A {ROOT}\n")
    text = 'server:\n  username: ""\n  chroot: ""\n  use-syslog: no\n  verbosity: 0\n'
    text += f'  directory: "{folder}"\n  pidfile: ""\n  root-hints: root.hints\n'
    text += "  logfile: unbound.log\n  module-config: iterator\n  num-threads: 1\n"
    text += f"  interface: {RESOLVER}\n  outgoing-interface: {RESOLVERS_OWN}\n  do-ip6: no\n"
    text += "  outgoing-range: 4096\n  num-queries-per-thread: 2048\n  so-rcvbuf: 4m\n"
    text += "  msg-cache-size: 64m\n  rrset-cache-size: 128m\n"
    text += "  access-control: 0.0.0.0/0 allow\nremote-control:\n  control-enable: no\n"
    (folder / "unbound.conf").write_text(text)
