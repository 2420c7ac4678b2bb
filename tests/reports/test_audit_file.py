"""An audit.json read row by row: the same whatever its layout, refused when it is none, never held whole."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.audit_file import AuditFile, opened
from reports.document import Document, NotAnAudit, write
from reports.outline import outline
from reports.render import pieces, render
from tests.reports import estates

VARIED, EMPTY = estates.varied(), estates.empty()


@pytest.mark.parametrize("document", [VARIED, EMPTY], ids=["varied", "empty"])
def test_each_row_is_found_again_in_our_own_layout(document: Document) -> None:
    """Assets, relations and evidence come back one by one as they were written, the rest in one piece."""
    audit = AuditFile(io.BytesIO(write(document)))

    assert tuple(audit.assets(audit.entries)) == document.assets
    assert tuple(audit.relations()) == document.relations
    assert {id_: audit.evidence(id_) for id_ in audit.evidence_ids} == document.evidence
    assert [entry.id for entry in audit.entries] == [asset.id for asset in document.assets]
    assert (audit.frame.run, audit.frame.not_seen) == (document.run, document.not_seen)


def turned_round(value: Any) -> Any:
    """The same JSON with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(value)}
    return [turned_round(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("document", [VARIED, EMPTY], ids=["varied", "empty"])
@pytest.mark.parametrize(
    "spell",
    [
        lambda top: json.dumps(top),
        lambda top: json.dumps(top, indent=2, ensure_ascii=False),
        lambda top: json.dumps(top, indent="\t").replace("\n", "\r\n"),
        lambda top: json.dumps(turned_round(top), indent=4),
    ],
    ids=["one line", "two spaces", "tabs and CRLF", "turned round"],
)
def test_an_audit_is_printed_the_same_in_every_layout(
    tmp_path: Path, document: Document, spell: Callable[[Any], str]
) -> None:
    """Whoever saved the file, however spaced and in whatever order: the page is the same."""
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    ours.write_bytes(write(document))
    theirs.write_text(spell(json.loads(write(document))), encoding="utf-8")

    for file in (ours, theirs):
        with opened(file) as audit:
            assert "".join(pieces(audit, outline(audit), "ru")) == render(document, "ru")


def test_an_asset_rests_on_the_evidence_that_the_file_holds() -> None:
    """Reasons first, each piece once; what has aged out of the file is not cited."""
    audit = AuditFile.of(VARIED)
    domain = next(entry for entry in audit.entries if entry.id == "domain:romashka.ru")

    assert audit.cited(domain) == ("ev1", "ev2")
    assert AuditFile.of(EMPTY).entries == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"verdict":"keep"', b'"verdict":"erase"'),
        (b'"question":', b'"answer":'),
        (b'"to":"hosting:beget/rom1"', b'"to":1'),
        (b'"slug":', b'"snail":'),
        (b"},\n    {", b"}\n    {"),
        (b"},\n    {", b"},,\n    {"),
        (b"}\n  ],", b"},\n  ],"),
        (b"}\n  },", b"},\n  },"),
        (b'  "evidence": {\n', b'  "evidence": [\n'),
        (b"\n}\n", b""),
        (b"\n}\n", b"\n}\n}\n"),
    ],
)
def test_what_is_no_audit_is_refused_in_one_sentence(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    """A word, a field, a comma or a bracket out of place in our own layout is never read over."""
    whole = write(VARIED)
    assert old in whole
    file = tmp_path / "audit.json"
    file.write_bytes(whole.replace(old, new, 1))

    with pytest.raises(NotAnAudit) as refusal, opened(file):
        pass

    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


def test_half_a_file_is_no_audit(tmp_path: Path) -> None:
    """Wherever a copy broke off, it is refused."""
    whole = write(VARIED)
    file = tmp_path / "audit.json"
    for length in range(0, len(whole) - 2, 997):
        file.write_bytes(whole[:length])
        with pytest.raises(NotAnAudit), opened(file):
            pass


def test_a_file_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    """A folder, or nothing at all."""
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(NotAnAudit, match="cannot be read"), opened(path):
            pass


def test_a_report_is_printed_without_holding_the_audit(tmp_path: Path) -> None:
    """Printing takes a small part of the memory that the audit would take, let alone the page."""
    file = tmp_path / "audit.json"
    file.write_bytes(write(estates.large(3000)))
    with opened(file) as audit:
        "".join(pieces(audit, outline(audit), "en"))  # templates and texts are read once for all

    tracemalloc.start()
    with opened(file) as audit:
        length = sum(map(len, pieces(audit, outline(audit), "en")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert length > 1_000_000
    assert peak < file.stat().st_size * 0.7
