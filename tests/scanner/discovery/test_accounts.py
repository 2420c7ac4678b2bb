"""What the client's own account holds is confirmed; what a mere list or another's account holds is not."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.assets import Asset, Declaration, Ownership
from scanner.discovery import Seeds, attribute
from scanner.discovery.accounts import exported_names
from scanner.discovery.declared import with_papers
from scanner.intake.paper import read_paper
from tests.scanner.discovery.world import NOW, World

BEGET = "Домен,Зарегистрирован,Оплачен до,Автопродление,Логин{}\n"
ROWS = "romashka.ru,2018-04-02,2027-04-02,вкл,romashk1{}\ntyulpan.ru,2012-09-30,2027-09-30,выкл,romashk1{}\n"


def rows(text: str, file: str = "beget.csv") -> tuple[Declaration, ...]:
    """What a paper declares."""
    return read_paper(text.encode(), file).declarations


def seeds(**more: Any) -> Seeds:
    """The consultant named one domain."""
    return Seeds(**{"domains": ("romashka.ru",), "orgs": ("ООО «Ромашка»",), **more})


def export(holder: str = "") -> str:
    """The list of the names in an account, as Beget's panel gives it."""
    heading, cell = (",Владелец", f',"{holder}"') if holder else ("", "")
    return BEGET.format(heading) + ROWS.format(cell, cell)


ACCOUNT = "account:beget/romashk1"


@pytest.mark.parametrize(
    ("holder", "said", "own"),
    [
        ("", {}, True),
        ("ООО Ромашка", {}, True),
        ("ООО Ромашка", {"domains": ("astra.ru",)}, True),
        ("", {"domains": ("astra.ru",)}, False),
        ("ООО Студия", {}, False),
        ("", {"foreign": frozenset({ACCOUNT})}, False),
        ("ООО Студия", {"confirmed": frozenset({ACCOUNT})}, True),
    ],
    ids=[
        "it holds a name he named", "his firm holds it", "his firm, whatever he named",
        "nobody knows whose", "an agency's", "a person said no", "a person said yes",
    ],
)  # fmt: skip
def test_whose_an_account_is(holder: str, said: dict[str, Any], own: bool):
    """Its holder tells, or a name in it that a person stands for, or a person."""
    found = exported_names(rows(export(holder)), seeds(**said))

    assert ("tyulpan.ru" in found) is own


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("Сайт;Хостинг;Логин\nromashka.ru;Beget;one\ntyulpan.ru;Beget;one\n", "реестр.csv"),
        ("Домен;Оплачен до;Статус\nromashka.ru;01.02.2027;активен\n", "regru.csv"),
        (
            "Домен;Оплачен до;Статус;Логин;Регистратор;Поставщик\nromashka.ru;01.02.2027;ок;a;;Beget\n"
            "tyulpan.ru;05.06.2027;ок;b;;Timeweb\n",
            "список.csv",
        ),
        (
            "Дата;Поставщик;Назначение;Сумма, руб.\n01.02.2026;Бегет;Хостинг, логин romashk1, romashka.ru;500,00\n",
            "банк.csv",
        ),
        (BEGET.format("") + "romashka.ru,2018-04-02,2027-04-02,вкл,\n", "beget.csv"),
    ],
    ids=[
        "a register of logins",
        "no account",
        "of several sellers",
        "payments",
        "account left out",
    ],
)
def test_what_is_no_export_of_an_account(text: str, file: str):
    """Anybody may write a list."""
    assert not any(one.exported for one in rows(text, file))


@pytest.mark.parametrize("file", ["beget.csv", "timeweb.csv", "nic_services.csv"])
def test_exports_of_panels_are_known_as_such(file: str):
    """Names, their terms, and the account beside each."""
    from pathlib import Path

    papers = Path(__file__).parents[1] / "intake" / "papers"
    paper = read_paper((papers / file).read_bytes(), file)

    assert all(one.exported and one.account for one in paper.declarations)
    assert paper.readings[0].export


def test_what_his_account_holds_is_confirmed_and_says_why():
    """The names, the hosting and the account itself, though nothing else speaks for them."""
    declared = rows(export())
    begun = seeds(from_papers={"tyulpan.ru": "beget.csv"})
    begun = Seeds(
        domains=begun.domains,
        orgs=begun.orgs,
        from_papers=begun.from_papers,
        exported=exported_names(declared, begun),
    )
    looks = World().domain("romashka.ru").domain("tyulpan.ru").looks()

    estate = with_papers(attribute(begun, looks, NOW), declared, looks, begun)
    found = {str(one.asset): one for one in estate.holdings}

    for asset in ("domain:tyulpan.ru", "hosting:beget/romashk1", ACCOUNT):
        assert found[asset].ownership is Ownership.CONFIRMED
        reason = next(one for one in found[asset].reasons if one.group == "account")
        assert reason.params == {"source": "beget.csv", "provider": "Beget", "account": "romashk1"}


def test_a_name_in_his_account_vouches_for_others_but_nothing_is_tried_below_it():
    """It is as good as named; searches are for what a person typed."""
    begun = seeds(from_papers={"tyulpan.ru": "beget.csv"})
    exported = exported_names(rows(export()), begun)
    both = Seeds(
        domains=begun.domains, from_papers=begun.from_papers, exported=exported, searches=True
    )
    world = World().domain("romashka.ru").domain("tyulpan.ru").mail_host("mx.tyulpan.ru")

    estate = attribute(both, world.looks(), NOW)

    found = {str(one.asset): one.ownership for one in estate.holdings}
    assert found["domain:tyulpan.ru"] is Ownership.CONFIRMED


def test_a_person_outranks_the_export():
    """What he called somebody else's stays so."""
    declared = rows(export())
    begun = seeds(foreign=frozenset({"hosting:beget/romashk1"}))
    looks = World().domain("romashka.ru").looks()

    estate = with_papers(attribute(begun, looks, NOW), declared, looks, begun)

    hosting = Asset.parse("hosting:beget/romashk1")
    assert next(o for o in estate.holdings if o.asset == hosting).ownership is Ownership.FOREIGN
