"""Lists, tables and workbooks that no client would send."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from probes.kit.target import canonical_name
from scanner.intake.names import Declared, UnreadableInput
from scanner.intake.paper import read_paper
from tests.hostile import bombs
from tests.hostile.bounds import MEBIBYTE, bounded
from tests.hostile.cases import Case, played_in

GROWTH = 64 * MEBIBYTE
"""A paper is read once, before anything else; 20 MB of it are allowed."""
WORK = 5.0

Paper = Callable[[], bytes]

PAPERS: dict[str, tuple[str, Paper]] = {
    "paper.nul": ("list.txt", lambda: b"klever.ru\nzl\0o.ru\n"),
    "paper.escapes": ("list.txt", lambda: b"klever.ru\n\x1b]52;c;emxv\x07\x9b2J.ru\n"),
    "paper.direction": ("list.txt", lambda: "klever.ru\nzlo\u202eur.\u2066olz\n".encode()),
    "paper.wide": ("list.txt", lambda: "klever.ru\nzlo.ru\n".encode("utf-16-le")),
    "paper.binary": ("list.txt", lambda: bytes(range(256)) * 4_000),
    "paper.too_large": ("list.txt", lambda: b"klever.ru\n" * 2_200_000),
    "paper.endless_line": ("list.txt", lambda: b"zlo." * 2_000_000),
    "paper.endless_foreign_line": ("list.txt", lambda: "зло.".encode() * 1_200_000),
    "paper.bad_url": ("list.txt", lambda: b"http://[::1\nhttp://xn--0/\nhttp://\xff@:99999999/\n"),
    "paper.many_names": ("list.txt", lambda: "\n".join(f"zlo{n}.ru" for n in range(300_000)).encode()),
    "paper.wide_row": ("list.csv", lambda: b"zlo.ru;" * 500_000),
    "paper.endless_field": ("list.csv", lambda: b"a;" + b"z" * 2_000_000 + b";b\n"),
    "paper.unclosed_quote": ("list.csv", lambda: b'a;"' + b"klever.ru;\n" * 200_000),
    "paper.formulas": ("list.csv", lambda: b'=cmd|\' /C calc\'!A0;@zlo.ru;+zlo.ru;"=HYPERLINK(""x"")"\n'),
    "paper.not_a_table": ("list.xlsx", bombs.not_a_table),
    "paper.entities": ("list.xlsx", bombs.entities),
    "paper.far_corner": ("list.xlsx", bombs.far_corner),
    "paper.long_string": ("list.xlsx", bombs.long_string),
    "paper.million_cells": ("list.xlsx", bombs.million_cells),
    "paper.many_rows": ("list.csv", lambda: b"a;b\n" * 300_000),
    "paper.merged": ("list.xlsx", bombs.merged),
    "paper.styles": ("list.xlsx", lambda: bombs.styled("<xf numFmtId='14'/>" * 400_000)),
    "paper.heading_of_formats": ("list.xlsx", lambda: bombs.styled("", "[$" * 500_000)),
    "paper.generate": ("hosts", lambda: b"$ORIGIN zlo.ru.\n@ IN SOA a. b. 1 2 3 4 5\n$GENERATE 1-99999999 h$ IN A 192.0.2.1\n"),
    "paper.include": ("hosts", lambda: b"$ORIGIN zlo.ru.\n@ IN SOA a. b. 1 2 3 4 5\n$INCLUDE /dev/zero\n"),
    "paper.bank_lines": ("kl_to_1c.txt", lambda: b"1CClientBankExchange\n" + "СекцияДокумент=1\nСумма=1\nКонецДокумента\n".encode("cp1251") * 300_000),
    "paper.deep_numbers": ("list.csv", lambda: (b"a;" + b"9" * 100_000 + b"," + b"1." * 50_000 + b"\n") * 20),
}  # fmt: skip


def test_every_case_is_played() -> None:
    """The table and the papers agree."""
    assert {case.name for case in played_in(__file__)} == set(PAPERS)


@pytest.mark.parametrize("case", played_in(__file__), ids=str)
def test_a_paper_gives_names_or_one_sentence(case: Case) -> None:
    """Whatever a paper holds, only canonical names come out, or it is refused in plain words."""
    source, made = PAPERS[case.name]
    paper = made()
    found: tuple[Declared, ...] = ()
    with bounded(GROWTH, WORK):
        try:
            found = read_paper(paper, source).names
        except UnreadableInput as refusal:
            said = str(refusal)
        else:
            said = ""

    assert all(canonical_name(declared.name) == declared.name for declared in found)
    assert len(said) < 1_000
    assert len(said.splitlines()) <= 1
