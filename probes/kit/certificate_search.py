"""Asks the two keyless searches of certificate logs: crt.sh and Cert Spotter.

Both fail often and in their own ways, and neither failure may look like "no certificates": crt.sh
answers 404 or an HTML page when overloaded, breaks off long answers and stops at 10,000 rows; Cert
Spotter answers with an object instead of a list when the hour's quota is used up.

crt.sh: `GET https://crt.sh/?q=%25.D&output=json` for what is below D and `?q=D&output=json` for D
itself; rows `{issuer_ca_id, issuer_name, common_name, name_value (the matching names, one a line), id,
not_before, not_after, serial_number}`. Cert Spotter: `GET https://api.certspotter.com/v1/issuances`
with `domain`, `include_subdomains`, `expand` and `after`; rows `{id, dns_names (all of them), issuer,
not_before, not_after, cert_sha256}`, unexpired ones only, until an empty page comes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import Struct

from probes.kit.certificate import is_automatic
from probes.kit.certificate_names import MOST_NAMES, Names
from probes.kit.json_rows import PATIENCES, Rows, ask_rows, read_row
from probes.kit.net import Net
from probes.kit.net.patience import Patience
from probes.kit.observation import Reason
from probes.kit.source import BUDGET, COMPLETED, ROW_CAP, Ended, Status

_WHOLE: Final = timedelta(seconds=140)
_ROW_CAP: Final = 10_000
_MOST_PAGES: Final = 4
_TEXT_LENGTH: Final = 200
_HEX: Final = frozenset("0123456789abcdef")
_MOST_EXACT: Final = 1_048_576
"""Bytes of the certificates of one bare name: some two thousand of them."""
_TIMED_OUT: Final = Ended(Status.FAILED, Reason.TIMEOUT)
Key = tuple[str, str]
"""Issuer and serial number."""


class Entry(Struct, frozen=True):
    """One certificate of a log: names canonical, wildcards kept, at most 200."""

    id: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    whole: bool = True
    """False when it has more names than are kept."""
    all_names: bool = False
    """True when these are all its names, not only those that match the question."""
    organisation: str = ""
    """Subject organisation, where the certificate itself was read and names one."""
    sha256: str = ""
    """Hex digest of the certificate or precertificate, where it was told or the thing itself read."""
    automated: bool = False
    """True when the issuer is an automatic, free one."""


class Findings(Struct, frozen=True):
    """What one source told, and how far it got."""

    ended: Ended
    entries: tuple[Entry, ...] = ()


async def crt_sh(domain: str, net: Net) -> Findings:
    """Search crt.sh for every certificate of a domain and all below it, expired ones too."""
    read = partial(_crt_sh_row, Names())
    parts: list[Rows[tuple[Key, Entry]] | Ended] = []
    try:
        async with Patience(_WHOLE):
            parts.append(await ask_rows(net, _crt_sh_url(f"%25.{domain}"), read))
            # A certificate for the bare domain alone matches no `%.domain`. A service that was deaf
            # three times is knocked at once more, no oftener.
            tries = PATIENCES if isinstance(parts[0], Rows) else PATIENCES[:1]
            exact = await ask_rows(
                net, _crt_sh_url(domain), read, patiences=tries, most_bytes=_MOST_EXACT
            )
            parts.append(exact)
    except TimeoutError:
        parts.append(_TIMED_OUT)
    entries = _by_serial(row for part in parts if isinstance(part, Rows) for row in part.read)
    return Findings(_together(parts, entries), entries)


def _crt_sh_url(query: str) -> str:
    return f"https://crt.sh/?q={query}&output=json"


def _by_serial(rows: Any) -> tuple[Entry, ...]:
    """A precertificate and its certificate are two rows with one serial number; so are two answers'."""
    by_serial: dict[Key, Entry] = {}
    for key, entry in rows:
        other = by_serial.setdefault(key, entry)
        if other is not entry:
            names = tuple(dict.fromkeys(other.names + entry.names))
            whole = other.whole and entry.whole and len(names) <= MOST_NAMES
            by_serial[key] = msgspec.structs.replace(other, names=names[:MOST_NAMES], whole=whole)
    return tuple(by_serial.values())


def _together(parts: list[Rows[tuple[Key, Entry]] | Ended], entries: tuple[Entry, ...]) -> Ended:
    """How crt.sh did, of how its two answers ended."""
    ends = [part.ended if isinstance(part, Rows) else part for part in parts]
    if all(isinstance(part, Ended) for part in parts):
        return ends[0]
    short = next((end for end in ends if end != COMPLETED), None)
    if short is not None:
        return Ended(Status.PARTIAL, short.reason)
    if any(isinstance(part, Rows) and part.told >= _ROW_CAP for part in parts):
        return Ended(Status.PARTIAL, ROW_CAP)
    whole = all(entry.whole for entry in entries)
    return COMPLETED if whole else Ended(Status.PARTIAL, Reason.OVERSIZED)


async def cert_spotter(domain: str, net: Net) -> Findings:
    """Search Cert Spotter for the unexpired certificates of a domain and everything below it.

    Its pages are asked for until an empty one comes, as its documentation demands.
    """
    base = (
        f"https://api.certspotter.com/v1/issuances?domain={domain}"
        "&include_subdomains=true&expand=dns_names&expand=issuer"
    )
    found: dict[str, Entry] = {}
    after, ended, short = "", Ended(Status.PARTIAL, BUDGET), COMPLETED
    read = partial(_cert_spotter_row, Names())
    try:
        async with Patience(_WHOLE):
            for _ in range(_MOST_PAGES):
                url = f"{base}&after={after}" if after else base
                answer = await ask_rows(net, url, read, once=True)
                if isinstance(answer, Ended):
                    ended = answer
                    break
                news = [entry for entry in answer.read if entry.id not in found]
                found.update((entry.id, entry) for entry in news)
                short = answer.ended if answer.ended != COMPLETED else short
                if not all(entry.whole for entry in news):
                    short = Ended(Status.PARTIAL, Reason.OVERSIZED)
                if not news or answer.broke_off:
                    ended = short
                    break
                after = news[-1].id.partition(":")[2]
    except TimeoutError:
        ended = _TIMED_OUT
    if found and ended.status is Status.FAILED:
        ended = Ended(Status.PARTIAL, ended.reason)
    return Findings(ended, tuple(found.values()))


def _crt_sh_row(names: Names, raw: msgspec.Raw) -> tuple[Key, Entry] | None:
    row = read_row(raw)
    if row is None:
        return None
    # Split no further than is kept: a row may hold a hundred thousand names.
    said = [
        *str(row.get("name_value", "")).split("\n", MOST_NAMES),
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
            automated=_renews_itself(str(row.get("issuer_name", ""))),
        )
    except (KeyError, ValueError, OverflowError):
        return None
    return (str(row.get("issuer_ca_id")), str(row.get("serial_number") or entry.id)), entry


def _cert_spotter_row(names: Names, raw: msgspec.Raw) -> Entry | None:
    row = read_row(raw)
    if row is None or not isinstance(row.get("dns_names"), list):
        return None
    issuer = row.get("issuer")
    said = issuer if isinstance(issuer, dict) else {}
    kept, whole = names.read(row["dns_names"])
    issued_by = str(said.get("name") or said.get("friendly_name") or "")
    try:
        return Entry(
            id=f"certspotter:{str(row['id'])[:40]}",
            names=kept,
            issuer=_issuer(issued_by),
            not_before=_moment(row["not_before"]),
            not_after=_moment(row["not_after"]),
            whole=whole,
            all_names=whole,
            sha256=_digest(row.get("cert_sha256")),
            automated=_renews_itself(issued_by),
        )
    except (KeyError, ValueError, OverflowError):
        return None


def _issuer(distinguished_name: str) -> str:
    """The organisation in `C=US, O=Let's Encrypt, CN=R3`; the whole text where there is none."""
    for part in distinguished_name.replace('"', "").split(", "):
        kind, _, value = part.strip().partition("=")
        if kind == "O" and value:
            return value[:_TEXT_LENGTH]
    return distinguished_name[:_TEXT_LENGTH]


def _renews_itself(distinguished_name: str) -> bool:
    said = dict(part.strip().partition("=")[::2] for part in distinguished_name.split(", "))
    return is_automatic(_issuer(distinguished_name), said.get("CN", "").replace('"', ""))


def _digest(said: Any) -> str:
    """Read a SHA-256 in hexadecimal digits; empty for anything else."""
    digits = str(said).lower()
    return digits if len(digits) == 64 and set(digits) <= _HEX else ""


def _moment(said: Any) -> datetime:
    """Read `2024-01-31T10:20:30`, UTC, with or without its Z; raise ValueError for anything else."""
    if not isinstance(said, str):
        raise ValueError("no moment")
    at = datetime.fromisoformat(said[:40])
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
