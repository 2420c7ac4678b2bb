"""How much of recorded WHOIS and RDAP answers is read right, beside other parsers.

    python -m tests.benchmarks.whois_accuracy --corpus PATH [--without-peers] [--mutants N]

PATH is a file or a folder of JSON lines: `{"raw", "tld", "expected": {"outcome", "created", …}}`. A field
counts as right only when the whole value is: dates by day after UTC or as written, name servers and
statuses as sets, registrars by name or handle. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from probes.kit.registry.dates import Stamp, read_stamp
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.reading import Reading
from probes.kit.registry.status import epp_status
from probes.kit.registry.whois_reader import read_whois
from tests.benchmarks.whois_peers import PEERS, answers_of

DATES = ("created", "updated", "expires")
_OUTCOMES = {"not_found": "not_registered", "unavailable": "service_closed"}
Row = dict[str, Any]
Score = dict[str, Counter[str]]


def rows(path: Path) -> Iterator[Row]:
    """Yield the recorded answers that say what is right."""
    found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    for file in found:
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
            suffixes[f"{_suffix(row)} {field}"][verdict] += 1
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


def _suffix(row: Row) -> str:
    return "rdap" if is_rdap(row) else str(row["tld"]).rpartition(".")[2]


def half(row: Row) -> str:
    """Return the half a suffix belongs to: rules are tuned on `a` and checked on `b`."""
    return "a" if hashlib.sha256(_suffix(row).encode()).digest()[0] % 2 == 0 else "b"


def share(counts: Counter[str]) -> float:
    """Return the percentage that is right."""
    return round(100 * counts["right"] / max(1, counts.total()), 1)


def timing(corpus: Iterable[Row]) -> dict[str, float]:
    """Return the median in µs and the slowest in ms of three readings of each answer."""
    taken = []
    for row in corpus:
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            ours(row)
            best = min(best, time.perf_counter() - start)
        taken.append(best)
    return {
        "median_us": round(statistics.median(taken) * 1e6, 1),
        "slowest_ms": round(max(taken) * 1e3, 2),
    }


def mutants(corpus: list[Row], count: int, seed: int = 1) -> Iterator[Row]:
    """Yield damaged answers: cut, doubled, swapped, flooded with signs that parsers stumble on."""
    dice = random.Random(seed)
    signs = [
        "\x00",
        ":",
        "[",
        "(",
        "\t",
        " " * 5000,
        "9" * 3000,
        "é" * 500,
        "\r",
        "...." * 999,
        "@",
        "%",
    ]
    for _ in range(count):
        row = dice.choice(corpus)
        text = row["raw"]
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(text) + 1)
            to = min(len(text), at + dice.randrange(400))
            text = dice.choice(
                [
                    text[:at],
                    text[:at] + text[to:],
                    text[:at] + text[at:to] * dice.randint(2, 60) + text[to:],
                    text[:at] + dice.choice(signs) * dice.randint(1, 9) + text[at:],
                    text.replace("\n", dice.choice(["", "\r\n", "\n\n", " "])),
                    text.upper() if dice.random() < 0.3 else text[to:] + text[:at],
                ]
            )[:262_144]
        yield {**row, "raw": text}


def slowest_mutant(corpus: list[Row], count: int) -> float:
    """Read damaged answers; return the CPU milliseconds of the slowest. Any exception is a failure."""
    slowest = 0.0
    for row in mutants(corpus, count):
        start = time.process_time()
        ours(row)
        slowest = max(slowest, time.process_time() - start)
    return round(slowest * 1e3, 2)


def _table(title: str, readers: dict[str, Score]) -> None:
    names = list(readers)
    print(f"\n{title}")
    print(f"{'':38}" + "".join(f"{name:>16}" for name in names))
    for field in sorted({field for fields in readers.values() for field in fields}):
        cells = []
        for name in names:
            counts = readers[name].get(field, Counter())
            cells.append(f"{share(counts):6.1f} ({counts['wrong']:>3}w)" if counts else "-")
        total = max(readers[name].get(field, Counter()).total() for name in names)
        print(f"{field + f' ({total})':38}" + "".join(f"{cell:>16}" for cell in cells))


def main(arguments: list[str] | None = None) -> int:
    """Print the tables and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--by-suffix", action="store_true")
    parser.add_argument("--mutants", type=int, default=0)
    asked = parser.parse_args(arguments)
    corpus = list(rows(asked.corpus))
    if not corpus:
        print(f"no recorded answers in {asked.corpus}", file=sys.stderr)
        return 2
    whois = [row for row in corpus if not is_rdap(row)]
    fields, suffixes = score(corpus, ours)
    readers = {"revizor": fields}
    by_suffix = {"revizor": suffixes}
    if not asked.without_peers:
        for peer in PEERS:
            answers = answers_of(peer, whois)
            if answers is not None:
                given = {id(row): answer for row, answer in zip(whois, answers, strict=True)}
                readers[peer], by_suffix[peer] = score(whois, lambda row, g=given: g[id(row)])  # type: ignore[misc]
    _table("field (asserted): % right, (wrong values)", readers)
    if asked.by_suffix:
        _table("suffix and field", by_suffix)
    halves = {
        which: {field: share(counts) for field, counts in score(part, ours)[0].items()}
        for which in ("a", "b")
        if (part := [row for row in corpus if half(row) == which])
    }
    summary: Row = {
        "answers": len(corpus),
        "readers": {
            name: {
                field: {"right": counts["right"], "wrong": counts["wrong"], "of": counts.total()}
                for field, counts in sorted(table.items())
            }
            for name, table in readers.items()
        },
        "halves": halves,
        **timing(corpus),
    }
    if asked.mutants:
        summary["slowest_mutant_ms"] = slowest_mutant(whois, asked.mutants)
    print()
    print(json.dumps(summary, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
