"""Guessed names: every custom of spelling, affixes, suffixes; ranked, bounded, registrable."""

from __future__ import annotations

import pytest

from probes.kit.names import registrable
from probes.kit.target import canonical_name
from scanner.discovery.brand_names import MOST, Candidate, candidates
from scanner.discovery.spelling import other_spellings


@pytest.mark.parametrize(
    ("word", "spellings"),
    [
        ("ромашка", {"romashka"}),
        ("щедрый", {"schedryy", "shchedry", "schedryj"}),
        ("хлеб", {"hleb", "khleb", "xleb"}),
        ("цветы", {"tsvety", "cvety"}),
        ("юность", {"yunost", "junost", "iunost"}),
        ("ёлки", {"elki", "yolki", "jolki"}),
        ("экспресс", {"express", "ekspress"}),
        ("янтарь", {"yantar", "jantar", "iantar"}),
        ("объём", {"obem", "obyom"}),
        ("romashka", {"ромашка"}),
        ("tsvety", {"цветы"}),
        ("yuzhny", {"южный"}),
        ("shchuka", {"щука"}),
        ("stroy-dom24", {"строй-дом24"}),
    ],
)
def test_a_word_is_spelled_by_every_custom(word: str, spellings: set[str]) -> None:
    assert spellings <= set(other_spellings(word, 12))


@pytest.mark.parametrize("word", ["", "24", "ромашkа", "日本", "-"])
def test_what_has_no_one_alphabet_has_no_other_spelling(word: str) -> None:
    assert other_spellings(word, 8) == ()


def test_a_custom_is_kept_up_within_a_word() -> None:
    both = other_spellings("йод-йога", 20)
    assert "jod-joga" in both
    assert both.index("jod-joga") < both.index("jod-yoga") if "jod-yoga" in both else True


def test_long_words_are_spelled_in_bounded_work() -> None:
    assert 0 < len(other_spellings("щ" * 60, 8)) <= 8
    assert len(other_spellings("y" * 250, 8)) <= 8


def names(*brands: str, known: tuple[str, ...] = ()) -> list[str]:
    return [candidate.name for candidate in candidates(brands, known)]


@pytest.mark.parametrize(
    "wanted",
    [
        "romashka.com",
        "romashka.su",
        "romashka-shop.ru",
        "shop-romashka.ru",
        "romashkaopt.ru",
        "romashka24.ru",
        "romashka-msk.ru",
        "novyj-romashka.ru",
        "romashka.moscow",
        "romashka.msk.ru",
        "ромашка.рф",
        "ромашка-опт.рф",
        "ромашка.москва",
    ],
)
def test_siblings_of_a_domain_are_guessed(wanted: str) -> None:
    assert canonical_name(wanted) in names(known=("romashka.ru",))


def test_a_firms_name_is_guessed_without_its_legal_form() -> None:
    found = names("ООО «Сладкая Ромашка»")
    assert {"sladkaya-romashka.ru", "sladkayaromashka.ru", "sladkajaromashka.ru"} <= set(found)
    assert not any(name.startswith(("ooo-sladkaya", "oooromashka.")) for name in found[:50])


def test_the_brand_behind_an_affix_is_guessed() -> None:
    assert {"romashka.ru", "romashka-opt.ru"} <= set(names(known=("romashka-shop.com",)))


def test_what_is_nearer_comes_first() -> None:
    found = names(known=("romashka.ru",))
    order = ["romashka.com", "romashka-shop.ru", "romashka-shop.site"]
    assert [name for name in found if name in order] == order


def test_known_names_are_not_guessed_and_guesses_come_once() -> None:
    found = names("Ромашка", known=("romashka.ru", "romashka.com"))
    assert not {"romashka.ru", "romashka.com"} & set(found)
    assert len(found) == len(set(found))


def test_the_number_is_bounded_and_every_guess_can_be_registered() -> None:
    found = names(
        "Ромашка", "Сладкая Ромашка", "Цветочный рай", known=("romashka.ru", "tsvety.com")
    )
    assert len(found) == MOST
    for name in found:
        domain = registrable(name)
        assert domain is not None
        assert domain.name == name


def test_short_brands_stand_alone() -> None:
    found = names(known=("ab.ru",))
    assert "ab.com" in found
    assert not any("shop" in name.partition(".")[0] for name in found)


def test_each_guess_says_which_brand_it_is_like() -> None:
    assert Candidate("romashka.com", "romashka.ru") in candidates((), ("romashka.ru",))
    assert Candidate("romashka.com", "Ромашка") in candidates(("Ромашка",))


@pytest.mark.parametrize("brand", ["", "ООО", "«»", "…", "a" * 300, "-", "xn--", "a.b.c"])
def test_odd_brands_harm_nobody(brand: str) -> None:
    assert len(candidates([brand])) <= MOST
