"""The audit document, `revizor.audit/1`: everything a report is printed from, and nothing else.

The types are the contract; `audit.schema.json` beside this file is made from them. Fields that a later edition adds
are tolerated on reading. Codes are snake_case words whose sentences live in `texts/`; amounts of money are decimal
strings; moments carry a time zone and days are ISO dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field, structs

from reports.registry import (
    Answer,
    Cost,
    Moment,
    Months,
    OneOff,
    Registry,
    RegistryObject,
    StepDone,
    Verdict,
)

__all__ = [
    "SCHEMA",
    "SCHEMA_ID",
    "Answer",
    "Asset",
    "Change",
    "Client",
    "Cost",
    "Document",
    "Evidence",
    "Finding",
    "FoundBy",
    "Hand",
    "Moment",
    "Months",
    "NotAnAudit",
    "NotSeen",
    "OneOff",
    "OwnershipReason",
    "Param",
    "Params",
    "Registry",
    "RegistryObject",
    "Relation",
    "Run",
    "Savings",
    "Scope",
    "Source",
    "StepDone",
    "Told",
    "Verdict",
    "Work",
    "YearlySum",
    "json_schema",
    "lines",
    "read",
    "write",
]  # fmt: skip
SCHEMA = "revizor.audit/1"
SCHEMA_ID = "urn:revizor:audit:1"

Param = str | int | float | bool | list[str]
Params = dict[str, Param]
Use = Annotated[str, Meta(pattern="^(used|redirect|idle|broken|unused|lapsed|unknown)$")]
Confidence = Annotated[str, Meta(pattern="^(weak|likely|certain)$")]
Ownership = Annotated[str, Meta(pattern="^(confirmed|likely|possible|foreign)$")]
Severity = Annotated[str, Meta(pattern="^(critical|high|medium|low|info|)$")]
SourceStatus = Annotated[str, Meta(pattern="^(completed|partial|failed|limited|skipped)$")]
StepOfWork = Annotated[
    str, Meta(pattern="^(transfer|fix_takeovers|remove_dns|switch_off|let_expire)$")
]
Count = Annotated[int, Meta(ge=0)]


class NotAnAudit(ValueError):
    """The bytes are not an audit document; the message is one sentence for a person."""


class Client(Struct, frozen=True, kw_only=True):
    """Whose estate it is: the names the consultant gave."""

    slug: str
    name: str
    org: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    inn: tuple[str, ...] = ()


class Source(Struct, frozen=True, kw_only=True):
    """One source that the run asked: how often, how often it answered, and why not always."""

    name: str
    status: SourceStatus
    asked: Count = 0
    answered: Count = 0
    reason: str = ""
    """A code (`rate_limited`) or, for a person's own remark, a sentence."""


class Scope(Struct, frozen=True, kw_only=True):
    """What the run was told: where it started and how far it might go."""

    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    allow_nets: tuple[str, ...] = ()
    depth: Count | None = None


class Run(Struct, frozen=True, kw_only=True):
    """The scan behind the document."""

    id: str
    started_at: Moment
    finished_at: Moment | None = None
    complete: bool = False
    vantage: str = ""
    sources: tuple[Source, ...] = ()
    scope: Scope = Scope()


class OwnershipReason(Struct, frozen=True, kw_only=True):
    """One sign that the thing is, or is not, the client's; signs of one group count once."""

    code: str
    params: Params = {}
    group: str = ""
    evidence: tuple[str, ...] = ()


class FoundBy(Struct, frozen=True, kw_only=True):
    """One step of the chain that led to the thing, the consultant's own word first."""

    code: str
    params: Params = {}
    source: str | None = field(name="from", default=None)
    """The asset id or the plain name that the step came from."""


class Finding(Struct, frozen=True, kw_only=True):
    """One reason for the verdict, or a fault that decides nothing, as a code with parameters."""

    code: str
    params: Params = {}
    leans: str = ""
    at: Moment | None = None
    evidence: tuple[str, ...] = ()
    severity: Severity = ""
    """How bad it is, where it is a fault: critical, high, medium, low or info."""
    standard: str = ""
    """The RFC, requirement or practice that says so."""


class Told(Struct, frozen=True, kw_only=True):
    """Something to be told, as a code with parameters."""

    code: str
    params: Params = {}


class Work(Struct, frozen=True, kw_only=True):
    """What is to be done about a thing, and what it would mean if that were a mistake."""

    steps: tuple[StepOfWork, ...] = ()
    """The steps of the whole work in which the thing comes up, in their order."""
    done: tuple[str, ...] = ()
    """Needs that are met already; `needs` holds those that are not."""
    consequence: Told | None = None
    """What stops if the proposal is wrong …"""
    undo: Told | None = None
    """… and how it is undone; for a domain with its `days`, `until` and `last_day`."""


class Hand(Struct, frozen=True, kw_only=True):
    """A trouble that somebody must put right; with the asset its code names it until it heals."""

    code: str
    severity: Severity
    params: Params = {}


class Asset(Struct, frozen=True, kw_only=True):
    """One thing that can be owned, paid, renewed or lost, and what was found out about it."""

    id: str
    kind: str
    name: str
    """ASCII: an internationalised name in its `xn--` form."""
    display_name: str
    """Unicode, for people."""
    ownership: Ownership = "possible"
    ownership_reasons: tuple[OwnershipReason, ...] = ()
    found_by: tuple[FoundBy, ...] = ()
    use: Use = "unknown"
    state: str = "undetermined"
    verdict: Verdict = "no_data"
    confidence: Confidence = "weak"
    needs: tuple[str, ...] = ()
    reasons: tuple[Finding, ...] = ()
    paid_until: date | None = None
    registrar: str | None = None
    provider: str | None = None
    provider_names: dict[str, str] = {}
    """The provider's name by language, where it is written otherwise than in `provider`."""
    auto_renew: bool | None = None
    cost: Cost | None = None
    projects: tuple[str, ...] = ()
    work: Work | None = None
    """None where there is nothing to do."""
    hands: tuple[Hand, ...] = ()
    facts: dict[str, Any] = {}
    """Free JSON by kind: a hosting has `addresses`, `provider`, `serves`; a domain `name_servers`, `holder` …"""


class Relation(Struct, frozen=True, kw_only=True):
    """`source` stands in `kind` relation to `target`; both are asset ids."""

    source: str = field(name="from")
    target: str = field(name="to")
    kind: str


class Evidence(Struct, frozen=True, kw_only=True):
    """A short excerpt of a recorded exchange; the whole answer stays in the database under the same id."""

    at: Moment
    vantage: str = ""
    question: str
    excerpt: str = ""


class NotSeen(Struct, frozen=True, kw_only=True):
    """Something the audit could not see, as a code with parameters."""

    code: str
    params: Params = {}


class YearlySum(Struct, frozen=True, kw_only=True):
    """Money a year in one currency; sums on different grounds are never added together."""

    amount: Decimal
    currency: str
    source: str = ""
    """`invoice`, `declared`, `price_list` or `estimate`, as in a cost."""


class Savings(Struct, frozen=True, kw_only=True):
    """Known spending and what the proposals would save a year; empty sums mean that no price is known."""

    priced: Count = 0
    """How many things have a known price …"""
    total: Count = 0
    """… out of how many."""
    spending: tuple[YearlySum, ...] = ()
    proposed: tuple[YearlySum, ...] = ()
    proposed_priced: Count = 0
    """How many of the things that are proposed to be given up have a known price …"""
    proposed_total: Count = 0
    """… out of how many."""


class Change(Struct, frozen=True, kw_only=True):
    """What is different from the previous audit."""

    code: str
    params: Params = {}
    asset: str | None = None


class Document(Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """One audit of one client."""

    client: Client
    generated_at: Moment
    run: Run
    prepared_by: str = ""
    assets: tuple[Asset, ...] = ()
    relations: tuple[Relation, ...] = ()
    evidence: dict[str, Evidence] = {}
    registry: Registry = Registry()
    not_seen: tuple[NotSeen, ...] = ()
    savings: Savings = Savings()
    changes: tuple[Change, ...] = ()


class _Heading(Struct):
    """The one field that says what a file is."""

    schema: str | None = None


_ENCODER = msgspec.json.Encoder(order="deterministic", decimal_format="string")


def read(content: bytes) -> Document:
    """Give the document that the bytes hold, or raise `NotAnAudit` with a sentence for a person."""
    try:
        heading = msgspec.json.decode(content, type=_Heading).schema
        if heading is None:
            raise NotAnAudit("The file does not say that it is an audit: it has no “schema” field.")
        if heading != SCHEMA:
            raise NotAnAudit(
                f"The file says it is {heading[:60]!r}, and only {SCHEMA!r} can be read."
            )
        return msgspec.json.decode(content, type=Document)
    except msgspec.ValidationError as trouble:
        raise NotAnAudit(f"The file is not a valid {SCHEMA} audit: {trouble}.") from trouble
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise NotAnAudit(f"The file is not JSON: {trouble}.") from trouble
    except RecursionError as trouble:
        raise NotAnAudit("The file is nested too deeply to be an audit.") from trouble


def write(document: Document) -> bytes:
    """Spell the document as UTF-8 JSON; equal documents give equal bytes (see `lines`)."""
    return b"".join(
        lines(
            document,
            assets=document.assets,
            relations=document.relations,
            evidence=sorted(document.evidence.items()),
            not_seen=document.not_seen,
        )
    )


def lines(
    frame: Document,
    *,
    assets: Iterable[Asset],
    relations: Iterable[Relation],
    evidence: Iterable[tuple[str, Evidence]],
    not_seen: Iterable[NotSeen],
    savings: Callable[[], Savings] | None = None,
) -> Iterator[bytes]:
    """Yield a document of any size in pieces: each asset, relation and piece of evidence on a line of its own.

    Everything else is the frame's. Each iterable is read when its turn comes, in the order of the arguments:
    a later one may tell what was learnt while an earlier one was read. `savings` is asked after all of
    them; without it the frame's count.
    """
    encode = _ENCODER.encode
    rows = {
        "assets": (b"[", map(encode, assets), b"]"),
        "relations": (b"[", map(encode, relations), b"]"),
        "evidence": (b"{", (encode(id_) + b": " + encode(piece) for id_, piece in evidence), b"}"),
        "not_seen": (b"[", map(encode, not_seen), b"]"),
    }
    yield b'{\n  "schema": ' + encode(SCHEMA)
    for one in structs.fields(Document):
        yield b",\n  " + encode(one.encode_name) + b": "
        if one.name in rows:
            yield from _block(*rows[one.name])
        else:
            learnt = savings if one.name == "savings" else None
            value = learnt() if learnt else getattr(frame, one.name)
            spelt = msgspec.json.format(encode(value), indent=2)
            yield spelt.replace(b"\n", b"\n  ")
    yield b"\n}\n"


def _block(opening: bytes, rows: Iterable[bytes], closing: bytes) -> Iterator[bytes]:
    yield opening
    number = 0
    for number, row in enumerate(rows, 1):
        yield (b",\n    " if number > 1 else b"\n    ") + row
    yield (b"\n  " if number else b"") + closing


def json_schema() -> dict[str, Any]:
    """Say the contract as JSON Schema 2020-12; `audit.schema.json` holds the same."""
    (top,), definitions = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": SCHEMA,
        **top,
        "$defs": definitions,
    }
