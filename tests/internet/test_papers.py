"""The papers of the estates: what they say is what the estates are, and the saving is their sum."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.internet import papers, population
from tests.internet.domains import ascii_name
from tests.internet.population import FOLDER
from tests.internet.vocabulary import DEADLY

WORLD = population.load()
ORIGIN = WORLD.owned("origin")
HOSTINGS = {
    key.partition(":")[2]: truth
    for domain in ORIGIN
    for key, truth in domain.truth.items()
    if key.startswith("hosting:") and truth.use
}
PROVIDERS = {
    "Beget": "beget", "RU-CENTER": "ru_center", "FirstVDS": "firstvds", "Selectel": "selectel",
    "Timeweb": "timeweb", "REG.RU": "reg_ru", "Majordomo": "majordomo", "Джино": "jino",
    "HostLand": "hostland", "SprintHost": "sprinthost", "SpaceWeb": "spaceweb",
    "Masterhost": "masterhost", "McHost": "mchost", "RUVDS": "ruvds", "Hetzner": "hetzner",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a paper of the origin story."""
    lines = (FOLDER / "origin" / "papers" / name).read_text("utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter=";"))


def money(text: str) -> Decimal:
    """`3 480,00` as a number."""
    return Decimal(text.replace(" ", "").replace(",", "."))


def test_the_origin_story_is_as_it_was() -> None:
    """One client, sixty names, twenty-five hostings, over four fifths of them unused."""
    ended = [key for key, truth in HOSTINGS.items() if truth.verdict == "switch_off"]
    used = [key for key, truth in HOSTINGS.items() if truth.use == "used"]

    assert len(ORIGIN) == 60
    assert len(HOSTINGS) == 25
    assert len(ended) > 0.8 * len(HOSTINGS)
    assert len(ended) + len(used) == len(HOSTINGS)


def test_the_papers_speak_of_this_estate() -> None:
    """The registrar's export has every registered name, the employee's table every hosting."""
    listed = {ascii_name(row["Домен"]) for row in rows("domeny_reg.ru.csv")}
    kept = {
        f"{PROVIDERS[row['Поставщик']]}/{row['Логин']}"
        for row in rows("hostingi_petrova.csv")
        if row["Что это"] != "Домены"
    }

    assert listed == {domain.name for domain in ORIGIN if domain.registration.registered}
    assert kept == set(HOSTINGS)


def test_the_saving_is_the_sum_of_what_is_proposed() -> None:
    """A year of each hosting to be switched off and of each name to be let go, where a paper has its price."""
    saving: dict[str, Decimal] = {}
    ends = {domain.name for domain in ORIGIN if domain.truth["domain"].verdict in tuple(DEADLY)}
    for row in rows("domeny_reg.ru.csv"):
        if ascii_name(row["Домен"]) in ends:
            price = money(row["Стоимость продления, руб."])
            saving["RUB"] = saving.get("RUB", Decimal(0)) + price
    yearly: dict[tuple[str, str], Decimal] = {}
    for row in rows("scheta.csv"):
        months = 1 if row["Наименование услуги"].endswith((" 1 месяц", " 1 month")) else 12
        for key, truth in HOSTINGS.items():
            provider, _, login = key.partition("/")
            words = row["Наименование услуги"].lower().replace(",", "").split()
            same = PROVIDERS.get(row["Поставщик"]) == provider and login in words
            if same and truth.verdict == "switch_off":
                yearly[key, row["Валюта"]] = money(row["Сумма"]) * 12 / months
    for (_, currency), price in yearly.items():
        saving[currency] = saving.get(currency, Decimal(0)) + price

    assert saving == WORLD.estates["origin"].saving


@pytest.mark.parametrize(
    ("text", "day"),
    [("{+30}", "04.12.2026"), ("{-9}", "26.10.2026"), ("{x}", "{x}"), ("{-1 iso}", "2026-11-03")],
)
def test_days_are_counted_from_the_start(text: str, day: str) -> None:
    """Forward and back; other braces stay."""
    assert papers.dated(text, datetime(2026, 11, 4, tzinfo=UTC)) == day
