"""Services that want a key: what they tell, how they refuse, and that nothing breaks without one."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from probes.kit.catalog import all_probes
from probes.kit.declare import Reach
from probes.kit.keyed import SERVICES, probes_with
from probes.kit.net import ApiAnswer, NetTrouble
from probes.kit.net.keys import LOCKS
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.reverse_whois import reverse_whois
from probes.security_trails import security_trails
from probes.shodan import shodan
from tests.peers.paper_net import PaperNet

ROMASHKA = "%D0%9E%D0%9E%D0%9E%20%D0%A0%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0"
TRAILS = "https://api.securitytrails.com/v1/domain/client.ru"
BELOW = f"{TRAILS}/subdomains?children_only=false&include_inactive=true"
ALIKE = f"{TRAILS}/associated?page="
HISTORY = "https://api.whoxy.com/?history=client.ru"


def said(value, status=200):
    """An answer of a service."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return ApiAnswer(status=status, headers=(), body=body, truncated=False)


def look(probe, pages):
    """Look at client.ru; `pages` are answers by address, or one for every question."""
    net = PaperNet({}, lambda q: pages[q.url] if isinstance(pages, dict) else pages)
    return asyncio.run(probe.look(Domain("client.ru"), net)), net


def reverse(name, count=None, *domains):
    """The two pages of a reverse search."""
    records = [{"registrant_contact": {"company_name": one}} for one in name]
    found = {"status": 1, "search_result": [{"domain_name": one} for one in domains]}
    if count is not None:
        found["total_results"] = count
    return {
        HISTORY: said({"status": 1, "whois_records": records}),
        f"https://api.whoxy.com/?reverse=whois&company={ROMASHKA}&mode=micro": said(found),
    }


def test_each_keyed_probe_has_a_lock_and_is_for_confirmed_names_only():
    """Their questions cost money."""
    probes = all_probes()

    assert set(SERVICES.values()) <= set(LOCKS)
    assert {probes[name].reach for name in SERVICES} == {Reach.SEARCH}
    assert probes_with(()) == ()
    assert probes_with({"shodan", "certspotter"}) == ("shodan",)


@pytest.mark.parametrize("probe", [shodan, security_trails, reverse_whois])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (NetTrouble(Reason.NO_KEY, "set it"), Reason.NO_KEY),
        (NetTrouble(Reason.SERVICE_SILENT, "rests"), Reason.SERVICE_SILENT),
        (said({"error": "Invalid key"}, 401), Reason.ACCESS_DENIED),
        (said({"message": "quota"}, 429), Reason.RATE_LIMITED),
        (said({"message": "pay"}, 402), Reason.RATE_LIMITED),
        (said(b"<html>", 502), Reason.SOURCE_FAILED),
        (said(b"<html>", 404), Reason.SOURCE_FAILED),
        (said(b"<html>"), Reason.MALFORMED),
        (said([]), Reason.MALFORMED),
        (said(b"{" * 100_000), Reason.MALFORMED),
    ],
)
def test_a_refusal_is_unknown(probe, answer, reason):
    """Never "nothing found"."""
    with pytest.raises(NetTrouble) as caught:
        look(probe, answer)

    assert caught.value.reason is reason


@pytest.mark.parametrize("probe", [shodan, security_trails])
def test_a_name_the_service_does_not_know_is_absent(probe):
    assert isinstance(look(probe, said({"error": "No information available"}, 404))[0], Absent)


def test_shodan_tells_names_below():
    page = {
        "domain": "client.ru",
        "subdomains": ["www", "*.dev", "a b", "", 5],
        "data": [{"subdomain": "old", "type": "A"}, {"subdomain": ""}, 5],
        "more": True,
    }
    outcome, _ = look(shodan, said(page))

    assert outcome.fact.hosts == ("www.client.ru", "dev.client.ru", "old.client.ru")
    assert not outcome.fact.complete
    assert Mention(Host("old.client.ru"), "in_dns_history_of") in set(outcome.fact.mentions())
    assert look(shodan, said({"subdomains": [], "more": False}))[0] == Absent("shodan")


def test_security_trails_tells_names_below_and_domains_registered_alike():
    pages = {
        BELOW: said({"subdomains": ["www", "old"]}),
        ALIKE + "1": said({"records": [{"hostname": "client.ru"}, {"hostname": "b.ru"}], "meta": {"max_page": 2}}),
        ALIKE + "2": said({"records": [{"hostname": "Б.РФ"}, {"hostname": 5}]}),
    }  # fmt: skip
    outcome, _ = look(security_trails, pages)

    assert outcome.fact.hosts == ("www.client.ru", "old.client.ru")
    assert outcome.fact.registered_alike == ("b.ru", "xn--90a.xn--p1ai")
    assert (outcome.fact.complete, outcome.fact.reasons) == (True, ())
    assert Mention(Host("b.ru"), "same_registrant_as") in set(outcome.fact.mentions())


def test_half_an_answer_of_security_trails_is_said_to_be_one():
    """Names below stand when the contact's domains could not be had; alone, nothing found is unknown."""
    closed = said({"message": "quota"}, 429)
    half, _ = look(security_trails, {BELOW: said({"subdomains": ["www"]}), ALIKE + "1": closed})
    none, _ = look(security_trails, {BELOW: said({"subdomains": []}), ALIKE + "1": closed})

    assert (half.fact.complete, half.fact.reasons) == (False, (Reason.RATE_LIMITED,))
    assert isinstance(none, Unknown)
    assert none.reason is Reason.RATE_LIMITED


def test_an_agencys_contact_is_not_asked_to_its_end():
    pages = {BELOW: said({"subdomains": [], "meta": {"limit_reached": True}})}
    pages |= {
        f"{ALIKE}{n}": said({"records": [{"hostname": f"d{n}.ru"}], "meta": {"max_page": 90}})
        for n in range(1, 4)
    }
    outcome, net = look(security_trails, pages)

    assert len(net.asked) == 4
    assert outcome.fact.reasons == ("row_cap", "budget")


def test_past_holders_lead_to_what_else_they_registered():
    outcome, _ = look(
        reverse_whois, reverse(["REDACTED FOR PRIVACY", "", "ООО  Ромашка"], 3, "client.ru", "b.ru", "c.ru")
    )  # fmt: skip

    assert isinstance(outcome, Seen)
    (holder,) = outcome.fact.holders
    assert (holder.name, holder.domains, holder.count) == ("ООО Ромашка", ("b.ru", "c.ru"), 3)
    assert outcome.fact.complete
    assert list(outcome.fact.mentions()) == [
        Mention(Host("b.ru"), "same_registrant_as"),
        Mention(Host("c.ru"), "same_registrant_as"),
    ]


def test_a_holder_of_very_many_domains_is_told_by_their_number():
    """An agency or a registrar: its clients are strangers to one another."""
    outcome, _ = look(reverse_whois, reverse(["ООО Ромашка"], 90_000, "b.ru"))

    assert (outcome.fact.holders[0].domains, outcome.fact.holders[0].count) == ((), 90_000)
    assert not outcome.fact.complete


@pytest.mark.parametrize("names", [[], ["REDACTED FOR PRIVACY"], [5, None]])
def test_no_organisation_in_the_past_is_absence(names):
    outcome, _ = look(reverse_whois, reverse(names))

    assert outcome == Absent("whoxy")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Zero Account Balance", Reason.RATE_LIMITED),
        ("Invalid API Key", Reason.ACCESS_DENIED),
        ("Something else", Reason.SOURCE_FAILED),
        (None, Reason.SOURCE_FAILED),
    ],
)
def test_a_refusal_inside_a_good_answer_is_a_refusal(words, reason):
    with pytest.raises(NetTrouble) as caught:
        look(reverse_whois, said({"status": 0, "status_reason": words}))

    assert caught.value.reason is reason
