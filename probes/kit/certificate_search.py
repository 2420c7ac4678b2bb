"""Asks the two keyless searches of certificate logs: crt.sh and Cert Spotter.

Both fail often and in their own ways, and neither failure may look like "no certificates": crt.sh
answers 404 or an HTML page when overloaded, breaks off long answers and stops at 10,000 rows; Cert
Spotter answers with an object instead of a list when the hour's quota is used up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.observation import Reason
from probes.kit.target import canonical_name

_PATIENCES: Final = (30.0, 40.0, 50.0)
"""Seconds for each try; a second question must differ from the first, or it is not asked again."""
_WHOLE: Final = timedelta(seconds=140)
_ROW_CAP: Final = 10_000
_MOST_PAGES: Final = 4
_MOST_SIGNS: Final = ((b"{", 25_000), (b"[", 50_000), (b'"', 600_000), (b",", 300_000))
"""More of these than any log's 10,000 rows need make an answer that only wants our memory."""
_MOST_NAMES: Final = 200
_TEXT_LENGTH: Final = 200
_PASSING: Final = frozenset({404, 429, 500, 502, 503, 504})
_PASSING_TROUBLES: Final = frozenset(
    {Reason.TIMEOUT, Reason.CONNECTION_LOST, Reason.UNREACHABLE, Reason.MALFORMED}
)
_BROKEN: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class Status(StrEnum):
    """How a source did."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    LIMITED = "limited"
    SKIPPED = "skipped"


class Entry(Struct, frozen=True):
    """One certificate of a log: names canonical, wildcards kept, at most 200."""

    id: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    whole: bool = True
    """False when it has more names than are kept."""


class Findings(Struct, frozen=True):
    """What one source told, and how far it got."""

    status: Status
    entries: tuple[Entry, ...] = ()


class _Rows(Struct, frozen=True):
    """One answer taken apart into rows."""

    rows: list[msgspec.Raw]
    whole: bool


async def crt_sh(domain: str, net: Net) -> Findings:
    """Search crt.sh for every certificate below a domain, expired ones too."""
    url = f"https://crt.sh/?q=%25.{domain}&output=json"
    try:
        async with Patience(_WHOLE):
            answer = await _persist(url, net)
    except TimeoutError:
        return Findings(Status.FAILED)
    if isinstance(answer, Status):
        return Findings(answer)
    whole = answer.whole and len(answer.rows) < _ROW_CAP
    by_serial: dict[tuple[str, str], Entry] = {}
    for row in answer.rows:
        read = _crt_sh_row(row)
        if read is None:
            whole = False
            continue
        # A precertificate and its certificate are two rows with one serial number.
        key, entry = read
        whole = whole and entry.whole
        other = by_serial.setdefault(key, entry)
        if other is not entry:
            names = tuple(dict.fromkeys(other.names + entry.names))[:_MOST_NAMES]
            by_serial[key] = msgspec.structs.replace(other, names=names)
    return Findings(Status.COMPLETED if whole else Status.PARTIAL, tuple(by_serial.values()))


async def cert_spotter(domain: str, net: Net) -> Findings:
    """Search Cert Spotter for the unexpired certificates of a domain and everything below it.

    Its pages are asked for until an empty one comes, as its documentation demands.
    """
    base = (
        f"https://api.certspotter.com/v1/issuances?domain={domain}"
        "&include_subdomains=true&expand=dns_names&expand=issuer"
    )
    found: dict[str, Entry] = {}
    after, status, clean = "", Status.PARTIAL, True
    try:
        async with Patience(_WHOLE):
            for _ in range(_MOST_PAGES):
                answer = await _persist(f"{base}&after={after}" if after else base, net, once=True)
                if isinstance(answer, Status):
                    status = answer
                    break
                fresh = [entry for entry in map(_cert_spotter_row, answer.rows) if entry]
                news = [entry for entry in fresh if entry.id not in found]
                found.update((entry.id, entry) for entry in news)
                read = len(fresh) == len(answer.rows) and all(entry.whole for entry in fresh)
                clean = clean and answer.whole and read
                if not news or not answer.whole:
                    status = Status.COMPLETED if clean else Status.PARTIAL
                    break
                after = news[-1].id.partition(":")[2]
    except TimeoutError:
        status = Status.FAILED
    if found and status is Status.FAILED:
        status = Status.PARTIAL
    return Findings(status, tuple(found.values()))


async def _persist(url: str, net: Net, *, once: bool = False) -> _Rows | Status:
    """Ask up to three times for a list of rows; `once` does not knock again at a closed quota."""
    best: _Rows | Status = Status.FAILED
    for patience in _PATIENCES:
        try:
            answer = await net.ask(ApiQuestion(url, patience=patience))
        except NetTrouble as trouble:
            if trouble.reason is Reason.NOT_ALLOWED:
                return Status.SKIPPED
            if trouble.reason is Reason.RATE_LIMITED:
                best = best if isinstance(best, _Rows) else Status.LIMITED
            if trouble.reason not in _PASSING_TROUBLES:
                break
            continue
        rows = _rows(answer)
        if isinstance(rows, _Rows) and (rows.whole or (answer.truncated and rows.rows)):
            return rows
        if rows is Status.LIMITED and once:
            return rows
        if isinstance(rows, _Rows) or not isinstance(best, _Rows):
            best = rows
        if answer.status not in _PASSING and answer.status != 200:
            break
    return best


def _rows(answer: ApiAnswer) -> _Rows | Status:
    """Take a list of rows out of an answer; of one that broke off, the rows that are whole."""
    if answer.status == 429 or (answer.body[:1] == b"{" and b'"rate_limited"' in answer.body[:400]):
        return Status.LIMITED
    if answer.status != 200 or answer.body.lstrip()[:1] != b"[":
        return Status.FAILED
    if any(answer.body.count(sign) > most for sign, most in _MOST_SIGNS):
        return Status.FAILED
    try:
        rows = msgspec.json.decode(answer.body, type=list[msgspec.Raw])
        return _Rows(rows, whole=not answer.truncated)
    except _BROKEN:
        pass
    try:
        end = answer.body.rindex(b"},") + 1
        return _Rows(
            msgspec.json.decode(answer.body[:end] + b"]", type=list[msgspec.Raw]), whole=False
        )
    except (ValueError, *_BROKEN):
        return Status.FAILED


def _row(raw: msgspec.Raw) -> dict[str, Any] | None:
    """Read one row by itself: a broken or huge one costs nobody else."""
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except _BROKEN:
        return None


def _crt_sh_row(raw: msgspec.Raw) -> tuple[tuple[str, str], Entry] | None:
    row = _row(raw)
    if row is None:
        return None
    said = f"{row.get('name_value', '')}\n{row.get('common_name', '')}".split("\n")
    try:
        entry = Entry(
            id=f"crt.sh:{str(row['id'])[:40]}",
            names=_names(said),
            issuer=_issuer(str(row.get("issuer_name", ""))),
            not_before=_moment(row["not_before"]),
            not_after=_moment(row["not_after"]),
            whole=len(said) <= _MOST_NAMES,
        )
    except (KeyError, ValueError, OverflowError):
        return None
    return (str(row.get("issuer_ca_id")), str(row.get("serial_number") or entry.id)), entry


def _cert_spotter_row(raw: msgspec.Raw) -> Entry | None:
    row = _row(raw)
    if row is None or not isinstance(row.get("dns_names"), list):
        return None
    issuer = row.get("issuer")
    said = issuer if isinstance(issuer, dict) else {}
    try:
        return Entry(
            id=f"certspotter:{str(row['id'])[:40]}",
            names=_names(row["dns_names"]),
            issuer=_issuer(str(said.get("name") or said.get("friendly_name") or "")),
            not_before=_moment(row["not_before"]),
            not_after=_moment(row["not_after"]),
            whole=len(row["dns_names"]) <= _MOST_NAMES,
        )
    except (KeyError, ValueError, OverflowError):
        return None


def _names(said: list[Any]) -> tuple[str, ...]:
    """Host names in canonical spelling, each once; mail addresses and free text are dropped."""
    found: dict[str, None] = {}
    for text in said[:_MOST_NAMES]:
        if not isinstance(text, str) or "@" in text or " " in text or "." not in text:
            continue
        star = "*." if text.startswith("*.") else ""
        try:
            found[star + canonical_name(text[len(star) :])] = None
        except ValueError:
            continue
    return tuple(found)


def _issuer(distinguished_name: str) -> str:
    """The organisation in `C=US, O=Let's Encrypt, CN=R3`; the whole text where there is none."""
    for part in distinguished_name.replace('"', "").split(", "):
        kind, _, value = part.strip().partition("=")
        if kind == "O" and value:
            return value[:_TEXT_LENGTH]
    return distinguished_name[:_TEXT_LENGTH]


def _moment(said: Any) -> datetime:
    """Read `2024-01-31T10:20:30`, UTC, with or without its Z; raise ValueError for anything else."""
    if not isinstance(said, str):
        raise ValueError("no moment")
    at = datetime.fromisoformat(said[:40])
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
