"""WHOIS servers in the registries' own dialects, each on port 43 of its own address."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import Callable
from datetime import timedelta

from tests.internet.domains import Domain
from tests.internet.peers import hostile_whois
from tests.internet.peers.registry import Register, epp, midnight
from tests.internet.peers.stage import Stage

TCI_HEAD = """% TCI Whois Service. Terms of use:
% https://tcinet.ru/documents/whois_ru_rf.pdf (in Russian)
% https://tcinet.ru/documents/whois_su.pdf (in Russian)

"""

GTLD_TAIL = """
>>> Last update of {word} database: {now} <<<

For more information on Whois status codes, please visit https://icann.org/epp

NOTICE: The expiration date displayed in this record is the date the
registrar's sponsorship of the domain name registration in the registry is
currently set to expire. This date does not necessarily reflect the expiration
date of the domain name registrant's agreement with the sponsoring
registrar.
"""

REGISTRAR_WHOIS = "whois.reg.com"


class Whois:
    """Every WHOIS server of the world."""

    def __init__(self, register: Register, stage: Stage) -> None:
        """Speak from the register."""
        self.register = register
        self.stage = stage
        self.stamp = register.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def start(self) -> None:
        """Listen for IANA, for each registry, and for the registrars."""
        servers: dict[str, Callable[[str], str]] = {"whois.iana.org": self.iana}
        dialects = {
            "tci": self.tci,
            "verisign": self.verisign,
            "gtld": self.thick,
            "closed": lambda query: "TLD is not supported.\n",
        }
        for tld in self.register.world.tlds:
            servers[tld.whois] = dialects[tld.dialect]
        servers[REGISTRAR_WHOIS] = self.thick
        servers["whois.nic.ru"] = self.tci
        for host, answer in servers.items():
            for address in self.register.world.addresses(host):
                await self._serve(address, answer)

    async def _serve(self, address: str, answer: Callable[[str], str]) -> None:
        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, TimeoutError, ValueError):
                line = await asyncio.wait_for(reader.readline(), 10)
                query = line.decode("utf-8", "replace").strip()
                await self._tell(writer, query, answer(query).replace("\n", "\r\n"))
            writer.close()

        await asyncio.start_server(visit, address, 43)

    async def _tell(self, writer: asyncio.StreamWriter, query: str, honest: str) -> None:
        domain = self.register.find(query.removeprefix("domain ").removeprefix("="))
        if domain and domain.hostile and domain.hostile.whois:
            self.stage.played("whois", domain.hostile.whois)
            await hostile_whois.play(domain.hostile.whois, writer, honest)
            return
        writer.write(honest.encode())
        await writer.drain()

    def iana(self, query: str) -> str:
        """IANA's answer: which server knows the top-level domain."""
        head = "% IANA WHOIS server\n% for more information on IANA, visit http://www.iana.org\n"
        tld = self.register.tld(query)
        if tld is None:
            return head + "% This query returned 0 objects.\n"
        name = tld.name.upper()
        rows = [("", ""), ("refer", tld.whois), ("", ""), ("domain", name), ("", "")]
        rows += [("organisation", f"Registry of {name}"), ("address", "Miniature Internet")]
        rows += [("", "")]
        rows += [("nserver", f"{h.upper()} {a}") for h, a in tld.nameservers.items()]
        rows += [("", ""), ("whois", tld.whois), ("", ""), ("status", "ACTIVE"), ("", "")]
        rows += [("created", "1994-04-07"), ("changed", "2024-10-02"), ("source", "IANA")]
        return f"{head}% This query returned 1 object\n{_columns(rows, 14)}\n"

    def tci(self, query: str) -> str:
        """The Technical Center of Internet: .ru, .рф, .su."""
        tail = f"\nLast updated on {self.stamp}\n\n"
        domain = self.register.find(query)
        if domain is None:
            return f"{TCI_HEAD}No entries found for the selected source(s).\n{tail}"
        registration = domain.registration
        rows = [("domain", domain.name.upper())]
        rows += [("nserver", self._with_glue(domain, h)) for h in self.register.nameservers(domain)]
        state = ["REGISTERED", "DELEGATED" if registration.delegated else "NOT DELEGATED"]
        state += [] if domain.tld == "su" else ["VERIFIED"]
        rows += [("state", ", ".join(state))]
        if registration.person or domain.tld == "su":
            rows += [("person", "Private Person")]
        else:
            # Since 2026 the registry sends most organisations' names and tax numbers empty.
            rows += [("org", registration.org), ("taxpayer-id", registration.inn)]
        rows += [
            ("registrar", registration.registrar),
            ("admin-contact", "https://www.reg.ru/whois/admin_contact"),
            ("created", midnight(self.register.created(domain))),
            ("paid-till", midnight(self.register.expires(domain))),
            ("free-date", self.register.free(domain).isoformat()),
            ("source", "TCI"),
        ]
        return f"{TCI_HEAD}{_columns(rows, 15)}\n{tail}"

    def _with_glue(self, domain: Domain, host: str) -> str:
        """A name server as TCI prints it: with its addresses if it lies in the domain itself."""
        if not host.endswith(f".{domain.name}"):
            return f"{host}."
        return f"{host}. {', '.join(self.register.world.addresses(host))}"

    def verisign(self, query: str) -> str:
        """The thin registry of .com and .net: no contacts, and the name of the registrar's server."""
        name = query.removeprefix("domain ").removeprefix("=")
        domain = self.register.find(name)
        if domain is None:
            missing = f'No match for "{name.strip().upper()}".\n'
            return missing + GTLD_TAIL.format(word="whois", now=self.stamp).lstrip("\n")
        rows = self._rows(domain, "Registry Expiry Date", "VRSN")
        text = "".join(f"   {key}: {value}\n" for key, value in rows)
        return text + GTLD_TAIL.format(word="whois", now=self.stamp).lstrip("\n")

    def thick(self, query: str) -> str:
        """A thick registry, or the registrar itself."""
        domain = self.register.find(query)
        if domain is None:
            return "Domain not found.\n" + GTLD_TAIL.format(word="WHOIS", now=self.stamp)
        expiry = "Registrar Registration Expiration Date"
        rows = self._rows(domain, expiry if domain.tld != "org" else "Registry Expiry Date", "LROR")
        organisation = domain.registration.org or "REDACTED FOR PRIVACY"
        rows += [
            ("Registrant Name", "REDACTED FOR PRIVACY"),
            ("Registrant Organization", organisation),
            ("Registrant Country", "RU"),
        ]
        text = "".join(f"{key}: {value}\n" for key, value in rows)
        return text + GTLD_TAIL.format(word="WHOIS", now=self.stamp)

    def _rows(self, domain: Domain, expiry: str, handle: str) -> list[tuple[str, str]]:
        created = self.register.created(domain)
        rows = [
            ("Domain Name", domain.name.upper()),
            ("Registry Domain ID", f"{zlib.crc32(domain.name.encode())}_DOMAIN-{handle}"),
            ("Registrar WHOIS Server", REGISTRAR_WHOIS),
            ("Registrar URL", "http://www.reg.ru"),
            ("Updated Date", f"{created + timedelta(days=1)}T09:12:44Z"),
            ("Creation Date", f"{created}T09:12:44Z"),
            (expiry, f"{self.register.expires(domain)}T09:12:44Z"),
            ("Registrar", domain.registration.registrar),
            ("Registrar IANA ID", "1606"),
        ]
        for status in map(epp, self.register.statuses(domain)):
            rows.append(("Domain Status", f"{status} https://icann.org/epp#{status}"))
        rows += [("Name Server", host.upper()) for host in self.register.nameservers(domain)]
        return [*rows, ("DNSSEC", "unsigned")]


def _columns(rows: list[tuple[str, str]], width: int) -> str:
    return "\n".join(f"{key + ':':<{width}}{value}".rstrip() if key else "" for key, value in rows)
