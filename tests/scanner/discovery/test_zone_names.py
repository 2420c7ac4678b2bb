"""Words of a client, and which of the names that hold them are followed: the rare ones, never very many."""

from __future__ import annotations

import pytest

from scanner.discovery.scope import Listed
from scanner.discovery.zone_names import MOST, TOO_COMMON, ListedNames, words_of


@pytest.mark.parametrize(
    ("brands", "domains", "spelling", "word"),
    [
        (["Ромашка"], [], "romashka", "ромашка"),
        (["Ромашка"], [], "ромашка", "ромашка"),
        (["Romashka"], [], "ромашка", "romashka"),
        (["ООО «Сладкая Ромашка»"], [], "сладкаяромашка", "сладкая ромашка"),
        (["ООО «Сладкая Ромашка»"], [], "sladkaya-romashka", "сладкая ромашка"),
        ([], ["romashka-shop.ru"], "romashka", "romashka"),
        ([], ["romashka-shop.ru"], "romashkashop", "romashka-shop"),
        (["Ромашка"], ["romashka.ru"], "romashka", "ромашка"),
        ([], ["xn--80aa3agjl3d.xn--p1ai"], "romashka", "ромашка"),
    ],
)
def test_words_are_looked_for_in_every_spelling(
    brands: list[str], domains: list[str], spelling: str, word: str
):
    """Brands, firms without their legal form, and labels without affixes; one word has one name."""
    assert words_of(brands, domains)[spelling] == word


def test_a_legal_form_alone_is_no_word():
    """`ООО` is in the name of every firm."""
    assert words_of(["ООО", "«»"]) == {}


def listed(*told: tuple[str, str]) -> ListedNames:
    """Names with the words they hold."""
    names = ListedNames({word: word for _, word in told})
    for name, word in told:
        names.hear(name, word, "ru.gz")
    return names


def test_a_name_says_how_many_hold_its_word():
    """The rarest of its words counts; a row that comes twice counts once."""
    names = listed(
        ("romashka-dom.ru", "dom"),
        ("dom.ru", "dom"),
        ("romashka-dom.ru", "romashka"),
        ("dom.ru", "dom"),
    )

    assert names.followed(()) == {
        "romashka-dom.ru": Listed("ru.gz", "romashka", 1),
        "dom.ru": Listed("ru.gz", "dom", 2),
    }


def test_what_is_known_and_what_nobody_can_register_is_not_followed():
    """His own names count for how common a word is, and are not met again."""
    names = listed(
        ("romashka.ru", "romashka"),
        ("romashka-2.ru", "romashka"),
        ("romashka domain", "romashka"),
        ("www.romashka.ru", "romashka"),
    )

    assert list(names.followed({"romashka.ru"})) == ["romashka-2.ru"]


def test_a_name_of_another_alphabet_comes_in_its_canonical_spelling():
    """As every other name does."""
    assert list(listed(("ромашка.xn--p1ai", "ромашка")).followed(())) == [
        "xn--80aa3agjl3d.xn--p1ai"
    ]


def test_a_word_that_very_many_names_hold_leads_nowhere():
    """It is said how many they are, and the rarer words are followed all the same."""
    common = [(f"dom-{number}.ru", "dom") for number in range(TOO_COMMON + 5)]
    names = listed(*common, ("dom-romashka.ru", "romashka"))

    assert names.too_common == {"dom": TOO_COMMON + 5}
    assert list(names.followed(())) == ["dom-romashka.ru"]
    assert names.left_out == 0


def test_at_most_five_hundred_are_followed_the_rarest_first():
    """What found no room is counted."""
    names = listed(
        *((f"dom-{number}.ru", "dom") for number in range(MOST)),
        ("romashka.ru", "romashka"),
        ("romashka-dom-na-gore.ru", "romashka"),
    )
    found = names.followed(())

    assert len(found) == MOST
    assert list(found)[:2] == ["romashka.ru", "romashka-dom-na-gore.ru"]
    assert names.left_out == 2
