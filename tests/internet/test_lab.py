"""The lab itself is right: what the population says is what a plain visitor finds."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.internet import namespace, population
from tests.internet.lab import Lab
from tests.internet.namespace import Namespace
from tests.internet.peers import odd_web

WORLD = population.load()
MOSCOW = timezone(timedelta(hours=3))
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(internet: Lab) -> Ask:
    """Ask the lab questions from inside: one answer for one question, a list for several."""

    def visit(*questions: list[Any]) -> Any:
        script = [sys.executable, "-m", "tests.internet.visitor"]
        done = internet.run(script, input=json.dumps(questions), timeout=60)
        assert done.returncode == 0, done.stderr
        answers = json.loads(done.stdout)
        return answers if len(questions) > 1 else answers[0]

    return visit


def test_the_resolver_finds_every_record_of_every_zone(ask: Ask) -> None:
    """Root, registries and hosters together answer what the zone texts say."""
    wanted = WORLD.answers()

    answers = ask(*(["dns", name, kind] for name, kind in wanted))

    found = {key: set(answer["answers"]) for key, answer in zip(wanted, answers, strict=True)}
    assert found == wanted


@pytest.mark.parametrize(
    ("question", "rcode"),
    [
        (["dns", "tyulpan-export.ru", "A"], "SERVFAIL"),
        (["dns", "tyulpan-export.ru", "A", "198.18.34.2"], "REFUSED"),
        (["dns", "siren-design.ru", "A", "198.18.33.102"], "REFUSED"),
        (["dns", "makovka-brand.ru", "NS"], "NXDOMAIN"),
        (["dns", "landysh-yug.com", "NS", "198.18.0.5"], "NXDOMAIN"),
        (["dns", "kovyl-step.ru", "A"], "NOERROR"),
        (["dns", "promo.akvilegiya-promo.ru", "A"], "NXDOMAIN"),
        (["dns", "_dmarc.kovyl-step.ru", "TXT"], "NXDOMAIN"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[1:]),
)
def test_names_fail_in_the_way_of_their_scene(ask: Ask, question: list[str], rcode: str) -> None:
    """Lame is refused, undelegated and released are unknown to the parent, dark is empty."""
    answer = ask(question)

    assert answer["rcode"] == rcode
    assert rcode != "NOERROR" or answer["answers"] == []


def test_the_parent_delegates_and_gives_glue(ask: Ask) -> None:
    """The registry's name server knows whom a name was delegated to."""
    answer = ask(["dns", "romashka-sklad.ru", "NS", "198.18.0.3"])

    assert answer["authority"] == [
        "romashka-sklad.ru. NS ns1.romashka-dns.net.",
        "romashka-sklad.ru. NS ns2.romashka-dns.net.",
    ]


def test_black_holes_swallow_and_closed_ports_refuse(ask: Ask) -> None:
    """Silence, refusal and reset are three different answers."""
    silent, nameless, refused, reset = ask(
        ["connect", "198.18.30.66", 80],
        ["dns", "paporotnik-les.ru", "A", "198.18.33.100"],
        ["connect", "198.18.31.10", 443],
        ["get", "http://chertopoloh-seti.ru/"],
    )

    assert (silent, nameless) == ("timeout", "timeout")
    assert refused == "failed: Connection refused"
    assert reset == "failed: Connection reset by peer"


def test_there_is_no_way_out(ask: Ask) -> None:
    """Nothing of the real internet, and nothing of a private network, can be reached."""
    places = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "192.168.10.5", "10.0.0.1"]

    answers = ask(*(["connect", place, 53] for place in places))

    assert answers == ["failed: Network is unreachable"] * len(places)


@pytest.mark.parametrize(
    ("server", "query", "line"),
    [
        ("whois.iana.org", "ru", "refer:        whois.tcinet.ru"),
        ("whois.iana.org", "romashka-lab.com", "refer:        whois.verisign-grs.com"),
        ("whois.iana.org", "nowhere", "% This query returned 0 objects."),
        ("whois.tcinet.ru", "romashka-lab.ru", "state:         REGISTERED, DELEGATED, VERIFIED"),
        ("whois.tcinet.ru", "romashka-lab.ru", "taxpayer-id:   7712345671"),
        (
            "whois.tcinet.ru",
            "makovka-brand.ru",
            "state:         REGISTERED, NOT DELEGATED, VERIFIED",
        ),
        ("whois.tcinet.ru", "oblepiha-sib.ru", "person:        Private Person"),
        ("whois.tcinet.ru", "xn----7sbabhv4bhjh5ak0a2j.xn--p1ai", "source:        TCI"),
        ("whois.tcinet.ru", "landysh-zapad.ru", "No entries found for the selected source(s)."),
        ("whois.verisign-grs.com", "landysh-yug.com", 'No match for "LANDYSH-YUG.COM".'),
        (
            "whois.verisign-grs.com",
            "domain romashka-export.com",
            "   Domain Status: redemptionPeriod https://icann.org/epp#redemptionPeriod",
        ),
        (
            "whois.publicinterestregistry.org",
            "romashka-global.org",
            "Domain Status: clientHold https://icann.org/epp#clientHold",
        ),
        ("whois.afilias.net", "romashka-plus.info", "TLD is not supported."),
    ],
)
def test_whois_speaks_each_registrys_dialect(ask: Ask, server: str, query: str, line: str) -> None:
    """The texts are those of the real servers."""
    query = WORLD.domain("ромашка-доставка.рф").name if query.startswith("xn--") else query

    assert line in ask(["whois", server, query]).split("\r\n")


def test_dates_are_counted_from_today(ask: Ask) -> None:
    """TCI writes Moscow midnight in UTC; the release day is thirty-one days later."""
    today = datetime.now(UTC).astimezone(MOSCOW).date()

    text = ask(["whois", "whois.tcinet.ru", "hrizantema-dom.ru"])

    rows = dict(line.split(": ", 1) for line in text.split("\r\n") if ": " in line)
    paid = datetime.fromisoformat(rows["paid-till"].strip()).astimezone(MOSCOW).date()
    assert paid == today + timedelta(days=10)
    assert rows["free-date"].strip() == (paid + timedelta(days=31)).isoformat()


def test_rdap_is_found_through_the_bootstrap_and_answers(ask: Ask) -> None:
    """A held, a released and a limited name, and the owner of an address."""
    bootstrap, held, released, limited, network = ask(
        ["get", "https://data.iana.org/rdap/dns.json"],
        ["get", "https://rdap.publicinterestregistry.org/rdap/domain/romashka-global.org"],
        ["get", "https://rdap.verisign.com/com/v1/domain/landysh-yug.com"],
        ["get", "https://rdap.identitydigital.services/rdap/domain/romashka-plus.info"],
        ["get", "https://rdap.db.ripe.net/ip/198.18.16.10"],
    )

    services = json.loads(bootstrap["body"])["services"]
    assert [["com"], ["https://rdap.verisign.com/com/v1/"]] in services
    assert not any("ru" in tlds for tlds, _ in services)
    assert "client hold" in json.loads(held["body"])["status"]
    assert released["status"] == 404
    assert json.loads(released["body"])["errorCode"] == 404
    assert limited["status"] == 429
    assert json.loads(network["body"])["name"] == "BEGET-NET"


def test_addresses_have_owners_and_names(ask: Ask) -> None:
    """Cymru's origin zones and the reverse tree know both protocols."""
    four, six, system, pointer = ask(
        ["dns", "10.16.18.198.origin.asn.cymru.com", "TXT"],
        ["dns", f"{'0.4' + '.0' * 14}.3.3{'.0' * 6}.2.0.0.0.1.0.0.2.origin6.asn.cymru.com", "TXT"],
        ["dns", "AS198610.asn.cymru.com", "TXT"],
        ["dns", "10.16.18.198.in-addr.arpa", "PTR"],
    )

    assert '"198610 | 198.18.16.0/24 | RU' in four["answers"][0]
    assert '"64500 | 2001:2:0:33::/64 | RU' in six["answers"][0]
    assert "BEGET-AS, RU" in system["answers"][0]
    assert pointer["answers"] == ["10.16.18.198.in-addr.arpa. PTR m1.srv.beget.com."]


def test_every_ordinary_site_answers_under_its_certificate(ask: Ask) -> None:
    """Status and certificate of each virtual host are those of the population."""
    complaints = {
        "expired": "certificate: certificate has expired",
        "wrong_name": "certificate: Hostname mismatch",
        "self_signed": "certificate: self-signed certificate",
        "incomplete": "certificate: unable to get local issuer certificate",
        "russian": "certificate: unable to get local issuer certificate",
    }
    odd = {a for server in WORLD.servers() if server.behaves for a in server.addresses}
    odd -= {"198.18.33.62"}
    sites = [
        (domain.hosts(site)[0], site)
        for domain in WORLD.domains.values()
        for site in domain.site
        if site.port == 443 and not odd & set(WORLD.addresses(domain.hosts(site)[0]))
    ]

    answers = ask(
        *(["get", f"{'http' if site.tls == 'none' else 'https'}://{host}/"] for host, site in sites)
    )

    for (host, site), answer in zip(sites, answers, strict=True):
        if trouble := complaints.get(site.issuer, complaints.get(site.tls)):
            assert isinstance(answer, str), host
            assert answer.startswith(trouble), host
        elif host == "kaktus-dva.ru":
            assert answer == "timeout" or answer["status"] == 200
        else:
            plain = 301 if site.redirect and site.status == 200 else site.status
            expected = 302 if site.hops else plain
            assert answer["status"] == expected, host
            headers = {name.lower(): value for name, value in answer["headers"].items()}
            assert {k.lower(): v for k, v in site.headers.items()}.items() <= headers.items()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://astra-sklad.ru/", "Домен не прилинкован"),
        ("http://kalina-msk.ru/", "Домен припаркован"),
        ("http://klever-agro.ru/", "Сайт только что создан"),
        ("http://nezabudka-servis.ru/", "Site is created successfully!"),
        ("http://mimoza-sklad.ru/", "Welcome to nginx!"),
        ("http://lavanda-arhiv.ru/", "Apache2 Debian Default Page: It works"),
        ("http://pion-park.ru/", "b-parking-shopfront"),
        ("http://gladiolus-trade.com/", "Домен продаётся"),
        ("http://www.lobeliya-app.ru/", "No such app"),
        ("http://begoniya-cvet.ru/", "Ваш хостинг-аккаунт заблокирован"),
        ("http://anemon-stroy.ru/", "beget=begetok"),
        ("http://any.vyunok-portal.ru/", ""),
        ("http://zhasmin-kafe.ru/", ""),
    ],
)
def test_default_pages_are_those_of_the_hosters(ask: Ask, url: str, words: str) -> None:
    """A Host that nobody set up gets the page of that server."""
    answers = ask(["get", url], ["get", url])

    bodies = [answer["body"] for answer in answers if isinstance(answer, dict)]
    assert bodies
    assert all(words in body for body in bodies)


def test_the_cookie_opens_the_gate(ask: Ask) -> None:
    """Behind the bot check there is a site."""
    assert "Анемон строй" in ask(["get", "http://anemon-stroy.ru/", "beget=begetok"])["body"]


def test_odd_servers_misbehave_as_told(ask: Ask) -> None:
    """One drips, one never ends its headers, one is silent for long, one sends a bomb."""
    drip, headers, silence, bomb = ask(
        ["taste", "repeynik-it.ru", 1.6],
        ["taste", "osoka-tech.ru", 0.5],
        ["taste", "magnoliya-hotel.ru", 2],
        ["taste", "dyagil-eko.ru", 8],
    )

    head, _, body = drip.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200")
    assert len(body) <= 5
    assert headers.count("X-Line") > 10
    assert "\r\n\r\n" not in headers
    assert silence == ""
    assert "Content-Encoding: gzip" in bomb


def test_the_bomb_is_sound() -> None:
    """It is a valid gzip stream: small to send, half a gigabyte to unfold."""
    bomb = odd_web.bomb()

    unfolded = 0
    unpacker = zlib.decompressobj(31)
    rest = bomb
    while rest:
        piece = unpacker.decompress(rest, 1 << 20)
        rest = unpacker.unconsumed_tail
        unfolded += len(piece)

    assert unpacker.eof
    assert len(bomb) < 2_000_000
    assert unfolded > 500_000_000


def test_mirrors_are_equal_and_other_pages_differ(ask: Ask) -> None:
    """Two sites share their bytes, no others do."""
    hosts = ["romashka-lab.ru", "romashka-lab.org", "romashka-opt.ru", "kedr-shest.ru"]

    bodies = [answer["body"] for answer in ask(*(["get", f"https://{host}/"] for host in hosts))]

    assert bodies[0] == bodies[1]
    assert len(set(bodies)) == 3


def test_mail_servers_greet_as_themselves(ask: Ask) -> None:
    """Postfix takes mail under TLS; the odd ones put the visitor off; the dead one refuses."""
    hoster, own, grey, busy, dead = ask(
        ["smtp", "mx1.beget.com", "postmaster@romashka-opt.ru"],
        ["smtp", "mail.romashka-post.ru", "postmaster@romashka-post.ru"],
        ["smtp", "mx.romashka-mail.su", "postmaster@romashka-mail.su"],
        ["smtp", "mx.romashka-fax.ru", "postmaster@romashka-fax.ru"],
        ["smtp", "mail.kupavka-office.ru", "postmaster@kupavka-office.ru"],
    )

    assert hoster == own == {"starttls": True, "recipient": 250}
    assert grey == {"starttls": False, "recipient": 451}
    assert "421" in busy
    assert dead == "failed: Connection refused"


def test_certificate_logs_know_what_was_issued(ask: Ask, internet: Lab) -> None:
    """crt.sh keeps expired ones, Cert Spotter the living, and crt.sh fails where it is told to."""
    ours, expired, living, failing, cut = ask(
        ["get", "https://crt.sh/?q=romashka-lab.com&output=json"],
        ["get", "https://crt.sh/?q=%25.vyunok-portal.ru&output=json"],
        ["get", "https://api.certspotter.com/v1/issuances?domain=romashka-opt.ru&expand=dns_names"],
        ["get", "https://crt.sh/?q=hvoya-market.ru&output=json"],
        ["get", "https://crt.sh/?q=romashka-mail.su&output=json"],
    )

    assert [row["common_name"] for row in json.loads(ours["body"])][-1] == "romashka-lab.ru"
    assert "shop-old.vyunok-portal.ru" in expired["body"]
    hashes = {row["cert_sha256"] for row in json.loads(living["body"])}
    issued = internet.certificates
    assert hashes == {issued["romashka-opt.ru"], issued["romashka-opt.ru/paid"]}
    assert failing["status"] == 502
    assert cut.startswith("failed") if isinstance(cut, str) else not _parses(cut["body"])


def test_packets_are_lost_only_when_asked(ask: Ask, internet: Lab) -> None:
    """Total loss silences everything; afterwards all is as before."""
    with internet.loss(100):
        during = ask(["connect", "198.18.16.10", 80])
    after = ask(["connect", "198.18.16.10", 80])

    assert (during, after) == ("timeout", "open")


def test_the_daemons_reach_nobody_inside(internet: Lab) -> None:
    """Nothing in the lab itself visits 127.0.0.1; a visit there is somebody being lured."""
    assert internet.lured_inside == []


def test_stopping_leaves_nothing_behind() -> None:
    """No process, no namespace, no file."""
    lab = _start()
    folder, space = lab.folder, lab.space

    lab.stop()

    assert space.processes() == []
    assert not folder.exists()
    assert not (namespace.RECORDS / space.name).exists()
    assert not (namespace.NETNS / space.name).exists()


def test_a_crashed_lab_is_removed_by_the_next() -> None:
    """What a killed process left running is recognised as ours and stale."""
    _start().stop()
    script = (
        "import os; from tests.internet.lab import Lab; print(Lab.start().space.name, flush=True)"
    )
    crashed = subprocess.run(
        [sys.executable, "-c", f"{script}; os._exit(9)"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    left = Namespace(crashed.stdout.strip())
    folder = next(Path(f) for space, _, f in namespace.remembered() if space.name == left.name)
    assert left.processes()

    namespace.remove_stale()

    assert left.processes() == []
    assert not folder.exists()
    assert left.name not in {space.name for space, _, _ in namespace.remembered()}


def _start() -> Lab:
    try:
        return Lab.start()
    except RuntimeError as error:
        pytest.skip(str(error))


def _parses(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return json.loads(text) is not None
    return False
