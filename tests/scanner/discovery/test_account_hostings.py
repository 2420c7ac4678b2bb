"""Papers tell accounts apart that one machine holds together, and join what one account has on several."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from probes.kit.observation import Seen
from scanner.assets import Asset, Declaration, Estate, Holding, Kind, Money
from scanner.discovery import Seeds, attribute
from scanner.discovery.declared import with_papers
from scanner.verdicts.judging import judge
from tests.scanner.discovery.world import NOW, World, page, sender_policy, stub

NAMES = ("a.ru", "b.ru", "c.ru")
FIRST, SECOND = "198.51.100.10", "198.51.100.20"


def account(login: str, *hosts: str, provider: str = "beget", **more: Any) -> Declaration:
    """A row that ties names to an account."""
    return Declaration(
        asset=Asset(Kind.HOSTING, f"{provider}/{login}"),
        source="hostings.csv",
        provider=provider,
        provider_name=provider.title(),
        account=login,
        hosts=hosts,
        **more,
    )


def world(**at: str) -> World:
    """Three domains of the client, all at Beget on one machine unless said otherwise."""
    made = World()
    for name in NAMES:
        made.domain(name).both(name, at.get(name[0], FIRST), shows=page(f"Site {name}"))
    return made


def estate(made: World, *rows: Declaration) -> Estate:
    """The estate with the papers."""
    seeds = Seeds(domains=NAMES)
    return with_papers(attribute(seeds, made.looks(), NOW), rows, made.looks(), seeds)


def hostings(found: Estate) -> dict[str, tuple[str, ...]]:
    """The hosts of each hosting, without the www ones."""
    return {
        one.asset.key: tuple(host for host in one.hosts if not host.startswith("www."))
        for one in found.holdings
        if one.asset.kind is Kind.HOSTING
    }


def hanging(found: Estate, key: str) -> set[str]:
    """What hangs on a hosting."""
    return {str(one.subject) for one in found.relations if one.object.key == key}


def holding(found: Estate, key: str) -> Holding:
    """A hosting by its key."""
    return next(one for one in found.holdings if one.asset.key == key)


def test_two_accounts_on_one_machine_are_two_hostings():
    """Each with its own names; a name that nobody bills stays with the provider."""
    found = estate(world(), account("one", "a.ru"), account("two", "b.ru"))

    assert hostings(found) == {
        "beget/one": ("a.ru",),
        "beget/two": ("b.ru",),
        "beget/c.ru": ("c.ru",),
    }
    assert hanging(found, "beget/one") == {"site:a.ru"}
    assert hanging(found, "beget/two") == {"site:b.ru"}
    assert holding(found, "beget/one").addresses == (FIRST,)
    assert holding(found, "beget/two").said is not None


def test_one_account_on_two_machines_is_one_hosting():
    """What the machines looked like does not make it two."""
    found = estate(world(b=SECOND), account("one", "a.ru", "b.ru", "c.ru"))

    assert hostings(found) == {"beget/one": ("a.ru", "b.ru", "c.ru")}
    assert set(holding(found, "beget/one").addresses) == {FIRST, SECOND}
    assert hanging(found, "beget/one") == {"site:a.ru", "site:b.ru", "site:c.ru"}


def test_a_paper_on_one_site_of_a_machine_leaves_it_whole():
    """An invoice need not name every site."""
    assert hostings(estate(world(), account("one", "a.ru"))) == {"beget/one": NAMES}


def test_an_export_tells_every_name_of_its_account():
    """What it leaves out is in another account."""
    found = estate(world(), account("one", "a.ru", exported="Beget"))

    assert hostings(found) == {"beget/one": ("a.ru",), "beget/b.ru": ("b.ru", "c.ru")}


def test_a_name_that_two_accounts_claim_is_nobodys():
    """One of the papers is old, and nobody can tell which."""
    found = estate(world(), account("one", "a.ru", "b.ru"), account("two", "b.ru", "c.ru"))

    assert hostings(found) == {
        "beget/one": ("a.ru",),
        "beget/two": ("c.ru",),
        "beget/b.ru": ("b.ru",),
    }


def test_a_host_below_goes_with_its_domain_unless_a_paper_names_it():
    """A name of its own outranks the one above it."""
    made = world().domain("a.ru", log=(("lk.a.ru", "x.a.ru"),))
    made.host("lk.a.ru", FIRST).host("x.a.ru", FIRST)

    found = hostings(estate(made, account("one", "a.ru"), account("two", "lk.a.ru", "b.ru")))

    assert set(found["beget/one"]) == {"a.ru", "x.a.ru"}
    assert set(found["beget/two"]) == {"lk.a.ru", "b.ru"}


def test_accounts_elsewhere_cut_nothing():
    """Names that moved away from Timeweb say nothing of the hosting at Beget."""
    found = estate(world(), account("one", "a.ru", provider="timeweb"))

    assert hostings(found) == {"beget/a.ru": NAMES, "timeweb/one": ()}


def test_what_reaches_the_machine_counts_for_every_account_on_it():
    """A domain that sends from the address alone may send from any of them; no account may be ended for it."""
    made = world().domain("c.ru", spf=f"v=spf1 ip4:{FIRST} -all").both("c.ru", "203.0.113.80")
    rows = account("one", "a.ru"), account("two", "b.ru")

    found = estate(made, *rows)

    assert "mail:c.ru" in hanging(found, "beget/one") & hanging(found, "beget/two")


@pytest.mark.parametrize(
    ("record", "counts"),
    [
        ("v=spf1 redirect=beget.com", False),
        ("v=spf1 include:beget.com ~all", False),
        (f"v=spf1 ip4:{SECOND} ~all", True),
        ("v=spf1 a mx include:beget.com ~all", True),
    ],
)
def test_a_provider_wide_rule_means_the_account_that_has_the_domain(record: str, counts: bool):
    """Every customer's record lets all of the hoster's machines send; one that names a machine means it."""
    policy = sender_policy(record, networks=("198.51.100.0/24",))
    made = world(b=SECOND).domain("a.ru", spf=Seen(policy)).both("a.ru", FIRST)

    found = estate(made, account("one", "a.ru", "c.ru"), account("two", "b.ru"))

    assert ("mail:a.ru" in hanging(found, "beget/two")) == counts


def test_without_papers_a_provider_wide_rule_reaches_every_hosting_there():
    """Which accounts there are, nobody knows."""
    policy = sender_policy("v=spf1 redirect=beget.com", networks=("198.51.100.0/24",))
    made = world(b=SECOND).domain("a.ru", spf=Seen(policy)).both("a.ru", FIRST)

    found = estate(made, account("one", "a.ru", "c.ru"))

    assert "mail:a.ru" in hanging(found, "beget/b.ru")


def test_an_unused_account_is_proposed_beside_a_used_one():
    """The saving of a shared machine is in its accounts."""
    made = world()
    for name in ("b.ru", "c.ru"):
        made.both(name, FIRST, shows=stub())
    rows = (
        account("one", "a.ru"),
        account("two", "b.ru", "c.ru", money=Money(Decimal("2640.00"), "RUB")),
    )

    found = {one.asset.key: one for one in judge(estate(made, *rows), made.looks(), NOW)
             if one.asset.kind is Kind.HOSTING}  # fmt: skip

    assert found["beget/one"].state == "serves_sites"
    assert found["beget/two"].state == "placeholders_only"
    assert found["beget/two"].advice == "switch_off"
