"""Asks the two keyless searches of certificate logs: crt.sh and Cert Spotter.

Both fail often and in their own ways, and neither failure may look like "no certificates": crt.sh
answers 404 or an HTML page when overloaded, breaks off long answers and stops at 10,000 rows; Cert
Spotter answers with an object instead of a list when the hour's quota is used up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.observation import Reason
from probes.kit.target import canonical_name

R = TypeVar("R")

_MOST_BYTES: Final = 4_194_304
"""About ten thousand rows. What is longer is read as far as this, and called partial."""
_PATIENCES: Final = (30.0, 40.0, 50.0)
"""Seconds for each try; a second question must differ from the first, or it is not asked again."""
_WHOLE: Final = timedelta(seconds=140)
_ROW_CAP: Final = 10_000
_MOST_PAGES: Final = 4
_MOST_SIGNS: Final = ((b"{", 25_000), (b"[", 50_000), (b'"', 600_000), (b",", 300_000))
"""More of these than any log's 10,000 rows need make an answer that only wants our memory."""
_MOST_NAMES: Final = 200
_MOST_NAMES_IN_ALL: Final = 20_000
"""Names that differ, of one domain in one log."""
_BLANKS: Final = 64
"""Bytes of white space that may stand before a list."""
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


class _Rows(Struct, Generic[R], frozen=True):
    """The rows of one answer that could be read."""

    read: list[R]
    told: int
    """How many there were, those that could not be read too."""
    whole: bool
    """False when the answer broke off."""

    @property
    def clean(self) -> bool:
        """True when the answer came to its end and every row could be read."""
        return self.whole and self.told == len(self.read)


async def crt_sh(domain: str, net: Net) -> Findings:
    """Search crt.sh for every certificate below a domain, expired ones too."""
    url = f"https://crt.sh/?q=%25.{domain}&output=json"
    try:
        async with Patience(_WHOLE):
            answer = await _persist(url, net, partial(_crt_sh_row, _Names()))
    except TimeoutError:
        return Findings(Status.FAILED)
    if isinstance(answer, Status):
        return Findings(answer)
    by_serial: dict[tuple[str, str], Entry] = {}
    for key, entry in answer.read:
        # A precertificate and its certificate are two rows with one serial number.
        other = by_serial.setdefault(key, entry)
        if other is not entry:
            names = tuple(dict.fromkeys(other.names + entry.names))[:_MOST_NAMES]
            whole = other.whole and entry.whole
            by_serial[key] = msgspec.structs.replace(other, names=names, whole=whole)
    entries = tuple(by_serial.values())
    whole = answer.clean and answer.told < _ROW_CAP and all(entry.whole for entry in entries)
    return Findings(Status.COMPLETED if whole else Status.PARTIAL, entries)


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
    read = partial(_cert_spotter_row, _Names())
    try:
        async with Patience(_WHOLE):
            for _ in range(_MOST_PAGES):
                url = f"{base}&after={after}" if after else base
                answer = await _persist(url, net, read, once=True)
                if isinstance(answer, Status):
                    status = answer
                    break
                news = [entry for entry in answer.read if entry.id not in found]
                found.update((entry.id, entry) for entry in news)
                clean = clean and answer.clean and all(entry.whole for entry in answer.read)
                if not news or not answer.whole:
                    status = Status.COMPLETED if clean else Status.PARTIAL
                    break
                after = news[-1].id.partition(":")[2]
    except TimeoutError:
        status = Status.FAILED
    if found and status is Status.FAILED:
        status = Status.PARTIAL
    return Findings(status, tuple(found.values()))


async def _persist(
    url: str, net: Net, read: Callable[[msgspec.Raw], R | None], *, once: bool = False
) -> _Rows[R] | Status:
    """Ask up to three times for a list of rows; `once` does not knock again at a closed quota."""
    best: _Rows[R] | Status = Status.FAILED
    for patience in _PATIENCES:
        try:
            answer = await net.ask(ApiQuestion(url, max_bytes=_MOST_BYTES, patience=patience))
        except NetTrouble as trouble:
            if trouble.reason is Reason.NOT_ALLOWED:
                return Status.SKIPPED
            if trouble.reason is Reason.RATE_LIMITED:
                best = best if isinstance(best, _Rows) else Status.LIMITED
            if trouble.reason not in _PASSING_TROUBLES:
                break
            continue
        status, capped, rows = answer.status, answer.truncated, _rows(answer, read)
        del answer  # its megabytes must not wait for those of the next one
        if isinstance(rows, _Rows) and (rows.whole or (capped and rows.told)):
            return rows
        if rows is Status.LIMITED and once:
            return rows
        if isinstance(rows, _Rows) or not isinstance(best, _Rows):
            best = rows
        if status not in _PASSING and status != 200:
            break
    return best


def _rows(answer: ApiAnswer, read: Callable[[msgspec.Raw], R | None]) -> _Rows[R] | Status:
    """Take a list of rows out of an answer; of one that broke off, the rows that are whole."""
    body = answer.body
    if answer.status == 429 or (body[:1] == b"{" and b'"rate_limited"' in body[:400]):
        return Status.LIMITED
    if answer.status != 200 or body[:_BLANKS].lstrip()[:1] != b"[":
        return Status.FAILED
    if any(body.count(sign) > most for sign, most in _MOST_SIGNS):
        return Status.FAILED
    whole = not answer.truncated
    try:
        told = msgspec.json.decode(body, type=list[msgspec.Raw])
    except _BROKEN:
        whole = False
        try:
            end = body.rindex(b"},") + 1
            told = msgspec.json.decode(body[:end] + b"]", type=list[msgspec.Raw])
        except (ValueError, *_BROKEN):
            return Status.FAILED
    found = [row for row in map(read, told) if row]
    return _Rows(found, told=len(told), whole=whole)


def _row(raw: msgspec.Raw) -> dict[str, Any] | None:
    """Read one row by itself: a broken or huge one costs nobody else."""
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except _BROKEN:
        return None


def _crt_sh_row(names: _Names, raw: msgspec.Raw) -> tuple[tuple[str, str], Entry] | None:
    row = _row(raw)
    if row is None:
        return None
    # Split no further than is kept: a row may hold a hundred thousand names.
    said = [
        *str(row.get("name_value", "")).split("\n", _MOST_NAMES),
        str(row.get("common_name", "")),
    ]
    kept, whole = names.read(said)
    try:
        entry = Entry(
            id=f"crt.sh:{str(row['id'])[:40]}",
            names=kept,
            issuer=_issuer(str(row.get("issuer_name", ""))),
            not_before=_moment(row["not_before"]),
            not_after=_moment(row["not_after"]),
            whole=whole,
        )
    except (KeyError, ValueError, OverflowError):
        return None
    return (str(row.get("issuer_ca_id")), str(row.get("serial_number") or entry.id)), entry


def _cert_spotter_row(names: _Names, raw: msgspec.Raw) -> Entry | None:
    row = _row(raw)
    if row is None or not isinstance(row.get("dns_names"), list):
        return None
    issuer = row.get("issuer")
    said = issuer if isinstance(issuer, dict) else {}
    kept, whole = names.read(row["dns_names"])
    try:
        return Entry(
            id=f"certspotter:{str(row['id'])[:40]}",
            names=kept,
            issuer=_issuer(str(said.get("name") or said.get("friendly_name") or "")),
            not_before=_moment(row["not_before"]),
            not_after=_moment(row["not_after"]),
            whole=whole,
        )
    except (KeyError, ValueError, OverflowError):
        return None


class _Names:
    """Reads host names: each is kept once, however many certificates bear it, and so many in all."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def read(self, said: list[Any]) -> tuple[tuple[str, ...], bool]:
        """Return the canonical spellings, each once, and whether none was left out for being too many.

        Mail addresses and free text are no names: they are dropped, and nothing is missing then.
        """
        found: dict[str, None] = {}
        whole = len(said) <= _MOST_NAMES
        for text in said[:_MOST_NAMES]:
            if not isinstance(text, str) or "@" in text or " " in text or "." not in text:
                continue
            if text not in self._known:
                if len(self._known) == _MOST_NAMES_IN_ALL:
                    whole = False
                    continue
                self._known[text] = _canonical(text)
            if name := self._known[text]:
                found[name] = None
        return tuple(found), whole


def _canonical(text: str) -> str:
    """The name in canonical spelling, its star kept; empty for what is no host name."""
    star = "*." if text.startswith("*.") else ""
    try:
        return star + canonical_name(text[len(star) :])
    except ValueError:
        return ""


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
