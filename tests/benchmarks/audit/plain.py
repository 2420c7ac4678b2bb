"""The lab profile as one would write it in an afternoon: dnspython, httpx, lxml, SQLModel.

`python -m tests.benchmarks.audit.plain COUNT FOLDER` puts the questions of the lab profile to the same
servers, a hundred firms at a time, and prints a Measured. It knows no pace, no guard, no evidence and
no third answer: it is the price to compare with, not a rival.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.message
import dns.resolver
import httpx
import jinja2
import lxml.html  # type: ignore[import-untyped]
import msgspec
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from sqlmodel import Field, Session, SQLModel, create_engine

from tests.benchmarks.audit.firms import Firm, firms
from tests.benchmarks.audit.measure import Meter
from tests.benchmarks.audit.zones import HOSTERS, REGISTRY, RESOLVER, SERVICES

IN_FLIGHT = 100
PATIENCE = 10.0
_APEX = ("NS", "SOA", "MX", "TXT", "CAA")
_REPORT = """<!DOCTYPE html><meta charset="utf-8"><title>Отчёт</title><table>
{% for row in rows %}<tr><td>{{ row['domain'] }}<td>{{ row['about'] }}<td>{{ row['says'] }}</tr>
{% endfor %}</table>"""

Fact = tuple[str, str]


class Finding(SQLModel, table=True):
    """One fact about a domain."""

    id: int | None = Field(default=None, primary_key=True)
    domain: str = Field(index=True)
    about: str
    says: str
    at: datetime


class Visitor:
    """Everything the loop shares."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.resolver = dns.asyncresolver.Resolver(configure=False)
        self.resolver.nameservers = [RESOLVER]
        self.tls = ssl.create_default_context()
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE
        roots = Path(os.environ["SSL_CERT_FILE"]).read_bytes()
        self.roots = Store(x509.load_pem_x509_certificates(roots))
        self.trust: Counter[str] = Counter()

    async def firm(self, firm: Firm) -> list[Fact]:
        """All facts about one firm."""
        parts = await asyncio.gather(
            self.records(firm),
            self.delegation(firm),
            self.registration(firm),
            *(self.site(host, firm.address) for host in (firm.name, f"www.{firm.name}")),
        )
        return [fact for part in parts for fact in part]

    async def records(self, firm: Firm) -> list[Fact]:
        """What its zone publishes."""
        asked = [(firm.name, kind) for kind in _APEX] + [(f"nobody-{firm.number}.{firm.name}", "A")]
        asked += [(h, kind) for h in (firm.name, f"www.{firm.name}") for kind in ("A", "AAAA")]
        answers = await asyncio.gather(*(self.ask(name, kind) for name, kind in asked))
        return [(f"{kind} {name}", said) for (name, kind), said in zip(asked, answers, strict=True)]

    async def ask(self, name: str, kind: str) -> str:
        """One question to the resolver."""
        try:
            answer = await self.resolver.resolve(name, kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return "NXDOMAIN"
        except dns.exception.DNSException as error:
            return f"failed: {type(error).__name__}"
        return ", ".join(sorted(str(row) for row in answer))

    async def delegation(self, firm: Firm) -> list[Fact]:
        """What the parent says, and whether each name server has the zone."""
        asked = [(REGISTRY, "NS"), *((server, "SOA") for server in HOSTERS)]
        facts = []
        for server, kind in asked:
            query = dns.message.make_query(firm.name, kind)
            answer = await dns.asyncquery.udp(query, server, timeout=PATIENCE)
            facts.append((f"{kind} @{server}", " ".join(map(str, answer.sections[1:3]))))
        return facts

    async def registration(self, firm: Firm) -> list[Fact]:
        """What WHOIS says."""
        reader, writer = await asyncio.open_connection(SERVICES["whois.tcinet.ru"], 43)
        writer.write(f"{firm.name}\r\n".encode())
        text = (await reader.read(65_536)).decode()
        writer.close()
        rows = (line.partition(":") for line in text.splitlines() if not line.startswith("%"))
        return [(key, value.strip()) for key, _, value in rows if value]

    async def site(self, host: str, address: str) -> list[Fact]:
        """Its home page over http and https, its certificate, and what a stranger's name gets there."""
        async with httpx.AsyncClient(
            verify=self.tls, follow_redirects=True, timeout=PATIENCE
        ) as client:
            stranger = {"Host": f"nobody-{host}.example"}
            other = await client.get(f"http://{address}/", headers=stranger)
            page = await client.get(f"http://{host}/")
            stream = page.extensions["network_stream"]
            chain = _chain(stream.get_extra_info("ssl_object"))
        same = str(other.content == page.content)
        facts = [(f"{host} status", str(page.status_code)), (f"{host} unknown host", same)]
        return facts + list(_page(host, page)) + list(self.certificate(host, chain))

    def certificate(self, host: str, chain: list[x509.Certificate]) -> Iterator[Fact]:
        """Its fields, and whether it is good for the host."""
        leaf = chain[0]
        trust = self.judge(host, leaf, chain[1:])
        self.trust[trust] += 1
        yield f"{host} certificate", leaf.subject.rfc4514_string()
        yield f"{host} issuer", leaf.issuer.rfc4514_string()
        yield f"{host} expires", leaf.not_valid_after_utc.isoformat()
        yield f"{host} trust", trust

    def judge(self, host: str, leaf: x509.Certificate, others: list[x509.Certificate]) -> str:
        """Trusted, or why not."""
        builder = PolicyBuilder().store(self.roots).time(datetime.now(UTC))
        try:
            builder.build_server_verifier(x509.DNSName(host)).verify(leaf, others)
        except VerificationError:
            if leaf.not_valid_after_utc < datetime.now(UTC):
                return "expired"
            return "self_signed" if leaf.issuer == leaf.subject else "wrong_name"
        return "trusted"


def _chain(tls: ssl.SSLObject) -> list[x509.Certificate]:
    import _ssl

    encoding = cast(Any, _ssl).ENCODING_DER
    ders = (one.public_bytes(encoding) for one in cast(Any, tls)._sslobj.get_unverified_chain())
    return [x509.load_der_x509_certificate(der) for der in ders]


def _page(host: str, answer: httpx.Response) -> Iterator[Fact]:
    tree = lxml.html.fromstring(answer.content)
    hosts = {urlsplit(link).hostname for link in tree.xpath("//a/@href") if "//" in link}
    yield f"{host} title", tree.findtext(".//title") or ""
    yield f"{host} generator", "".join(tree.xpath("//meta[@name='generator']/@content"))
    yield f"{host} links to", " ".join(sorted(filter(None, hosts)))
    yield f"{host} scripts", str(len(tree.xpath("//script/@src")))
    yield f"{host} password", str(bool(tree.xpath("//input[@type='password']")))
    yield f"{host} text", str(len(" ".join(tree.text_content().split())))


async def look_at(known: list[Firm], visitor: Visitor, session: Session) -> list[Finding]:
    """Everything about all firms, stored some hundred firms to a commit."""
    waiting = iter(known)
    kept: list[Finding] = []

    async def worker() -> None:
        for firm in waiting:
            facts = await visitor.firm(firm)
            at = datetime.now(UTC)
            rows = [Finding(domain=firm.name, about=a, says=s, at=at) for a, s in facts]
            session.add_all(rows)
            kept.extend(rows)
            if len(session.new) > 5_000:
                session.commit()

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    session.commit()
    return kept


def main(count: int, folder: Path) -> None:
    """Run, and print what it took."""
    engine = create_engine(f"sqlite:///{folder}/plain.db")
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["finding"]])
    visitor = Visitor()
    meter = Meter(count)
    with Session(engine, expire_on_commit=False) as session:
        with meter.phase("looks"):
            rows = asyncio.run(look_at(firms(count), visitor, session))
        with meter.phase("report, ru"):
            page = jinja2.Environment(autoescape=True).from_string(_REPORT)
            text = page.render(rows=[row.model_dump() for row in rows])
            (folder / "report.html").write_text(text, "utf-8")
    measured = meter.stop()
    measured.certificates = dict(visitor.trust)
    measured.notes["findings"] = str(len(rows))
    print(msgspec.json.encode(measured).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
