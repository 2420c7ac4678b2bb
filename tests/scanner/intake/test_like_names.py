"""Of all the names of a registry's list, those are found that hold a client's word, and no others."""

from __future__ import annotations

import gzip
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scanner.intake.a_labels import readable
from scanner.intake.like_names import WordFinder
from scanner.intake.zone_list import DamagedList

REST = "\tREGRU-RU\t01.02.2010\t01.02.2027\t04.03.2027\t1"
CODED = "xn--80aa3agjl3d.xn--p1ai"
"""ромашка.рф"""


def found(words: set[str], *names: str) -> list[tuple[str, str]]:
    """What is found in a list of these names."""
    return list(WordFinder(words).find(io.BytesIO("\n".join(f"{n}{REST}" for n in names).encode())))


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("ROMASHKA.RU", {"romashka"}, ["romashka"]),
        ("my-romashka24.ru", {"romashka"}, ["romashka"]),
        ("romashka-vasilek.ru", {"romashka", "vasilek"}, ["romashka", "vasilek"]),
        ("romashkas.ru", {"romashka", "romashkas"}, ["romashkas"]),
        ("vasilek.romashka.ru", {"romashka"}, []),
        ("regru.ru", {"regr", "egru-"}, ["regr"]),
        ("abc.ru", {"abc"}, ["abc"]),
        ("shop-abc.ru", {"abc"}, ["abc"]),
        ("abc-shop.ru", {"abc"}, ["abc"]),
        ("abcd.ru", {"abc"}, []),
        ("fabc-x.ru", {"abc"}, []),
        ("abcromashka.ru", {"abc", "romashka"}, ["romashka"]),
        ("РОМАШКА-24.РФ", {"ромашка"}, ["ромашка"]),
        (CODED.upper(), {"ромашка"}, ["ромашка"]),
        (CODED, {"80aa3", "ромашки"}, []),
        ("xn--ru-romashka-x2d7a.ru", {"romashka"}, []),
        ("ru.ru", {"ru"}, ["ru"]),
        ("com.ru", {"ru"}, []),
        ("anything.ru", set(), []),
    ],
)  # fmt: skip
def test_words_are_found_in_the_registered_label(name: str, words: set[str], expected: list[str]):
    """Long ones anywhere, short ones as a whole part; never behind the first dot, nor in an A-label's code."""
    assert [word for _, word in found(words, "before.ru", name, "after.ru")] == expected


def test_names_come_as_the_list_has_them_in_lower_case():
    """A-labels as people write them."""
    assert found({"romashka", "ромашка"}, "ROMASHKA.RU", CODED) == [
        ("romashka.ru", "romashka"),
        ("ромашка.xn--p1ai", "ромашка"),
    ]


@pytest.mark.parametrize("column", ["REGRU-RU", "2010"])
def test_other_columns_do_not_count(column: str):
    """A registrar that is called like the client holds no name of his."""
    assert found({column.lower()}, "romashka.ru") == []


def test_a_damaged_list_brings_what_it_held():
    """And then says that it is damaged; the rows are counted."""
    whole = gzip.compress("\n".join([f"romashka.ru{REST}", *[f"x{REST}"] * 200_000]).encode())
    finder = WordFinder({"romashka"})
    names = finder.find(io.BytesIO(whole[: len(whole) // 2]))

    assert next(names) == ("romashka.ru", "romashka")
    with pytest.raises(DamagedList):
        list(names)
    assert 0 < finder.rows < 200_001


def test_a_large_list_needs_little_memory():
    """300,000 lines, some of them in the other alphabet, are held a piece at a time."""
    rows = f"some-name.ru{REST}\n" * 250_000 + f"{CODED}{REST}\n" * 50_000
    packed = io.BytesIO(gzip.compress(rows.encode()))
    finder = WordFinder({"ромашки", "romashki"})
    tracemalloc.start()
    try:
        assert list(finder.find(packed)) == []
        assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    finally:
        tracemalloc.stop()
    assert finder.rows == 300_000


@given(some.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя0123456789-üß", min_size=1, max_size=40))
def test_labels_are_read_back_as_they_were_coded(label: str):
    """By the rule of RFC 3492, for any mixture of alphabets."""
    coded = f"xn--{label.encode('punycode').decode()}.ru"
    if len(coded) <= 63 and not label.isascii():
        assert readable(coded) == f"{label}.ru"


@given(some.text("abcdefghijklmnopqrstuvwxyz0123456789-_.\0ы", max_size=80))
def test_what_cannot_be_read_stays_as_it_is(code: str):
    """Nothing that stands in a list stops the reading of it."""
    name = f"xn--{code}"
    assert readable(name).endswith(name.partition(".")[2])
