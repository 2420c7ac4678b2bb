"""WHOIS answers of every shape: the right day, the right names, or honestly nothing."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from probes.kit.registry.dates import Stamp
from probes.kit.registry.holder import HolderKind
from probes.kit.registry.hosts import hosts_in
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.whois_reader import decode, read_whois
from tests.probes.kit.registry.records import (
    BRACKETS,
    FLAT_DOTS,
    GENERIC,
    HEADINGS,
    INDENTED,
    OBJECTS,
    POLISH,
    SENTENCES,
    TCI,
)


def read(text: str, suffix: str) -> Reading:
    return read_whois(dedent(text), suffix)


def days(*stamps: Stamp | None) -> list[str | None]:
    return [stamp.day.isoformat() if stamp else None for stamp in stamps]


SERVERS = ("ns1.hoster.example", "ns2.hoster.example")


@pytest.mark.parametrize(
    ("text", "suffix", "domain", "registrar", "created", "expires", "servers"),
    [
        (TCI, "ru", "romashka.ru", "RU-CENTER-RU", "2004-02-18", "2026-02-18", ("ns1.romashka.ru", "ns2.hoster.example")),
        (GENERIC, "com", "romashka.com", "Example Registrar, Inc.", "2011-03-04", "2027-03-04", SERVERS),
        (INDENTED, "co.uk", "romashka.co.uk", "Example Ltd t/a Example", "1999-11-26", "2026-11-26", SERVERS),
        (HEADINGS, "it", "romashka.it", "Example Registrar S.r.l.", "2010-01-02", "2027-01-02", SERVERS),
        (OBJECTS, "cz", "romashka.cz", "REG-EXAMPLE", "2006-01-30", "2027-02-03", SERVERS),
        (BRACKETS, "jp", "romashka.jp", "", "2010-09-22", "2026-09-30", SERVERS),
        (FLAT_DOTS, "fi", "romashka.fi", "Example SAS", "2015-12-15", "2026-12-15", SERVERS),
        (SENTENCES, "kg", "", "", "2004-02-10", "2026-03-29", SERVERS),
        (POLISH, "pl", "romashka.pl", "Example Sp. z o.o.", "2008-03-16", "2027-03-16", SERVERS),
    ],
)  # fmt: skip
def test_every_shape_gives_the_same_fields(
    text: str, suffix: str, domain: str, registrar: str, created: str, expires: str, servers: Any
) -> None:
    """Dates of contacts, options and the registry's own clock are not the domain's."""
    reading = read(text, suffix)

    assert reading.ending is Ending.REGISTERED
    assert (reading.domain, reading.registrar) == (domain, registrar)
    assert days(reading.created, reading.expires) == [created, expires]
    assert reading.name_servers == servers


def test_a_russian_answer_gives_up_all_it_holds() -> None:
    """INN, state, release day, and a moment that is exact."""
    reading = read(TCI, "ru")

    assert reading.statuses == ("REGISTERED", "DELEGATED", "VERIFIED")
    assert reading.delegated is True
    assert reading.free_on == date(2026, 3, 22)
    assert reading.holder.kind is HolderKind.ORGANISATION
    assert (reading.holder.name, reading.holder.inn) == ('OOO "Romashka"', "7736207543")
    assert reading.expires is not None
    assert reading.expires.precise


def test_a_generic_answer_tells_registry_from_registrar() -> None:
    """Two expiries, a referral, statuses in one spelling, and a holder withheld."""
    reading = read(GENERIC, "com")

    assert days(reading.expires, reading.registrar_expires) == ["2027-03-04", "2026-03-04"]
    assert reading.referral == "whois.registrar.example"
    assert reading.registrar_id == "77"
    assert reading.statuses == ("clientTransferProhibited", "autoRenewPeriod")
    assert reading.dnssec is True
    assert (reading.holder.kind, reading.holder.country) == (HolderKind.WITHHELD, "RU")


def test_handles_lead_to_their_objects() -> None:
    """`registrant: SB:X` points to the block that names the organisation."""
    assert read(OBJECTS, "cz").holder.name == "Romashka s.r.o."


def test_a_registrars_tag_is_kept_apart_from_its_name() -> None:
    """The tag is the registrar's id."""
    assert read(INDENTED, "uk").registrar_id == "EXAMPLE"
    assert read(HEADINGS, "it").registrar_id == "EXAMPLE-REG"


NAMED = "Domain Name: romashka.ru\n"


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("No entries found for the selected source(s).\n", Ending.NOT_REGISTERED),
        ("% Terms of use\n%% No entries found in the AFNIC Database.\n", Ending.NOT_REGISTERED),
        ('No match for "ROMASHKA.COM".\n>>> Last update of whois database: 2026-01-01 <<<\n', Ending.NOT_REGISTERED),
        ("romashka.nl is free\n", Ending.NOT_REGISTERED),
        ("Domain: romashka.it\nStatus: AVAILABLE\n", Ending.NOT_REGISTERED),
        ("Domain Name: romashka.gs\nDomain Status: No Object Found\n", Ending.NOT_REGISTERED),
        ("The queried object does not exist: DOMAIN NOT FOUND\n", Ending.NOT_REGISTERED),
        ("%ERROR:101: no entries found\n", Ending.NOT_REGISTERED),
        ("Domain: romashka.lv\nStatus: free\n\n[Whois]\nUpdated: 2026-01-01T00:00:00Z\n", Ending.NOT_REGISTERED),
        ("Object_Not_Found\n", Ending.NOT_REGISTERED),
        ("You have exceeded allowed connection rate.\n", Ending.RATE_LIMITED),
        ("You are not allowed to connect due to excessive querying of the WHOIS database. See https://tcinet.ru/documents/whois_ru_rf.pdf\n", Ending.RATE_LIMITED),
        ("% Error: 55000000002 Connection refused; access control limit reached.\n", Ending.RATE_LIMITED),
        ("WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS\n", Ending.RATE_LIMITED),
        ("%% Too many requests...\n", Ending.RATE_LIMITED),
        ("-1: Still in grace period, wait 2 seconds\n", Ending.RATE_LIMITED),
        ("-3: IP address blocked\n", Ending.RATE_LIMITED),
        ("Rate limit exceeded. Try again after: 24h0m0s\n", Ending.RATE_LIMITED),
        ("The WHOIS query quota for 192.0.2.1 has been exceeded\nand will be replenished in 50 seconds.\n", Ending.RATE_LIMITED),
        ("whois.domain-registry.nl: only 1 request per second allowed, try again later\n", Ending.RATE_LIMITED),
        ("Your connection limit exceeded. Please slow down and try again later.\n", Ending.RATE_LIMITED),
        ("No match for romashka.ru\nQuery rate limit exceeded.\n", Ending.RATE_LIMITED),
        ("% Query rate limit exceeded. Reduced information.\n\ndomain: romashka.br\nnserver: a.dns.example\ncreated: 20000101\n", Ending.RATE_LIMITED),
        ("Requests of this client are not permitted. Please use https://www.nic.ch/whois/ for queries.\n", Ending.ACCESS_DENIED),
        ("TLD is not supported.\n", Ending.SERVICE_CLOSED),
        ("This WHOIS service has been discontinued; please use RDAP.\n", Ending.SERVICE_CLOSED),
        ("Not a valid domain search pattern\n", Ending.INVALID_QUERY),
        ("Domain: romashka.be\nStatus: NOT ALLOWED\nMessage: Use only approved characters.\n", Ending.INVALID_QUERY),
        ("Reserved by Registry\n", Ending.RESERVED),
        ("Domain Name: RESERVED.UZ\nStatus: RESERVED\nName Server: ns.uz.\nCreation Date: 01-May-2005\n", Ending.RESERVED),
        ("Domain not available\n", Ending.RESERVED),
        ("", Ending.UNPARSED),
        ("Welcome to the registry.\n", Ending.UNPARSED),
        (NAMED, Ending.UNPARSED),
        ("<html><body>Domain not found</body></html>\n", Ending.UNPARSED),
        ("No whois server is known for this kind of object.\n", Ending.INVALID_QUERY),
        ("NOTE: FAILURE TO LOCATE A RECORD IN THE WHOIS DATABASE IS NOT INDICATIVE OF THE AVAILABILITY\n", Ending.UNPARSED),
    ],
)  # fmt: skip
def test_only_absence_in_so_many_words_is_absence(text: str, ending: Ending) -> None:
    """A quota, a refusal, a closed service or silence never says that nobody holds the name."""
    assert read_whois(text, "ru").ending is ending


def test_small_print_about_limits_is_no_limit() -> None:
    """Terms of use talk of limits and of failures to find; the record decides."""
    terms = """
    Access to the service is rate limited. You must not exceed the limits.
    Users who make excessive queries will be blocked.
    """
    assert read(GENERIC + terms, "com").ending is Ending.REGISTERED
    assert read("No Data Found\n" + terms, "club").ending is Ending.NOT_REGISTERED


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("ns1.example.net", ["ns1.example.net"]),
        ("NS1.EXAMPLE.NET. 192.0.2.1, 2001:db8::1", ["ns1.example.net"]),
        ("ns1.example.net, ns2.example.net", ["ns1.example.net", "ns2.example.net"]),
        ("romashka.pt NS ns1.example.net.", ["ns1.example.net"]),
        ("ns1.пример.рф", ["ns1.xn--e1afmkfd.xn--p1ai"]),
        ("192.0.2.1", []),
        ("not shown", []),
        ("no nameserver", []),
        ("", []),
    ],
)
def test_name_servers_are_names(line: str, hosts: list[str]) -> None:
    """Addresses and remarks beside them are left out."""
    assert hosts_in(line) == hosts


@pytest.mark.parametrize(
    ("raw", "server", "text"),
    [
        ("владелец".encode(), "whois.kg", "владелец"),
        ("владелец".encode("cp1251"), "whois.kg", "владелец"),
        ("Müller".encode("latin-1"), "whois.example", "Müller"),
    ],
)
def test_an_answer_is_read_in_its_servers_charset(raw: bytes, server: str, text: str) -> None:
    """UTF-8 wherever it is UTF-8; else what the server is known to speak."""
    assert decode(raw, server) == text


UNKNOWN_LABELS = """\
    Domain name: romashka.zz
    Domain was created at: 2011-03-04
    Domain updating day: 2025-04-05
    This domain expires at: 2027-03-04
    Data validation: 2031-01-01
    Sponsored through registrar: Example Registrar, Inc.
    Registrar of it, city: Berlin
    Assigned nameserver one: ns1.hoster.example
    Assigned nameserver two: ns2.hoster.example
    """


def test_a_label_that_no_table_knows_is_understood_by_its_words() -> None:
    """Dates, registrar, name servers; and nothing from labels that speak of something else."""
    reading = read(UNKNOWN_LABELS, "zz")

    assert days(reading.created, reading.updated, reading.expires) == [
        "2011-03-04",
        "2025-04-05",
        "2027-03-04",
    ]
    assert reading.registrar == "Example Registrar, Inc."
    assert reading.name_servers == SERVERS


def test_a_known_label_outweighs_every_likely_one() -> None:
    """Wherever it stands."""
    known = "Expires: 2026-01-01\nRegistrar: Known Ltd\nNserver: ns9.hoster.example\n"
    reading = read(dedent(UNKNOWN_LABELS) + known, "zz")

    assert days(reading.expires) == ["2026-01-01"]
    assert reading.registrar == "Known Ltd"
    assert reading.name_servers == ("ns9.hoster.example",)


def test_a_tag_of_yaml_is_no_value() -> None:
    """`!Registrar` opens a block."""
    text = "domain: romashka.fr\ncreated: 2011-01-13\nregistrar: !Registrar\n  name: EXAMPLE\n"

    assert read(text, "fr").registrar == "EXAMPLE"
