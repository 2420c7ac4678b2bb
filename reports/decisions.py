"""The list a client signs, and what he decided on it: `revizor.decisions/1`.

A report asks; the file that it saves answers. Both name the list by the hash of its rows, so that an answer
counts for exactly the list it was given to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from reports.audit_file import AuditFile

SCHEMA = "revizor.decisions/1"
PROPOSED = ("switch_off", "let_expire", "consolidate", "transfer", "ask")
"""Verdicts that ask the client for a decision; the rest is work, or nothing is to be done."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a file that is read: forty thousand decisions with a remark each."""

Word = Annotated[str, Meta(max_length=300)]


class Proposal(Struct, frozen=True, order=True, array_like=True):
    """One row of the list: what we propose to do with which thing."""

    id: str
    verdict: str


class Signed(Struct, frozen=True, kw_only=True):
    """Who signed, as he wrote it."""

    name: Word = ""
    position: Word = ""
    on: date | None = None


class Decided(Struct, frozen=True, kw_only=True):
    """The client's word on one row."""

    id: Annotated[str, Meta(min_length=3, max_length=600)]
    decision: Literal["approved", "rejected", "deferred", "ask"]
    until: date | None = None
    comment: Annotated[str, Meta(max_length=4000)] = ""


class Decisions(Struct, frozen=True, kw_only=True):
    """What a client decided on the list of one audit."""

    schema: Literal["revizor.decisions/1"] = "revizor.decisions/1"
    client: Word
    audit_id: Word
    list_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signed: Signed
    decisions: Annotated[tuple[Decided, ...], Meta(max_length=100_000)]


class NotDecisions(ValueError):
    """The bytes are no decisions; the message is one sentence for a person."""


def proposals_of(audit: AuditFile) -> tuple[Proposal, ...]:
    """Return the list that the client of an audit is asked to sign, by id."""
    return tuple(
        sorted(
            Proposal(entry.id, entry.verdict)
            for entry in audit.entries
            if entry.verdict in PROPOSED and entry.ownership in ("confirmed", "likely")
        )
    )


def list_sha256(proposals: Iterable[Proposal]) -> str:
    """Return the hash that names a list: of its ids and verdicts alone, in whatever order and language."""
    rows = sorted([one.id, one.verdict] for one in proposals)
    canonical = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read(data: bytes) -> Decisions:
    """Read a file of decisions; raise NotDecisions for anything else."""
    if len(data) > LARGEST:
        raise NotDecisions(f"it is larger than {LARGEST // 1024 // 1024} MiB, as no such file is.")
    try:
        return msgspec.json.decode(data, type=Decisions)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotDecisions(
            f"it is not {SCHEMA} ({error}); give the file that the report saved, unchanged."
        ) from error
