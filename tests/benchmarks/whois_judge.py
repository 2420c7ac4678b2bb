"""What recorded answers say is right, and how a reader's values compare with it.

A field counts as right only when the whole value is: dates by day after UTC or as written, name servers
and statuses as sets, registrars by name or handle.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from probes.kit.registry.dates import Stamp, read_stamp
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.reading import Reading
from probes.kit.registry.status import epp_status
from probes.kit.registry.whois_reader import read_whois

DATES = ("created", "updated", "expires")
_OUTCOMES = {"not_found": "not_registered", "unavailable": "service_closed"}
Row = dict[str, Any]
Score = dict[str, Counter[str]]


def rows(path: Path) -> Iterator[Row]:
    """Yield the recorded answers that say what is right: of a folder, or of a file and `rdap.jsonl` beside it."""
    beside = path.with_name("rdap.jsonl")
    files = {path: None, beside: None} if beside.is_file() else {path: None}
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else files:
        for line in file.read_text("utf-8").splitlines():
            row: Row = json.loads(line)
            if "expected" in row and "raw" in row:
                yield row


def is_rdap(row: Row) -> bool:
    """Say whether an answer is an RDAP object."""
    return bool(row["raw"].lstrip().startswith("{")) and "tld" not in row


def ours(row: Row) -> Row:
    """Read a row with Revizor's reader, in the words of the corpus."""
    if is_rdap(row):
        reading = read_rdap(200, row["raw"].encode(), listed=True)
    else:
        reading = read_whois(row["raw"], row["tld"])
    return as_row(reading)


def as_row(reading: Reading) -> Row:
    """Return a reading as plain values."""
    return {
        "outcome": reading.ending.value,
        "domain": reading.domain,
        "registrar": [
            reading.registrar,
            reading.registrar_id,
            f"{reading.registrar} ({reading.registrar_id})",
        ],
        "nameservers": list(reading.name_servers),
        "status": list(reading.statuses),
        **{field: _days(getattr(reading, field)) for field in DATES},
    }


def _days(stamp: Stamp | None) -> list[str]:
    if stamp is None:
        return []
    return sorted({stamp.at.date().isoformat(), stamp.day.isoformat()})


def judge(expected: Row, got: Row) -> Iterator[tuple[str, str]]:
    """Yield each field the corpus asserts, with `right`, `wrong` or `missing`."""
    outcome = _OUTCOMES.get(expected["outcome"], expected["outcome"])
    right = got["outcome"] == outcome or (outcome == "error" and got["outcome"] != "registered")
    yield f"outcome {outcome}", _verdict(right, got["outcome"] != "unparsed")
    for field in DATES:
        stamp = read_stamp(expected.get(field) or "")
        if stamp is not None:
            wanted = set(_days(stamp))
            yield field, _verdict(not wanted.isdisjoint(got[field]), got[field])
    if expected.get("registrar"):
        named = expected["registrar"]
        wanted = {_letters(one) for one in ([named] if isinstance(named, str) else named)}
        told = {_letters(one) for one in got["registrar"] if one}
        yield "registrar", _verdict(not wanted.isdisjoint(told), told)
    if expected.get("nameservers"):
        wanted = {_host(one) for one in expected["nameservers"]}
        told = {_host(one) for one in got["nameservers"]}
        yield "nameservers", _verdict(wanted == told, told)
    elif expected.get("nameservers_contains"):
        wanted = {_host(one) for one in expected["nameservers_contains"]}
        told = {_host(one) for one in got["nameservers"]}
        yield "nameservers", _verdict(wanted <= told, told)
    elif expected.get("nameservers_count"):
        told = {_host(one) for one in got["nameservers"]}
        yield "nameservers", _verdict(len(told) == expected["nameservers_count"], told)
    if expected.get("status"):
        wanted = {_status(one) for one in expected["status"]}
        told = {_status(one) for one in got["status"]}
        yield "status", _verdict(wanted == told, told)


def _verdict(right: bool, told: object) -> str:
    return "right" if right else "wrong" if told else "missing"


def _letters(name: str) -> str:
    bare = name.lower().split("[tag")[0].split("(http")[0]
    return "".join(sign for sign in bare if sign.isalnum())


def _host(name: str) -> str:
    words = name.lower().split()
    return words[0].rstrip(".") if words else ""


def _status(text: str) -> str:
    bare = text.split("http")[0].split("(")[0]
    known = epp_status(bare)
    letters = "".join(sign for sign in (known or bare).lower() if sign.isalnum())
    return "ok" if letters == "active" else letters


def score(corpus: Iterable[Row], read: Callable[[Row], Row | None]) -> tuple[Score, Score]:
    """Return the counts by field, and by suffix and field."""
    fields: Score = defaultdict(Counter)
    suffixes: Score = defaultdict(Counter)
    for row in corpus:
        got = read(row)
        verdicts = list(judge(row["expected"], got if got is not None else _NOTHING))
        if is_rdap(row):
            whole = all(verdict == "right" for _, verdict in verdicts)
            fields["rdap answers wholly right"]["right" if whole else "wrong"] += 1
        for field, verdict in verdicts:
            fields[field][verdict] += 1
            suffixes[f"{suffix_of(row)} {field}"][verdict] += 1
        if got is not None and row["expected"]["outcome"] == "rate_limited":
            fields["rate limit called not registered"][
                "wrong" if got["outcome"] == "not_registered" else "right"
            ] += 1
        if got is not None and row["expected"]["outcome"] == "registered":
            fields["registered called not registered"][
                "wrong" if got["outcome"] == "not_registered" else "right"
            ] += 1
    return fields, suffixes


_NOTHING: Row = {
    "outcome": "unparsed",
    "registrar": [],
    "nameservers": [],
    "status": [],
    "created": [],
    "updated": [],
    "expires": [],
}


def suffix_of(row: Row) -> str:
    """Return the top level name of an answer's domain; `rdap` for an RDAP object."""
    return "rdap" if is_rdap(row) else str(row["tld"]).rpartition(".")[2]


def half(row: Row) -> str:
    """Return the half a suffix belongs to: rules are tuned on `a` and checked on `b`."""
    return "a" if hashlib.sha256(suffix_of(row).encode()).digest()[0] % 2 == 0 else "b"


def share(counts: Counter[str]) -> float:
    """Return the percentage that is right."""
    return round(100 * counts["right"] / max(1, counts.total()), 1)
