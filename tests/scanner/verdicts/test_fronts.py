"""What stands behind a front is hidden, and nothing that may be it is called idle."""

from __future__ import annotations

from scanner.assets import Asset, Kind
from scanner.discovery import Seeds, attribute
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import NOW, World, page, stub

FRONT, MACHINE = "203.0.113.9", "198.51.100.10"


def world(shown: object = None, **old: object) -> World:
    """A site behind a front, and a name beside it that leads to a machine at Beget."""
    made = World().domain("a.ru", log=(("ftp.a.ru",),))
    made.both("a.ru", FRONT, shows=shown or page("A"), provider="cloudflare", front=True)
    return made.host("ftp.a.ru", MACHINE, shows=stub(), **old)


def hostings(made: World, *names: str) -> dict[str, Verdict]:
    """Verdicts on hostings by key."""
    estate = attribute(Seeds(domains=names or ("a.ru",)), made.looks(), NOW)
    verdicts = judge(estate, made.looks(), NOW)
    return {one.asset.key: one for one in verdicts if one.asset.kind is Kind.HOSTING}


def codes(verdict: Verdict) -> set[str]:
    """What was found."""
    return {finding.code for finding in verdict.findings}


def test_a_machine_beside_a_front_may_be_what_the_front_shows():
    """Its own name shows a stub; the site lives on it all the same."""
    found = hostings(world())["beget/ftp.a.ru"]

    assert (found.state, found.advice) == ("undetermined", "ask")
    assert found.blocked_by == ("origin",)


def test_a_front_that_shows_a_stub_hides_nothing():
    """Nobody needs the machine for it."""
    found = hostings(world(stub()))["beget/ftp.a.ru"]

    assert (found.state, found.advice) == ("placeholders_only", "switch_off")


def test_a_machine_of_another_domain_is_not_held_back():
    """One protected site is no reason to keep every hosting of the client."""
    made = world().domain("b.ru").both("b.ru", "198.51.100.77", shows=stub(), provider="timeweb")

    found = hostings(made, "a.ru", "b.ru")["timeweb/b.ru"]

    assert (found.state, found.advice) == ("placeholders_only", "switch_off")


def test_a_front_names_what_leads_past_it():
    """A hint for whoever looks for the machine that is paid."""
    found = hostings(world())["cloudflare/a.ru"]

    told = next(one for one in found.findings if one.code == "hosting.origin_candidates")
    assert told.params["names"] == ["ftp.a.ru"]
    assert (found.state, found.advice) == ("behind_front", "ask")


def test_one_site_on_two_machines_is_told_and_both_are_kept():
    """The apex leads to the old one, www to the new: visitors reach both."""
    made = World().domain("a.ru")
    made.host("a.ru", MACHINE, shows=page("A"))
    made.host("www.a.ru", "203.0.113.80", shows=page("A"), provider="timeweb")

    found = hostings(made)

    for key in ("beget/a.ru", "timeweb/www.a.ru"):
        assert "hosting.shares_sites" in codes(found[key])
        assert (found[key].state, found[key].advice) == ("serves_sites", "keep")


def test_a_site_on_one_machine_is_not_told_to_be_elsewhere():
    """One address is one hosting."""
    found = hostings(World().domain("a.ru").both("a.ru", MACHINE))

    assert "hosting.shares_sites" not in codes(found["beget/a.ru"])
    assert Asset(Kind.HOSTING, "beget/a.ru") == found["beget/a.ru"].asset
