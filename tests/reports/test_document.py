"""The audit document: what is written can be read again, by us and by anybody with the schema."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files

import msgspec
import pytest

from reports.document import SCHEMA, Document, NotAnAudit, json_schema, read, write
from tests.reports import estates


@pytest.mark.parametrize("document", [estates.varied(), estates.empty()], ids=["varied", "empty"])
def test_what_is_written_is_read_again(document: Document) -> None:
    """Reading a written document gives an equal one, and writing that gives the same bytes."""
    content = write(document)

    assert read(content) == document
    assert write(read(content)) == content


def test_the_file_is_plain_utf8_json_with_the_schema_first() -> None:
    """Anybody can read the file: UTF-8, Russian as it is, what it is on the first line."""
    content = write(estates.varied())

    top = json.loads(content)
    assert content.decode().startswith('{\n  "schema": "revizor.audit/1",')
    assert "Ромашка" in content.decode()
    assert top["assets"][0]["found_by"][0]["from"] == "romashka.ru"
    assert top["assets"][0]["cost"]["amount"] == "1290"
    assert top["assets"][0]["paid_until"] == "2027-03-14"


def test_fields_of_later_editions_are_tolerated() -> None:
    """A field that we do not know yet does not spoil the file."""
    top = json.loads(write(estates.varied()))
    top["weather"] = "fine"
    top["assets"][0]["colour"] = {"deep": [1]}

    assert read(json.dumps(top).encode()) == estates.varied()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"<html>", "is not JSON"),
        (b"{}", "no “schema” field"),
        (b"[]", "Expected `object`"),
        (b'{"schema": 1}', "Expected `str"),
        (b'{"schema": "revizor.decisions/1"}', "revizor.decisions/1"),
        (b'{"schema": "revizor.audit/1"}', "missing required field `client`"),
        (b'{"schema": "revizor.audit/1", "assets": ' + b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000, "Expected `object`"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(content: bytes, says: str) -> None:
    """Whatever is wrong with a file, a person is told in one line."""
    with pytest.raises(NotAnAudit) as refusal:
        read(content)

    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("assets", 0, "verdict"), "erase"),
        (("assets", 0, "use"), "zombie"),
        (("assets", 0, "confidence"), "sure"),
        (("assets", 0, "ownership"), "mine"),
        (("assets", 0, "paid_until"), "2026-02-30"),
        (("assets", 0, "cost"), {"amount": "much", "currency": "RUB"}),
        (("assets", 0, "cost"), {"amount": "1", "currency": "RUB", "period_months": 0}),
        (("generated_at",), "2026-05-04T09:05:00"),
        (("run", "sources"), [{"name": "dns", "status": "well"}]),
    ],
)
def test_words_outside_the_vocabulary_are_refused(
    path: tuple[str | int, ...], value: object
) -> None:
    """The closed vocabularies, dates, amounts and time zones are part of the contract."""
    top = json.loads(write(estates.varied()))
    place = top
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(NotAnAudit):
        read(json.dumps(top).encode())


def test_the_schema_shipped_equals_the_types() -> None:
    """`audit.schema.json` is made from the types and never drifts from them."""
    shipped = json.loads((files("reports") / "audit.schema.json").read_text(encoding="utf-8"))

    assert shipped == json.loads(json.dumps(json_schema()))
    assert shipped["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert shipped["$defs"]["Document"]["properties"]["schema"] == {"enum": [SCHEMA]}


def test_every_moment_in_the_contract_carries_a_zone() -> None:
    """A moment without a time zone is not a moment."""
    naive = msgspec.structs.replace(estates.empty(), generated_at=datetime(2026, 5, 4))  # noqa: DTZ001

    with pytest.raises(NotAnAudit):
        read(write(naive))
