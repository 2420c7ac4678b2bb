"""The report as PDF: everything unfolded, numbered, with contents that are right, and nothing asked of the network."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest

from reports import pdf
from reports.audit_file import AuditFile
from reports.document import Document
from reports.editions import edition_of
from reports.outline import outline
from reports.pdf_contents import finish
from reports.render import contents, pieces
from reports.wording import Wording
from tests.reports import estates
from tests.reports.hostile import PAYLOADS, spoiled

INSTALLED = bool(shutil.which("chromium") and shutil.which("pdftotext"))
needs_browser = pytest.mark.skipif(
    not INSTALLED, reason="Chromium and poppler-utils are not installed"
)


def printed(
    document: Document,
    folder: Path,
    language: str,
    edition: str = "internal",
    *,
    paper: str = "a4",
    tagged: bool = True,
) -> Path:
    audit = edition_of(AuditFile.of(document), edition)
    page, file = pieces(audit, outline(audit), language, paper=paper), folder / "report.pdf"
    titles = contents(audit, language)
    pdf.write_pdf(pdf.browser(), page, file, titles=titles, tagged=tagged)
    return file


def text_of(file: Path) -> list[str]:
    """The text of each page."""
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout.split("\f")[:-1]


def flat(text: str) -> str:
    return re.sub(r"[\s\u200b\ufeff-]+", "", text)


def told_of(file: Path) -> str:
    """What a reader of the file's structure says: its size of paper, pages, and whatever is wrong with it."""
    done = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@needs_browser
@pytest.mark.parametrize(
    ("language", "paper", "tagged", "size"),
    [("ru", "a4", True, "(A4)"), ("en", "letter", False, "(letter)")],
)
def test_the_contents_tell_the_right_pages(
    tmp_path: Path, language: str, paper: str, tagged: bool, size: str
) -> None:
    """Each section begins on the page that the contents say; every page has its number and the client."""
    file = printed(estates.varied(), tmp_path, language, paper=paper, tagged=tagged)

    assert size in told_of(file)
    assert f"Tagged:          {'yes' if tagged else 'no'}" in told_of(file)
    assert "rror" not in told_of(file)
    assert b"/Outlines" in file.read_bytes()
    pages, wording = text_of(file), Wording(language)
    for section, name in contents(AuditFile.of(estates.varied()), language).items():
        line = next(one for one in pages[0].splitlines() if flat(one).startswith(flat(name)))
        number = int(line.split()[-1])
        assert wording.say(f"section.{section}") == name
        assert number > 1
        assert any(flat(one) == flat(name) for one in pages[number - 1].splitlines()), section
    for number, page in enumerate(pages, 1):
        assert re.search(rf"\b{number} / {len(pages)}\b", page)
        assert number == 1 or "Ромашка" in page.strip().splitlines()[0]
    assert [one.name for one in tmp_path.iterdir()] == ["report.pdf"]


@needs_browser
def test_check_12_collapsed_evidence_is_printed(tmp_path: Path) -> None:
    """Whatever the screen unfolds on a click, paper has already; the client's edition has none of it."""
    estate = estates.varied()

    whole = flat("".join(text_of(printed(estate, tmp_path, "en"))))
    client = flat("".join(text_of(printed(estate, tmp_path, "en", "client", tagged=False))))

    for piece in estate.evidence.values():
        assert flat(piece.question) in whole
    assert flat("WHOIS provider.example") not in client
    assert "cdn.provider.example" not in client


@needs_browser
def test_hostile_strings_are_printed_as_text(tmp_path: Path) -> None:
    """No payload ends the header's string, runs, links or changes the number of sections."""
    estate = spoiled(estates.varied(), lambda place: PAYLOADS[place % len(PAYLOADS)])

    file = printed(estate, tmp_path, "en", tagged=False)

    assert flat("<script>alert(1)</script>") in flat("".join(text_of(file)))
    assert b"/URI (" not in file.read_bytes()
    assert b"/JavaScript" not in file.read_bytes()


def test_the_header_is_one_css_string() -> None:
    """A client's name with quotes, braces, ends of lines and tags stays inside its string."""
    estate = estates.varied()
    for payload in (*PAYLOADS, '"} * { display: none } "', "\\", "a\\"):
        hostile = spoiled(estate, lambda _, payload=payload: payload)
        audit = AuditFile.of(hostile)
        page = "".join(pieces(audit, outline(audit), "ru", paper="a4"))
        style = page.split("<style>")[1].split("</style>")[0]
        own = style[style.rindex("@page { size: a4;") :]
        strings = re.findall(r'"([^"]*)"', own)
        assert own.count('"') == 6
        assert all(re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{1,6} )*", one) for one in strings)
        assert page.count("<style>") == 1
        assert "<script>" not in page


def test_without_a_browser_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None on PATH, a wrong setting, one that prints nothing, one that finds no sandbox."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pdf.NoBrowser, match="none on PATH; install chromium"):
        pdf.browser()
    with pytest.raises(pdf.NoBrowser, match="/nowhere/chrome cannot be run"):
        pdf.browser("/nowhere/chrome")
    for says, told in (
        ("dbus: no\nout of memory", "did not print the report: out of memory"),
        ("No usable sandbox!", "set `chromium` to a script"),
    ):
        broken = tmp_path / "chromium"
        broken.write_text(f"#!/bin/sh\nprintf '{says}' >&2\nexit 1\n")
        broken.chmod(0o755)
        with pytest.raises(pdf.NoBrowser, match=told):
            pdf.write_pdf(pdf.browser(), ["<p>x"], tmp_path / "x.pdf", titles={})
        broken.unlink()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("root", [True, False])
def test_only_root_prints_without_a_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:
    """Chromium refuses to start as root otherwise; everybody else keeps its sandbox."""
    program, to = tmp_path / "chromium", tmp_path / "x.pdf"
    program.write_text(
        '#!/bin/sh\nfor one in "$@"; do case $one in --print-to-pdf=*) echo "$@" >"${one#*=}";; esac; done\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)

    pdf.write_pdf(pdf.browser(str(program)), ["<p>x"], to, titles={})

    given = to.read_text().split()
    assert ("--no-sandbox" in given) is root
    assert "--generate-pdf-document-outline" in given
    assert given[-1].startswith("file:///")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.4\n",
        b"/Type /Catalog /Pages 1 0 R\n1 0 obj\n<</Type /Pages\n/Kids [1 0 R]>>endobj",
    ],
)
def test_a_file_that_cannot_be_read_is_left_as_it_is(content: bytes) -> None:
    """No numbers then, and no endless walk."""
    written = BytesIO()

    finish(content, {"x": "X"}, written, bookmarks=True)

    assert written.getvalue() == content
