"""The list a client signs is named by a hash of its rows; a file of decisions is read strictly."""

from __future__ import annotations

import hashlib
import json

import pytest

from reports.audit_file import AuditFile
from reports.decisions import (
    LARGEST,
    PROPOSED,
    NotDecisions,
    Proposal,
    list_sha256,
    proposals_of,
    read,
)
from tests.reports.estates import varied

ROWS = [Proposal("domain:пример.рф", "let_expire"), Proposal("hosting:beget/x", "switch_off")]
GOOD = {
    "schema": "revizor.decisions/1",
    "client": "romashka",
    "audit_id": "run1",
    "list_sha256": list_sha256(ROWS),
    "signed": {"name": "Ольга Ильина", "position": "директор", "on": "2026-03-02"},
    "decisions": [
        {"id": "hosting:beget/x", "decision": "deferred", "until": "2026-04-01", "comment": "позже"}
    ],
}


def test_the_hash_is_of_rows_in_whatever_order() -> None:
    """SHA-256 of the sorted rows as compact JSON in UTF-8, as anybody can compute it."""
    assert list_sha256(ROWS) == list_sha256(reversed(ROWS))
    canonical = '[["domain:пример.рф","let_expire"],["hosting:beget/x","switch_off"]]'
    assert list_sha256(ROWS) == hashlib.sha256(canonical.encode()).hexdigest()
    assert list_sha256(ROWS) != list_sha256(ROWS[:1])
    assert list_sha256([ROWS[0]]) != list_sha256([Proposal(ROWS[0].id, "ask")])


def test_the_list_is_what_the_client_is_asked() -> None:
    """Proposals and questions on his own things, by id; what is kept or may be a stranger's is not on it."""
    audit = AuditFile.of(varied())
    listed = proposals_of(audit)

    assert listed
    assert list(listed) == sorted(listed)
    own = {entry.id: entry for entry in audit.entries if entry.ownership in ("confirmed", "likely")}
    assert {one.id for one in listed} == {
        id_ for id_, entry in own.items() if entry.verdict in PROPOSED
    }


def test_a_good_file_is_read_whole() -> None:
    """Every field has its place."""
    file = read(json.dumps(GOOD).encode())

    assert (file.client, file.audit_id, file.signed.name) == ("romashka", "run1", "Ольга Ильина")
    assert [(one.id, one.decision, str(one.until)) for one in file.decisions] == [
        ("hosting:beget/x", "deferred", "2026-04-01")
    ]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"schema": "revizor.audit/1"},
        {"client": None},
        {"list_sha256": "abc"},
        {"signed": "Ольга"},
        {"decisions": [{"id": "a:b", "decision": "burn"}]},
        {"decisions": [{"id": "a:b"}]},
        {"decisions": [{"id": "a:b", "decision": "approved", "comment": "x" * 5000}]},
        {"decisions": [{"id": "a:b", "decision": "approved", "until": "soon"}]},
    ],
)
def test_a_spoiled_file_is_refused(spoiled: dict[str, object]) -> None:
    """One sentence that says what it should be."""
    with pytest.raises(NotDecisions, match="give the file that the report saved"):
        read(json.dumps({**GOOD, **spoiled}).encode())


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 100_000, b"{}", b"null"])
def test_bytes_that_are_nothing_are_refused(data: bytes) -> None:
    """So is a file larger than any list."""
    with pytest.raises(NotDecisions):
        read(data)
    with pytest.raises(NotDecisions, match="larger"):
        read(b" " * (LARGEST + 1))
