"""What a visitor meets on a host, and what may never be concluded from it."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date

import msgspec
import pytest

from probes.kit.net import HttpQuestion, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Host
from probes.website import Counter, Website, website
from tests.probes.paper import PaperNet, page

HOST = "client.example"
HTTP, HTTPS = f"http://{HOST}/", f"https://{HOST}/"
ADDRESS = "192.0.2.10"
CONTROL = f"rvz{hashlib.sha256(ADDRESS.encode()).hexdigest()[:12]}.example"
UNKNOWN_HOST = HttpQuestion(f"http://{CONTROL}/", address=ADDRESS)
UNKNOWN_HOST_TLS = HttpQuestion(f"https://{CONTROL}/", address=ADDRESS)
SITE = page("<title>Цветы</title><p>Розы и тюльпаны</p>")
STUB = page("<title>Сайт только что создан</title>")
DOWN = NetTrouble(Reason.NO_LISTENER, "192.0.2.10 port 80 resets")


def look(answers, host=HOST):
    """Look at a host whose URLs answer so; returns the outcome and the net."""
    net = PaperNet(
        {HttpQuestion(key) if isinstance(key, str) else key: said for key, said in answers.items()}
    )
    return asyncio.run(website.look(Host(host), net)), net


def seen(answers, host=HOST):
    """The fact of a look that brought one."""
    outcome, _ = look(answers, host)
    assert isinstance(outcome, Seen), outcome
    return outcome.fact


def moved(to, status=301, **headers):
    """A redirect."""
    return page("", status=status, location=to, **headers)


def test_a_site_is_seen_over_both_protocols():
    """Both visits bring their page with everything it says."""
    body = (
        "<html lang=ru><title>Цветы</title><script>ym(41526378,'init')</script>"
        '<a href="https://other.example/">x</a><a href="https://client.example/y">own</a>'
    )
    fact = seen(
        {
            HTTPS: page(body, server="nginx", set_cookie="BITRIX_SM_GUEST=1; path=/"),
            HTTP: moved(HTTPS),
            UNKNOWN_HOST: page("none", status=404),
        }
    )

    https = fact.https.page.fact
    assert (https.url, https.status, https.title, https.server) == (HTTPS, 200, "Цветы", "nginx")
    assert https.cookies == ("BITRIX_SM_GUEST",)
    assert https.counters == (Counter("metrika", "41526378"),)
    assert https.link_hosts == ("other.example",)
    assert https.body_sha256 == hashlib.sha256(body.encode()).hexdigest()
    assert ("cms", "1c_bitrix") in {(one.says, one.provider) for one in https.markers}
    assert [(hop.url, hop.status, hop.to) for hop in fact.http.hops] == [(HTTP, 301, HTTPS)]
    assert fact.http.page.fact.url == HTTPS
    assert fact.http.end_host == HOST
    assert Mention(Host("other.example"), "linked_from") in set(fact.mentions())


def test_what_both_visits_share_is_asked_once():
    """The page that http leads to is the https page: nobody is asked for it twice."""
    _, net = look({HTTPS: SITE, HTTP: moved(HTTPS), UNKNOWN_HOST: SITE})

    assert sorted(question.url for question in net.asked) == sorted([HTTP, HTTPS, UNKNOWN_HOST.url])


@pytest.mark.parametrize(
    ("location", "to"),
    [
        ("/shop", "http://client.example/shop"),
        ("//www.client.example/", "http://www.client.example/"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        (" https://other.example/a b#frag ", "https://other.example/a%20b"),
    ],
)
def test_a_redirect_is_followed_however_it_is_spelled(location, to):
    """Relative, protocol-relative, Unicode and spaced addresses lead where a browser would go."""
    fact = seen({HTTP: moved(location), to: SITE, HTTPS: DOWN})

    assert fact.http.hops[0].to == to
    assert fact.http.page.fact.title == "Цветы"


@pytest.mark.parametrize(
    "location",
    ["", "mailto:a@b.example", "javascript:alert(1)", "http://[::1", "https://" + "a" * 5_000, "http://a b\\c/", "https://u:p@other.example/"],
)  # fmt: skip
def test_a_redirect_nobody_can_follow_is_the_page_itself(location):
    """Junk in Location is what the server shows, not a failure of ours."""
    fact = seen({HTTP: moved(location), HTTPS: DOWN})

    assert fact.http.page.fact.status == 301
    assert not fact.http.hops


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_counts(status):
    """Five statuses redirect."""
    fact = seen(
        {HTTP: moved("https://other.example/", status), "https://other.example/": SITE, HTTPS: DOWN}
    )

    assert fact.http.end_host == "other.example"


@pytest.mark.parametrize(
    "body",
    [
        '<meta http-equiv="refresh" content="0; url=https://other.example/">',
        '<script>location.href = "https://other.example/";</script>',
    ],
)
def test_a_page_that_only_sends_on_is_a_redirect(body):
    """Meta refresh and a lone script jump are followed like a Location."""
    fact = seen({HTTPS: page(body), "https://other.example/": SITE, HTTP: DOWN})

    assert [(hop.status, hop.to) for hop in fact.https.hops] == [(200, "https://other.example/")]


def test_a_circle_is_unknown_and_so_is_an_endless_chain():
    """A loop says nothing about what the site shows people."""
    chain = {f"https://client.example/{n}": moved(f"/{n + 1}") for n in range(20)}
    fact = seen({HTTP: moved(HTTP), HTTPS: moved("/0"), **chain})

    assert fact.http.page.reason is Reason.LOOP
    assert fact.https.page.reason is Reason.LOOP
    assert len(fact.https.hops) == 10


@pytest.mark.parametrize(
    "hiccup",
    [
        NetTrouble(Reason.TIMEOUT, "t"),
        NetTrouble(Reason.CONNECTION_LOST, "c"),
        page("bad gateway", status=502),
        page("busy", status=503),
        page("slow", status=504),
    ],
)
def test_one_flapping_answer_changes_no_verdict(hiccup):
    """A passing trouble is asked about once more, and the second answer counts."""
    fact = seen({HTTPS: [hiccup, SITE], HTTP: DOWN})

    assert fact.https.page.fact.title == "Цветы"


def test_a_lasting_503_keeps_what_it_says():
    """An error page has words, and words are evidence."""
    busy = page("<title>Технические работы</title>", status=503)
    fact = seen({HTTPS: [busy, NetTrouble(Reason.TIMEOUT, "t")], HTTP: DOWN})

    assert fact.https.page.fact.status == 503
    assert {one.says for one in fact.https.page.fact.markers} == {"maintenance"}


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_refusal_is_read_too(status):
    """A page behind an error status keeps its title and headers, and is asked for only once."""
    outcome, net = look(
        {
            HTTPS: page("<title>Just a moment...</title>", status, cf_mitigated="challenge"),
            HTTP: DOWN,
        }
    )

    assert {one.says for one in outcome.fact.https.page.fact.markers} == {"challenge"}
    assert [question.url for question in net.asked].count(HTTPS) == 1


@pytest.mark.parametrize(
    ("http", "https", "expected"),
    [
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), Absent("NXDOMAIN")),
        (NetTrouble(Reason.NO_ADDRESS, "NODATA"), NetTrouble(Reason.NO_ADDRESS, "NODATA"), Absent("NODATA")),
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), NetTrouble(Reason.NO_ADDRESS, "NODATA"), Absent("NODATA")),
        (NetTrouble(Reason.NO_ADDRESS, "client.example"), NetTrouble(Reason.NO_ADDRESS, "NODATA"), Reason.NO_ADDRESS),
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), NetTrouble(Reason.TIMEOUT, "t"), Reason.NO_ADDRESS),
        (NetTrouble(Reason.SERVFAIL, "s"), NetTrouble(Reason.SERVFAIL, "s"), Reason.SERVFAIL),
        (NetTrouble(Reason.TIMEOUT, "t"), NetTrouble(Reason.TLS_FAILED, "x"), Reason.TIMEOUT),
        (NetTrouble(Reason.NOT_ALLOWED, "g"), NetTrouble(Reason.NOT_ALLOWED, "g"), Reason.NOT_ALLOWED),
    ],
)  # fmt: skip
def test_only_an_authority_can_say_that_there_is_nothing(http, https, expected):
    """No address is what the DNS said; every other failure of the whole look is "don't know"."""
    outcome, _ = look({HTTP: http, HTTPS: https})

    assert (outcome if isinstance(expected, Absent) else outcome.reason) == expected


def test_a_closed_port_is_a_fact_and_a_silent_one_is_not():
    """A reset of every connection is Absent("no listener"); a timeout stays unknown."""
    fact = seen({HTTP: DOWN, HTTPS: NetTrouble(Reason.TIMEOUT, "t")})

    assert fact.http.page == Absent("no listener")
    assert fact.https.page == Unknown(Reason.TIMEOUT, "t")
    assert fact.unknown_host == Absent("no listener")
    assert not fact.same_as_unknown_host


def test_a_dead_redirect_target_says_nothing_about_the_host():
    """Somebody else's closed port is not the host's."""
    fact = seen(
        {HTTP: moved("https://other.example/"), "https://other.example/": DOWN, HTTPS: SITE}
    )

    assert fact.http.page == Unknown(Reason.NO_LISTENER, DOWN.detail)


@pytest.mark.parametrize(
    ("answers", "same"),
    [
        ({HTTP: STUB, UNKNOWN_HOST: STUB}, True),
        ({HTTP: SITE, UNKNOWN_HOST: STUB}, False),
        ({HTTP: SITE, UNKNOWN_HOST: NetTrouble(Reason.TIMEOUT, "t")}, False),
        ({HTTP: page("<p>client.example ждёт</p>"), UNKNOWN_HOST: page(f"<p>{CONTROL} ждёт</p>")}, True),
        ({HTTP: page("none", 404), UNKNOWN_HOST: page("none", 200)}, False),
        # Everything is sent to the hoster's own site.
        ({HTTP: moved("https://hoster.example/"), "https://hoster.example/": SITE,
          UNKNOWN_HOST: moved("https://hoster.example/")}, True),
        ({HTTP: moved("https://hoster.example/?d=client.example"), "https://hoster.example/?d=client.example": SITE,
          UNKNOWN_HOST: moved(f"https://hoster.example/?d={CONTROL}")}, True),
        # The site sends to its own name; a stranger is sent there too, not to himself.
        ({HTTP: moved(HTTPS), HTTPS: SITE, UNKNOWN_HOST: moved(HTTPS)}, False),
        # Whatever the name, http goes to https: only the https page tells.
        ({HTTP: moved(HTTPS), HTTPS: SITE, UNKNOWN_HOST: moved(UNKNOWN_HOST_TLS.url), UNKNOWN_HOST_TLS: STUB}, False),
        ({HTTP: moved(HTTPS), HTTPS: STUB, UNKNOWN_HOST: moved(UNKNOWN_HOST_TLS.url), UNKNOWN_HOST_TLS: STUB}, True),
        ({HTTP: moved(HTTPS), HTTPS: SITE, UNKNOWN_HOST: moved(UNKNOWN_HOST_TLS.url),
          UNKNOWN_HOST_TLS: NetTrouble(Reason.TLS_FAILED, "unrecognized name")}, False),
        ({HTTP: moved(HTTPS), HTTPS: STUB, UNKNOWN_HOST: STUB}, False),
    ],
)  # fmt: skip
def test_a_server_that_knows_no_such_name_is_found_out(answers, same):
    """The answer for a name nobody uses is compared step by step, the asked names taken out."""
    fact = seen({HTTPS: DOWN, **answers})

    assert fact.same_as_unknown_host is same


def test_the_unknown_host_is_asked_at_the_same_address_only():
    """A redirect of the control to somewhere else is not followed: it concerns nobody."""
    _, net = look({HTTP: SITE, HTTPS: DOWN, UNKNOWN_HOST: moved("https://stranger.example/")})

    assert "https://stranger.example/" not in {question.url for question in net.asked}
    assert {question.address for question in net.asked if CONTROL in question.url} == {ADDRESS}


@pytest.mark.parametrize("host", [HOST, f"www.{HOST}", "stranger.example"])
def test_all_sites_of_an_address_ask_it_for_one_unknown_host(host):
    """So a run asks it once: what it answers says nothing of the site."""
    _, net = look({f"http://{host}/": SITE, f"https://{host}/": DOWN}, host)

    assert {question for question in net.asked if question.address} == {UNKNOWN_HOST}


def test_without_an_answer_the_unknown_host_is_not_asked():
    """What could not be compared is not asked, and said so."""
    fact = seen({HTTP: NetTrouble(Reason.TIMEOUT, "t"), HTTPS: SITE})

    assert fact.unknown_host.reason is Reason.NOT_ASKED


def test_a_page_that_builds_itself_is_no_empty_page():
    """An application's shell is told from an empty page."""
    fact = seen({HTTPS: page('<div id="root"></div><script src="/a.js"></script>'), HTTP: DOWN})

    assert fact.https.page.fact.script_shell


def test_an_answer_for_machines_is_a_page_without_a_title():
    """JSON is kept with its type and its length."""
    fact = seen({HTTPS: page('{"ok":true}', content_type="application/json"), HTTP: DOWN})

    found = fact.https.page.fact
    assert (found.content_type, found.title, found.text_length) == ("application/json", "", 11)


KIN = """<link rel=canonical href=https://shop.example/><link rel=alternate hreflang=en href=https://shop-en.example/>
<link rel=alternate hreflang=ru href=https://client.example/><meta property=og:url content=https://brand.example/>
<meta http-equiv=content-security-policy content="img-src cdn.shop.example client.example">
<p>ИНН 7707083893, info@shop.example, office@mail.ru</p>"""


def test_a_page_names_its_kin():
    """Canonical and other versions, hosts that its policies allow and mail domains are leads, each with its how."""
    policy = "frame-ancestors https://lk.shop.example 'self' client.example"
    fact = seen({HTTPS: page(KIN, content_security_policy=policy), HTTP: DOWN})

    assert set(fact.mentions()) == {
        Mention(Host("shop.example"), "canonical_of"),
        Mention(Host("brand.example"), "canonical_of"),
        Mention(Host("shop-en.example"), "alternate_of"),
        Mention(Host("lk.shop.example"), "allowed_by_policy_of"),
        Mention(Host("cdn.shop.example"), "allowed_by_policy_of"),
        Mention(Host("shop.example"), "mail_domain_on_page_of"),
    }
    said = fact.https.page.fact.relations
    assert said.inns == ("7707083893",)
    assert said.mailboxes == ("office@mail.ru",)
    assert said.policy_hosts == ("lk.shop.example", "cdn.shop.example")
    assert said.alternate_hosts == ("shop-en.example",)


def test_equal_bodies_under_other_headers_keep_their_own_policies():
    """What is remembered of a body says nothing of the headers it came with."""
    body = "<title>Одно и то же</title><p>тело</p>"
    first = seen({HTTPS: page(body, access_control_allow_origin="https://one.example"), HTTP: DOWN})
    second = seen({HTTPS: page(body), HTTP: DOWN})

    assert first.https.page.fact.relations.policy_hosts == ("one.example",)
    assert second.https.page.fact.relations.policy_hosts == ()


def test_a_page_calls_itself_by_its_own_name_without_a_lead():
    """Canonical, policy and other versions of the host itself lead nowhere new."""
    own = (
        KIN.replace("shop.example", HOST)
        .replace("brand.example", HOST)
        .replace("shop-en.example", HOST)
    )
    own = own.replace(f"cdn.{HOST}", HOST).replace(f"info@{HOST}", "")

    assert set(seen({HTTPS: page(own), HTTP: DOWN}).mentions()) == set()


def test_a_look_recorded_before_relations_were_read_still_opens():
    """A page stored without them has none."""
    fact = seen({HTTPS: SITE, HTTP: DOWN})
    stored = msgspec.json.decode(msgspec.json.encode(fact))
    del stored["https"]["page"]["fact"]["relations"]

    assert msgspec.convert(stored, Website) == fact


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("Wed, 06 Mar 2013 08:49:37 GMT", date(2013, 3, 6)),
        ("Wednesday, 06-Mar-13 08:49:37 GMT", date(2013, 3, 6)),
        ("Wed Mar  6 08:49:37 2013", date(2013, 3, 6)),
        ("Wed, 31 Feb 2013 08:49:37 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_day_a_page_was_changed_is_its_servers_word(stated, day):
    """In the three ways HTTP writes it (RFC 9110, 5.6.7); what is none says nothing."""
    fact = seen({HTTPS: page("<p>© 2013</p>", last_modified=stated), HTTP: DOWN})

    assert fact.https.page.fact.last_modified == day
    assert fact.https.page.fact.upkeep.text_year == 2013


def test_a_look_recorded_before_upkeep_was_read_still_opens():
    """A page stored without it bears no date."""
    fact = seen({HTTPS: page("<p>тело</p>"), HTTP: DOWN})
    stored = msgspec.json.decode(msgspec.json.encode(fact))
    stored["https"]["page"]["fact"].pop("upkeep", None)
    del stored["https"]["page"]["fact"]["last_modified"]

    assert msgspec.convert(stored, Website) == fact


def test_what_a_page_is_put_together_from_leads_there():
    """Scripts, pictures and frames of others; its own host leads nowhere."""
    body = (
        '<html><body><script src="//js.uzel.net/a.js"></script><img src="https://img.uzel.net/1.png">'
        f'<iframe src="https://zapis.ru/"></iframe><img src="https://{HOST}/own.png"></body></html>'
    )
    fact, _ = look({HTTPS: page(body), HTTP: moved(HTTPS), UNKNOWN_HOST: page("none", status=404)})

    loaded = {one.target for one in fact.fact.mentions() if one.how == "loaded_by"}
    assert loaded == {Host("js.uzel.net"), Host("img.uzel.net"), Host("zapis.ru")}
