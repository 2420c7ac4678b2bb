"""Names are read from whatever a consultant has, spelt once, and what is none is said with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.kit.target import canonical_name
from scanner.intake import paper as intake
from scanner.intake import table
from scanner.intake.names import TYPED, Declared, UnreadableInput, read_name, typed
from scanner.intake.paper import read_paper
from tests.scanner.intake.books import row, sheet, workbook


def from_file(data: bytes, source: str) -> tuple[Declared, ...]:
    """The names of a file, with their places."""
    return read_paper(data, source).names


def names(data: bytes | str, source: str = "list.txt") -> list[str]:
    """The names of a list, in their order."""
    raw = data.encode() if isinstance(data, str) else data
    return [declared.name for declared in from_file(raw, source)]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("romashka.ru", "romashka.ru"),
        ("  ROMASHKA.RU.  ", "romashka.ru"),
        ("«romashka.ru»".strip("«»"), "romashka.ru"),
        ('"romashka.ru",', "romashka.ru"),
        ("<romashka.ru>", "romashka.ru"),
        ("https://shop.romashka.ru/path?q=1#top", "shop.romashka.ru"),
        ("http://user:secret@romashka.ru:8080/", "romashka.ru"),
        ("ftp://romashka.ru", "romashka.ru"),
        ("romashka.ru/catalogue/", "romashka.ru"),
        ("romashka.ru?utm=1", "romashka.ru"),
        ("romashka.ru:443", "romashka.ru"),
        ("info@romashka.ru", "romashka.ru"),
        ("mailto:info@romashka.ru", "romashka.ru"),
        ("*.romashka.ru", "romashka.ru"),
        ("_dmarc.romashka.ru", "_dmarc.romashka.ru"),
        ("ромашка.рф", "xn--80aa3agjl3d.xn--p1ai"),
        ("ПОЧТА@РОМАШКА.РФ", "xn--80aa3agjl3d.xn--p1ai"),
        ("xn--80aa3agjl3d.xn--p1ai", "xn--80aa3agjl3d.xn--p1ai"),
        ("https://Ромашка.рф/о-нас", "xn--80aa3agjl3d.xn--p1ai"),
    ],
)
def test_a_name_is_read_as_people_write_it(word: str, name: str):
    """URLs, e-mail addresses, wildcards, ports and national alphabets come to one spelling."""
    assert read_name(word) == name


@pytest.mark.parametrize(
    "word",
    [
        "", ".", "localhost", "romashka", "a..ru", "-a.ru", "a-.ru", "192.0.2.1", "192.0.2.1:80",
        "[2001:db8::1]", "http://[2001:db8::1]/", "http://[::1", "http://", "@", "12.05.2024",
        "not a name", "a.ru b.ru", "romashka.ru\x00", "\x1b[31mromashka.ru", "a" * 64 + ".ru",
        "a." * 130 + "ru", "xn--a.ru", "роматика\u202e.рф",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(word: str):
    """Addresses, dates, single words and control characters are no names."""
    with pytest.raises(ValueError, match=r"not a domain name|IPv6|netloc"):
        read_name(word)


def test_typed_names_are_the_consultants_word():
    """They carry their place and never count as a paper."""
    assert typed(["a.ru", "https://b.ru/"]) == (
        Declared("a.ru", TYPED, 1, False),
        Declared("b.ru", TYPED, 2, False),
    )
    with pytest.raises(UnreadableInput, match=r"'c d'.*--from FILE"):
        typed(["a.ru", "c d"])


def test_a_plain_list_has_comments_and_one_name_a_line():
    """Blank lines and `#` are passed over; a name that stands twice counts once, where it stood first."""
    text = "# the client's\n\nromashka.ru  # main\nhttps://ROMASHKA.ru/\nshop.ru\n"

    assert from_file(text.encode(), "list.txt") == (
        Declared("romashka.ru", "list.txt", 3, False),
        Declared("shop.ru", "list.txt", 5, False),
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_junk_line_is_named_by_its_number(ending: str):
    """Nothing is passed over in silence: the line is said, whatever ends lines."""
    with pytest.raises(UnreadableInput, match=r"list\.txt, line 3: .*'what is this'.*Mend"):
        from_file(ending.join(["a.ru", "", "what is this", "b.ru"]).encode(), "list.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("source", ["export.csv", "stdin"])
def test_tables_are_read_in_every_usual_dress(encoding: str, delimiter: str, source: str):
    """Registrar exports come with three delimiters and four encodings; only columns of names count."""
    rows = [
        ["Домен", "Оплачен до", "Владелец", "Файл"],
        ["romashka.ru", "12.05.2027", "Иванов И.И.", "договор.pdf"],
        ["магазин.рф", "2027-05-12", "И.И.", "1.5"],
        ["https://shop.romashka.ru/", "", "a@pochta.ru", "ООО.Ромашка"],
    ]
    text = "\n".join(delimiter.join(cells) for cells in rows)

    found = from_file(text.encode(encoding), source)

    assert found == (
        Declared("romashka.ru", source, 2, True),
        Declared(canonical_name("магазин.рф"), source, 3, True),
        Declared("shop.romashka.ru", source, 4, True),
    )


def test_quoted_cells_and_old_line_ends_are_read():
    """A cell may hold the delimiter and line ends; lines may end the way they did on old machines."""
    assert names('name;note\r"romashka.ru";"one; two\nthree"\rshop.ru;x\r', "a.csv") == [
        "romashka.ru",
        "shop.ru",
    ]


def test_a_workbook_is_a_paper():
    """Rows of a workbook are declared, with the row's number, whatever the file is called."""
    book = workbook(sheet(row(1, "Домен", "Срок") + row(7, "romashka.ru", "12.05.2027")))

    for source in ("domains.xlsx", "stdin", "domains.csv"):
        assert from_file(book, source) == (Declared("romashka.ru", source, 7, True),)


@pytest.mark.parametrize(
    ("data", "source", "says"),
    [
        (b"romashka.ru", "list.xlsx", r"list\.xlsx is not a readable table"),
        (b"PK\x03\x04rubbish", "list.txt", "not a readable table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "list.xls", "old Excel file"),
        (b"\x00\x01\x02\x98\xff", "list.txt", "line 1"),
        (b"a;" + b"b" * 1_100_000, "list.csv", "not readable as CSV"),
    ],
)
def test_an_unreadable_list_is_said_in_one_sentence(data: bytes, source: str, says: str):
    """What is wrong, and what to do."""
    with pytest.raises(UnreadableInput, match=says):
        from_file(data, source)


def test_lists_are_bounded(monkeypatch: pytest.MonkeyPatch):
    """Bytes, names and rows each have a bound; what exceeds it is said, never cut off in silence."""
    monkeypatch.setattr(intake, "MAX_BYTES", 40)
    with pytest.raises(UnreadableInput, match="larger than"):
        names("a.ru\n" * 9)
    monkeypatch.undo()
    monkeypatch.setattr(intake, "MAX_NAMES", 3)
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    assert names("a.ru\nb.ru\nc.ru") == ["a.ru", "b.ru", "c.ru"]
    with pytest.raises(UnreadableInput, match="more than 3 names"):
        names("a.ru\nb.ru\nc.ru\nd.ru")
    book = workbook(sheet("".join(row(number, "a.ru") for number in range(1, 6))))
    with pytest.raises(UnreadableInput, match="more than 3 rows"):
        from_file(book, "list.xlsx")


SOURCES = st.sampled_from(["list.txt", "list.csv", "list.tsv", "list.xlsx", "stdin"])


@settings(deadline=None)
@given(st.binary(max_size=400), SOURCES)
def test_no_bytes_bring_anything_but_unreadable_input(data: bytes, source: str):
    """Whatever a file holds, it is read or refused with a sentence."""
    for content in (data, b"PK\x03\x04" + data, b"\xff\xfe" + data, b"a.ru;b.ru\n" + data):
        try:
            found = from_file(content, source)
        except UnreadableInput:
            continue
        assert all(canonical_name(one.name) == one.name for one in found)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_text_brings_anything_but_a_value_error(word: str):
    """A word is a canonical name or a ValueError; reading a name again gives the same."""
    try:
        name = read_name(word)
    except ValueError:
        return
    assert "." in name
    assert read_name(name) == name


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters='\r\n"'), max_size=30), max_size=6
    )
)
def test_tables_of_any_text_are_read(cells: list[str]):
    """A row of foreign cells never breaks the reading of the row below it."""
    text = ";".join(cells) + "\n" + "romashka.ru;x"
    assert "romashka.ru" in names(text, "a.csv")
