"""A registry's list is recognised, read as a stream, and believed only where it is readable."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from datetime import date

import pytest

from scanner.intake.zone_list import DamagedList, ZoneRow, is_zone_list, rows_of

ROW = "ROMASHKA.RU\tREGRU-RU\t01.02.2010\t01.02.2027\t04.03.2027\t1"
OTHER = "lepestok.ru\tRU-CENTER-RU\t11.12.2012\t11.12.2026\t\t0"
IDN = "РОМАШКА.РФ\tBEGET-RF\t2012-12-11\t2026-12-11\t2027-01-11\t1"
HEAD = "domain\tregistrar\tcreated\tpaid_till\tfree_date\tdelegated"


def read(text: str | bytes, *names: str) -> list[ZoneRow]:
    """The rows of the names."""
    data = text if isinstance(text, bytes) else text.encode()
    return list(rows_of(io.BytesIO(data), set(names)))


def test_a_row_says_registrar_dates_and_delegation():
    """Names are canonical, days are days, and the line stays as it was."""
    assert read(f"{OTHER}\n{ROW}\n", "romashka.ru") == [
        ZoneRow(
            domain="romashka.ru",
            registrar="REGRU-RU",
            created=date(2010, 2, 1),
            paid_until=date(2027, 2, 1),
            free_on=date(2027, 3, 4),
            delegated=True,
            line=ROW,
        )
    ]


def test_what_a_row_leaves_out_is_not_known():
    """An empty day is no day, and 0 is a statement: not delegated."""
    (row,) = read(OTHER, "lepestok.ru")

    assert (row.free_on, row.delegated) == (None, False)


def test_an_idn_row_is_found_in_either_spelling():
    """Lists of .рф come in both alphabets."""
    spelt = IDN.replace("РОМАШКА.РФ", "xn--80aa3agjl3d.XN--P1AI")

    assert read(IDN, "xn--80aa3agjl3d.xn--p1ai")[0].created == date(2012, 12, 11)
    assert read(spelt, "xn--80aa3agjl3d.xn--p1ai")[0].created == date(2012, 12, 11)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_packed_list_reads_as_an_unpacked_one(ending: str):
    """Several packed parts in one file, too, and both kinds of line end."""
    text = ending.join([HEAD, ROW, OTHER, ""]).encode()
    packed = gzip.compress(text[:60]) + gzip.compress(text[60:])

    assert read(packed, "romashka.ru", "lepestok.ru") == read(text, "romashka.ru", "lepestok.ru")
    assert len(read(packed, "romashka.ru", "lepestok.ru")) == 2


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"{ROW}\n{OTHER}\n", True),
        (f"{HEAD}\n{ROW}\n", True),
        (gzip.compress(f"{ROW}\n{OTHER}\n".encode()), True),
        ("romashka.ru\nlepestok.ru\n", False),
        ("romashka.ru\tREG.RU\t900\tRUB\t01.02.2027\tпродлевать\n", False),
        ("domain;paid\nromashka.ru;01.02.2027\n", False),
        (gzip.compress(b"romashka.ru\n"), False),
        (b"\x1f\x8bnot a packed file", False),
        ("", False),
    ],
)
def test_a_zone_list_is_recognised_by_its_content(text: str | bytes, is_one: bool):
    """A client's own table is not taken for a registry's, nor the other way round."""
    assert is_zone_list(text if isinstance(text, bytes) else text.encode()) is is_one


@pytest.mark.parametrize(
    "line",
    [
        "romashka.ru\tREGRU-RU\t01.02.2010\t01.02.2027\t04.03.2027",
        "romashka.ru\tREGRU-RU\t31.02.2010\tnever\t-\t1",
        "romashka.ru\tREGRU-RU\t01.02.2010\t01.02.2027\t04.03.2027\tyes",
        "romashka.ru",
        "",
    ],
)
def test_a_garbled_row_says_nothing(line: str):
    """It is left out, and the rows around it are read."""
    assert [row.domain for row in read(f"{line}\n{OTHER}\n", "romashka.ru", "lepestok.ru")] == [
        "lepestok.ru"
    ]


def test_a_list_that_breaks_off_says_so_after_what_it_held():
    """Half a download is not a zone without the other half."""
    whole = gzip.compress(f"{ROW}\n{OTHER}\n".encode() * 100_000)
    found = rows_of(io.BytesIO(whole[: len(whole) // 2]), {"romashka.ru"})

    assert next(found).domain == "romashka.ru"
    with pytest.raises(DamagedList):
        list(found)


def test_an_endless_line_is_refused():
    """Nothing that is no list is read into memory whole."""
    with pytest.raises(DamagedList, match="line"):
        read(b"a" * 5_000_000, "romashka.ru")


def test_a_large_list_needs_little_memory():
    """300,000 lines, packed, held a piece at a time."""
    many = gzip.compress(f"{OTHER}\n".encode() * 300_000)
    tracemalloc.start()
    try:
        assert read(many, "romashka.ru") == []
        assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    finally:
        tracemalloc.stop()
