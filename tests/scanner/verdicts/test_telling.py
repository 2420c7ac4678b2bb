"""By what rule a change is told, and what takes it back."""

from __future__ import annotations

import pytest

from scanner.verdicts.changes import Change, Code
from scanner.verdicts.telling import MAIL_GONE, RULES, Way, name_of, rule_of, taken_back

MAIL = "mail:romashka.ru"
GONE = {"was_use": "used", "now_use": "unused"}
BACK = {"was_use": "unused", "now_use": "used"}


def test_every_change_has_its_rule():
    """A new code is told somehow, by decision and not by chance."""
    assert set(RULES) == {*Code, MAIL_GONE}


@pytest.mark.parametrize(
    ("asset", "code", "params", "name"),
    [
        (MAIL, Code.USE, GONE, MAIL_GONE),
        (MAIL, Code.USE, {"was_use": "idle", "now_use": "unused"}, Code.USE),
        (MAIL, Code.USE, BACK, Code.USE),
        ("site:romashka.ru", Code.USE, GONE, Code.USE),
        (MAIL, Code.MAIL, {}, Code.MAIL),
    ],
)
def test_mail_that_nobody_takes_in_any_more_has_a_rule_of_its_own(asset, code, params, name):
    """It was used and is not: letters of customers come back."""
    assert name_of(Change(code, asset, params)) == name


def test_the_agency_chooses_the_way_and_nothing_else():
    """What presses, presses however it is told."""
    moved = Change(Code.ADDRESSES, "site:romashka.ru")

    assert rule_of(moved, {}).way is Way.DIGEST
    chosen = rule_of(moved, {"addresses_changed": "task"})
    assert (chosen.way, chosen.severity) == (Way.TASK, RULES[Code.ADDRESSES].severity)


DOMAINS = ("domain:a.ru", "domain:b.ru")


def _servers(asset: str, before: str, after: str, *things: str) -> Change:
    return Change(Code.NAME_SERVERS, asset, {}, "name_servers", before, after, things)


@pytest.mark.parametrize(
    ("name", "things", "before", "params", "change", "back"),
    [
        (Code.NAME_SERVERS, DOMAINS, "ns1", {}, _servers("domain:a.ru", "ns2", "ns1"), {"domain:a.ru"}),
        (Code.NAME_SERVERS, DOMAINS, "ns1", {}, _servers("domain:a.ru", "ns2", "ns1", *DOMAINS), {*DOMAINS}),
        (Code.NAME_SERVERS, DOMAINS, "ns1", {}, _servers("domain:a.ru", "ns2", "ns3"), set()),
        (Code.NAME_SERVERS, DOMAINS, "ns1", {}, _servers("domain:c.ru", "ns2", "ns1"), set()),
        (Code.REGISTRAR, DOMAINS, "ns1", {}, _servers("domain:a.ru", "ns2", "ns1"), set()),
        (Code.REGISTRAR, DOMAINS, "A", {}, Change(Code.GONE, "domain:b.ru"), {"domain:b.ru"}),
        (MAIL_GONE, (MAIL,), "", {}, Change(Code.USE, MAIL, BACK), {MAIL}),
        (MAIL_GONE, (MAIL,), "", {}, Change(Code.VERDICT, MAIL), set()),
        (Code.CAME_BACK, (MAIL,), "", {}, Change(Code.USE, MAIL, GONE), {MAIL}),
        (Code.CAME_BACK, (MAIL,), "", {}, Change(Code.USE, MAIL, BACK), set()),
        (Code.SOURCE_FAILING, ("",), "", {"source": "crt.sh"},
         Change(Code.SOURCE_ANSWERS, "", {"source": "crt.sh"}), {""}),
        (Code.SOURCE_FAILING, ("",), "", {"source": "crt.sh"},
         Change(Code.SOURCE_ANSWERS, "", {"source": "rdap"}), set()),
    ],
)  # fmt: skip
def test_what_takes_a_change_back(name, things, before, params, change, back):
    """What is as it was before needs nobody any more; nothing else ends a task by itself."""
    assert taken_back(name, things, before, params, change) == back
