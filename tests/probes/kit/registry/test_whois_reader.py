"""WHOIS answers of every shape: the right day, the right names, or honestly nothing."""

from __future__ import annotations

import random
from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from probes.kit.registry.dates import Stamp
from probes.kit.registry.holder import HolderKind
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.whois_reader import decode, hosts_in, read_whois

TCI = """\
    % TCI Whois Service. Terms of use:
    % https://tcinet.ru/documents/whois_ru_rf.pdf (in Russian)

    domain:        ROMASHKA.RU
    nserver:       ns1.romashka.ru. 192.0.2.1, 2001:db8::1
    nserver:       ns2.hoster.example.
    state:         REGISTERED, DELEGATED, VERIFIED
    org:           OOO "Romashka"
    taxpayer-id:   7736207543
    registrar:     RU-CENTER-RU
    admin-contact: https://www.nic.ru/whois
    created:       2004-02-18T21:00:00Z
    paid-till:     2026-02-18T21:00:00Z
    free-date:     2026-03-22
    source:        TCI

    Last updated on 2025-11-20T10:11:30Z
    """
GENERIC = """\
    Domain Name: ROMASHKA.COM
    Registry Domain ID: 1_DOMAIN_COM-VRSN
    Registrar WHOIS Server: whois.registrar.example
    Registrar URL: http://www.registrar.example
    Updated Date: 2025-04-05T06:07:08Z
    Creation Date: 2011-03-04T05:06:07Z
    Registry Expiry Date: 2027-03-04T05:06:07Z
    Registrar Registration Expiration Date: 2026-03-04T05:06:07Z
    Registrar: Example Registrar, Inc.
    Registrar IANA ID: 77
    Reseller:
    Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
    Domain Status: autoRenewPeriod https://icann.org/epp#autoRenewPeriod
    Registrant Organization: REDACTED FOR PRIVACY
    Registrant Country: RU
    Name Server: NS1.HOSTER.EXAMPLE
    Name Server: NS2.HOSTER.EXAMPLE
    DNSSEC: signedDelegation
    >>> Last update of whois database: 2025-11-20T00:00:00Z <<<

    NOTICE: The expiration date displayed in this record is the date the
    registrar's sponsorship of the domain name registration in the registry is
    currently set to expire.
    """
INDENTED = """\
        Domain name:
            romashka.co.uk

        Registrar:
            Example Ltd t/a Example [Tag = EXAMPLE]
            URL: https://example.net

        Relevant dates:
            Registered on: 26-Nov-1999
            Expiry date:  26-Nov-2026
            Last updated:  03-Nov-2025

        Registration status:
            Registered until expiry date.

        Name servers:
            ns1.hoster.example        192.0.2.1  2001:db8::1
            ns2.hoster.example
    """
HEADINGS = """\
    Domain:             romashka.it
    Status:             ok
    Created:            2010-01-02 09:00:00
    Last Update:        2025-02-03 00:43:43
    Expire Date:        2027-01-02

    Registrant
      Organization:     Romashka S.r.l.
                        Roma
      Created:          2017-02-13 19:31:25
      Last Update:      2019-05-10 15:23:21

    Registrar
      Organization:     Example Registrar S.r.l.
      Name:             EXAMPLE-REG

    Nameservers
      ns1.hoster.example
      ns2.hoster.example
    """
OBJECTS = """\
    domain:       romashka.cz
    registrant:   SB:ROMASHKA
    nsset:        NSS:ROMASHKA:1
    registrar:    REG-EXAMPLE
    status:       paid and in zone
    registered:   30.01.2006 18:55:00
    expire:       03.02.2027

    contact:      SB:ROMASHKA
    org:          Romashka s.r.o.
    name:         Jan Novak
    created:      19.11.2004 15:05:00

    nsset:        NSS:ROMASHKA:1
    nserver:      ns1.hoster.example (192.0.2.1, 2001:db8::1)
    nserver:      ns2.hoster.example
    created:      01.10.2007 02:00:00
    """
BRACKETS = """\
    [ Example registry database provides information on network administration. ]
    Domain Information:
    [Domain Name]                   ROMASHKA.JP

    [Registrant]                    Romashka K.K.

    [Name Server]                   ns1.hoster.example
    [Name Server]                   ns2.hoster.example

    [Created on]                    2010/09/22
    [Expires on]                    2026/09/30
    [Status]                        Active
    [Last Updated]                  2025/10/01 01:05:09 (JST)
    """
FLAT_DOTS = """\
    domain.............: romashka.fi
    status.............: Registered
    created............: 15.12.2015 09:48:01
    expires............: 15.12.2026 09:37:54
    available..........: 15.1.2027 09:37:54
    modified...........: 19.2.2025

    Nameservers

    nserver............: ns1.hoster.example [OK]
    nserver............: ns2.hoster.example [OK]

    Holder

    name...............: Romashka Oy

    registrar..........: Example SAS
    """
SENTENCES = """\
    Domain ROMASHKA.KG (ACTIVE)
    Record created: Tue Feb 10 09:42:42 2004
    Record last updated on Mon Apr 19 21:47:14 2010
    Record expires on Sun Mar 29 23:59:00 2026

    Name servers in the listed order:

    NS1.HOSTER.EXAMPLE
    NS2.HOSTER.EXAMPLE
    """
POLISH = """\
    DOMAIN NAME:           romashka.pl
    nameservers:           ns1.hoster.example. [192.0.2.1]
                           ns2.hoster.example.
    created:               2008.03.16 01:08:04
    last modified:         2025.11.17 20:12:54
    renewal date:          2027.03.16 01:08:04

    option created:        2017.12.11 10:04:23
    option expiration date:       2033.12.11 10:04:23

    REGISTRAR:
    Example Sp. z o.o.
    tel.+48.000
    """


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


SHAPES = (TCI, GENERIC, INDENTED, HEADINGS, OBJECTS, BRACKETS, FLAT_DOTS, SENTENCES, POLISH)
DAMAGE = (
    "\x00",
    ":",
    "[",
    "]",
    "\t",
    " " * 5_000,
    "9" * 5_000,
    "....",
    ". . ",
    "\r",
    "%",
    "é" * 999,
)


def damaged(dice: random.Random) -> str:
    text = dedent(dice.choice(SHAPES))
    for _ in range(dice.randint(1, 5)):
        at, to = sorted(dice.randrange(len(text) + 1) for _ in range(2))
        text = dice.choice(
            [
                text[:at],
                text[:at] + text[to:],
                text[:at] + text[at:to] * dice.randint(2, 9) + text[to:],
                text[:at] + dice.choice(DAMAGE) * dice.randint(1, 9) + text[at:],
                text.replace("\n", dice.choice(["", "\r\n", "\n\n"])),
            ]
        )[:262_144]
    return text


@pytest.mark.parametrize("seed", range(20))
def test_no_damage_breaks_the_reader(seed: int) -> None:
    """Cut, doubled, flooded: every answer has an ending, and never an exception."""
    dice = random.Random(seed)

    for _ in range(100):
        assert read_whois(damaged(dice), "ru").ending in Ending


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 150))
def test_no_damage_breaks_the_reader_fifty_thousand_times(seed: int) -> None:
    """The same, a thousand times for each seed."""
    dice = random.Random(seed)

    for _ in range(1_000):
        assert read_whois(damaged(dice), "ru").ending in Ending
