"""The estates of discovery are fair: what is hidden can be found, and the peers tell what the real ones tell."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.internet import pages, population
from tests.internet.discovery import PATHS
from tests.internet.lab import Lab

WORLD = population.load(lab="discovery")
CLIENTS = [name for name, estate in WORLD.estates.items() if estate.brands]
CERTIFIED = ("named_in_certificate_of", "named_in_certificate_log_of")
CDX = "https://web.archive.org/cdx/search/cdx?output=json"
SPOTTER = "https://api.certspotter.com/v1/issuances?include_subdomains=true"
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(hidden_world: Lab) -> Ask:
    """Ask the lab questions from inside: one answer for one question, a list for several."""

    def visit(*questions: list[Any]) -> Any:
        script = [sys.executable, "-m", "tests.internet.visitor"]
        done = hidden_world.run(script, input=json.dumps(questions), timeout=60)
        assert done.returncode == 0, done.stderr
        answers = json.loads(done.stdout)
        return answers if len(questions) > 1 else answers[0]

    return visit


@pytest.mark.parametrize("client", CLIENTS)
def test_an_estate_hides_forty_and_lays_forty_traps(client: str) -> None:
    """Three names are handed over; thirty registered names and ten hosts at least are hidden."""
    owned = WORLD.owned(client)
    hidden = [domain for domain in owned if domain.hidden]
    hosts = [label for domain in owned for label in domain.hidden_hosts]

    assert len(owned) - len(hidden) == 3
    assert len(hidden) >= 30
    assert len(hidden) + len(hosts) >= 40
    assert len([stranger for stranger in WORLD.strangers(client) if stranger.trap]) >= 40


@pytest.mark.parametrize("client", CLIENTS)
def test_every_source_is_the_way_to_a_hidden_name(client: str) -> None:
    """Each path that a search knows leads to a name, and no name is hidden without one."""
    owned = WORLD.owned(client)
    paths = [domain.hidden for domain in owned if domain.hidden]
    paths += [path for domain in owned for path in domain.hidden_hosts.values()]

    used = {path for path in PATHS for text in paths if path in text}

    assert used == PATHS
    assert [t for t in paths if not any(p in t for p in PATHS) and "registry's list" not in t] == []


def test_hidden_hosts_are_not_given_away_by_a_certificate(hidden_world: Lab) -> None:
    """A host that is to be found otherwise stands in no certificate."""
    log = json.loads((hidden_world.folder / "tls" / "log.json").read_text())
    named = {name for entry in log for name in entry["names"]}

    for client in CLIENTS:
        for domain in WORLD.owned(client):
            for label, path in domain.hidden_hosts.items():
                assert (domain.host(label) in named) == (path in CERTIFIED), domain.host(label)


def test_every_taxpayer_number_is_one() -> None:
    """The numbers on the pages have the right check digits; strangers never show the client's."""
    own = {estate.inn for estate in WORLD.estates.values()}
    for domain in WORLD.domains.values():
        for site in domain.site:
            text = pages.render(site)
            for number in re.findall(r"ОГРН(?:ИП)? (\d+)", text):
                *_, digit = number
                assert int(number[:-1]) % (len(number) - 2) % 10 == int(digit), number
            for number in re.findall(r"ИНН(?:/КПП)? (\d+)", text):
                assert _checked(number), f"{domain.name}: {number}"
                stranger = domain.name not in WORLD.owners
                assert not (stranger and number in own and not site.same_as), domain.name


def test_every_name_server_has_an_address() -> None:
    """A delegation to nowhere is a slip of the pen, not a scene."""
    for domain in WORLD.domains.values():
        for host in WORLD.nameservers(domain):
            assert WORLD.addresses(host), f"{domain.name}: {host}"


def test_the_resolver_finds_every_record_of_every_zone(ask: Ask) -> None:
    """Root, registries and hosters together answer what the zone texts say."""
    wanted = WORLD.answers()

    answers = ask(*(["dns", name, kind] for name, kind in wanted))

    found = {key: set(answer["answers"]) for key, answer in zip(wanted, answers, strict=True)}
    assert found == wanted


@pytest.mark.parametrize(
    ("zone", "server", "label"),
    [
        ("kiprey-teplicy.ru", "198.18.64.2", "erp-17"),
        ("xn----7sbbbg0bbapbcjwfj2a.xn--p1ai", "198.18.82.19", "uzi-arhiv-3"),
        ("sdobnev.com", "198.18.100.2", "pech-monitor"),
        ("arkbutan.eu", "198.18.120.67", "bim-vault"),
        ("snadobnik.ru", "198.18.140.2", "sklad-holod"),
        ("norbrus.com", "198.18.178.2", "kiln-monitor"),
        ("yurkobus.ru", "198.18.210.2", "validator-log"),
        ("reztsedar.com", "198.18.228.2", "warranty-desk"),
        ("lyzheslav.ski", "198.18.231.67", "datchiki-snega"),
    ],
)
def test_an_open_zone_is_given_to_anybody(ask: Ask, zone: str, server: str, label: str) -> None:
    """AXFR of the one zone that is open; another zone of the same server is refused."""
    assert WORLD.domain(zone).transfer
    given, refused = ask(["transfer", zone, server], ["transfer", "kiprey-it.ru", "198.18.64.2"])

    assert label in given
    assert refused == "NOTAUTH" or refused == "REFUSED"


@pytest.mark.parametrize(
    ("zone", "server", "label"),
    [
        ("xn--e1afeb0ag.xn--p1ai", "198.18.65.53", "katalog-pdf"),
        ("barvinok-deti.ru", "198.18.80.2", "anketa-mamy"),
        ("td-pahtarka.su", "198.18.101.36", "edi-obmen"),
        ("znatika.pro", "198.18.124.2", "exam-proctor"),
        ("kolbarium.com", "198.18.141.98", "arhiv-mazkov"),
        ("shkapel.ru", "198.18.171.68", "arhiv-chertezhey"),
        ("sorokonos.com", "198.18.218.2", "etiketki-pechat"),
        ("plomburiya.academy", "198.18.221.36", "arhiv-lekciy"),
        ("pihteyar.travel", "198.18.230.2", "arhiv-kart"),
    ],
)
def test_a_signed_zone_has_a_chain(ask: Ask, zone: str, server: str, label: str) -> None:
    """The NSEC record of the apex names the next name, and so on to the hidden ones."""
    seen, name = [], zone
    for _ in range(12):
        answer = ask(["dns", name, "NSEC", server])
        line = next(line for line in answer["answers"] if " NSEC " in line)
        name = line.split(" NSEC ")[1].split()[0].rstrip(".")
        if name == zone:
            break
        seen.append(name)

    assert f"{label}.{zone}" in seen
    assert name == zone


def test_the_archive_tells_what_was_captured(ask: Ask) -> None:
    """Rows under a head of columns, one for each address if asked so; an empty list for a stranger."""
    whole, chosen, empty, plain = ask(
        ["get", f"{CDX}&url=kiprey.ru&matchType=domain"],
        ["get", f"{CDX}&url=*.kiprey.ru/*&fl=original,timestamp&collapse=urlkey"],
        ["get", f"{CDX}&url=*.zerno-optom.ru"],
        ["get", "http://web.archive.org/cdx/search/cdx?url=*.kiprey.ru&fl=original"],
    )

    assert json.loads(whole["body"])[0][:3] == ["urlkey", "timestamp", "original"]
    rows = json.loads(chosen["body"])
    assert rows[0] == ["original", "timestamp"]
    assert "http://vopros-sadovodu.kiprey.ru/" in {row[0] for row in rows}
    assert len(rows) == 7
    assert json.loads(empty["body"]) == []
    assert "http://konkurs-2019.kiprey.ru/kontakty" in plain["body"].splitlines()


def test_microsoft_names_the_tenant(ask: Ask) -> None:
    """Two names of a client have one GUID; a name without a tenant is a 400 with a code."""
    login = "https://login.microsoftonline.com/{}/.well-known/openid-configuration"
    office = "https://odc.officeapps.live.com/odc/v2.1/federationprovider?domain={}"
    names = ("kiprey.ru", "kiprey-opt.com", "kiprey.net")

    answers = ask(*(["get", url.format(name)] for url in (login, office) for name in names))

    bodies = [json.loads(answer["body"]) for answer in answers]
    assert bodies[0]["issuer"] == bodies[1]["issuer"]
    assert bodies[3]["tenantId"] == bodies[4]["tenantId"] in bodies[0]["issuer"]
    assert answers[2]["status"] == 400
    assert bodies[2]["error_codes"] == [90002]
    assert bodies[5]["tenantId"] is None


def test_crt_sh_finds_by_organisation_and_gives_the_certificate(ask: Ask) -> None:
    """A search by the holder's name; the certificate by id names him."""
    found = ask(["get", "https://crt.sh/?O=OOO+Kiprey&output=json"])
    rows = json.loads(found["body"])

    assert {row["common_name"] for row in rows} == {"kiprey-post.com", "perm-karkas.org"}
    whole = ask(["get", f"https://crt.sh/?d={rows[0]['id']}"])
    subject = x509.load_pem_x509_certificate(whole["body"].encode()).subject
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "OOO Kiprey"


def test_each_log_reader_has_what_the_other_lacks(ask: Ask) -> None:
    """Expired certificates are crt.sh's alone; one fresh one only Cert Spotter has seen."""
    shop, old, spotted = ask(
        ["get", "https://crt.sh/?q=kiprey-teplicy.ru&output=json"],
        ["get", "https://crt.sh/?q=letniy-parnik.ru&output=json"],
        ["get", f"{SPOTTER}&domain=kiprey-teplicy.ru&expand=dns_names"],
    )

    assert len(json.loads(old["body"])) == 2
    assert "oranzhereya-market.com" not in shop["body"]
    assert "oranzhereya-market.com" in spotted["body"]
    assert "letniy-parnik.ru" not in spotted["body"]


def test_cert_spotter_tells_what_is_asked_page_by_page(ask: Ask) -> None:
    """Names only where `expand` asks for them; behind the last id there is nothing."""
    bare, full = ask(
        ["get", f"{SPOTTER}&domain=kiprey.ru"],
        ["get", f"{SPOTTER}&domain=kiprey.ru&expand=dns_names&expand=issuer"],
    )
    rows = json.loads(full["body"])

    assert "dns_names" not in json.loads(bare["body"])[0]
    assert {"dns_names", "issuer"} <= set(rows[0])
    after = ask(["get", f"{SPOTTER}&domain=kiprey.ru&after={rows[-1]['id']}"])
    assert json.loads(after["body"]) == []


def test_crt_sh_fails_in_every_way(ask: Ask) -> None:
    """Too many rows, a page instead of rows, half a list, and a gateway that finds nobody."""
    url = "https://crt.sh/?q=%25.zasuha-{}.ru&output=json"
    capped, page, gateway = ask(
        *(["get", url.format(word)] for word in ("potolok", "stranica", "shlyuz"))
    )

    assert len(json.loads(capped["body"])) == 10_000
    assert page["status"] == 200
    assert page["body"].startswith("<!DOCTYPE")
    assert gateway["status"] == 502


def test_sites_have_their_files(ask: Ask) -> None:
    """robots.txt, sitemap, security.txt and favicon are served; a mirror copies them."""
    paths = ("robots.txt", "sitemap.xml", ".well-known/security.txt", "favicon.ico")
    for host in ("kiprey.ru", "kiprey-zavod.com"):
        answers = ask(*(["get", f"https://{host}/{path}"] for path in paths))
        assert [answer["status"] for answer in answers] == [200, 200, 200, 200], host
        assert "katalog-teplic.ru" in answers[1]["body"]
        assert "bezopasny-sad.org" in answers[2]["body"]


def test_the_lists_of_names_hold_what_is_registered(hidden_world: Lab) -> None:
    """A row for each registered .ru name, delegated or not, with its registrar and days."""
    packed = (hidden_world.folder / "zones" / "ru_domains.gz").read_bytes()
    rows = [line.split("\t") for line in gzip.decompress(packed).decode().splitlines()]
    by_name = {row[0].lower(): row for row in rows}

    assert by_name["teplicy-kiprey-arenda.ru"][1] == "R01-RU"
    assert by_name["teplicy-kiprey-arenda.ru"][2] == by_name["kiprey.ru"][2]
    assert by_name["teplicy-kiprey-arenda.ru"][5] == "0"
    assert by_name["kiprey.ru"][5] == "1"


def _checked(number: str) -> bool:
    """Whether the check digits of a taxpayer number are right (order MMV-7-6/435 of the tax service)."""
    weights = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]
    places = {10: [9], 12: [10, 11]}[len(number)]
    return all(
        sum(int(d) * w for d, w in zip(number[:at], weights[-at:], strict=True)) % 11 % 10
        == int(number[at])
        for at in places
    )
