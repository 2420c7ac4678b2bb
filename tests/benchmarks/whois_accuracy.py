"""How much of recorded WHOIS and RDAP answers is read right, beside other parsers.

    python -m tests.benchmarks.whois_accuracy --corpus PATH [--without-peers] [--leave-out] [--mutants N]

PATH is a folder or a file of JSON lines, `{"raw", "tld", "expected": {"outcome", "created", …}}`; `rdap.jsonl`
beside a file is read as well. Peers run in processes of their own, three seconds for each answer. The last
line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from probes.kit.registry.whois_reader import decode, read_whois
from tests.benchmarks.whois_judge import DATES, Row, Score, half, is_rdap, ours, rows, score, share
from tests.benchmarks.whois_leave_out import left_out
from tests.benchmarks.whois_peers import PEERS, answers_of, version_of
from tests.probes.kit.registry.mutants import mutants

_LIMITS_CROSSED = "rate limit called not registered"
_REGISTERED_CROSSED = "registered called not registered"


def timing(corpus: list[Row]) -> Row:
    """Return the median in µs and the slowest in ms of CPU, each answer at its best of seven rounds."""
    taken = [float("inf")] * len(corpus)
    for _ in range(7):
        for place, row in enumerate(corpus):
            start = time.process_time_ns()
            read_whois(row["raw"], row["tld"])
            taken[place] = min(taken[place], (time.process_time_ns() - start) / 1e3)
    return {
        "median_us": round(statistics.median(taken), 1),
        "slowest_ms": round(max(taken) / 1e3, 2),
    }


def damage(corpus: list[Row], count: int, seed: int = 1) -> Row:
    """Read damaged answers; return how many raised, and the CPU milliseconds of the slowest."""
    slowest, raised = 0.0, 0
    for raw in mutants([row["raw"].encode() for row in corpus], count, seed):
        start = time.process_time_ns()
        try:
            read_whois(decode(raw, ""), "com")
        # What is counted here is precisely that none ever comes.
        except Exception:  # noqa: BLE001
            raised += 1
        slowest = max(slowest, (time.process_time_ns() - start) / 1e6)
    return {"read": count, "exceptions": raised, "slowest_ms": round(slowest, 1)}


def _table(title: str, readers: dict[str, Score]) -> None:
    names = list(readers)
    print(f"\n{title}")
    print(f"{'':38}" + "".join(f"{name:>22}" for name in names))
    for field in sorted({field for fields in readers.values() for field in fields}):
        cells = []
        for name in names:
            counts = readers[name].get(field, Counter())
            cells.append(f"{share(counts):6.1f} ({counts['wrong']:>3}w)" if counts else "-")
        total = max(readers[name].get(field, Counter()).total() for name in names)
        print(f"{field + f' ({total})':38}" + "".join(f"{cell:>22}" for cell in cells))


def figures(fields: Score) -> Row:
    """Return one reader's figures in the words of the bounds they are held against."""
    limits = fields["outcome rate_limited"]
    found: Row = {
        name: share(fields[field])
        for name, field in {
            "expires": "expires",
            "created": "created",
            "updated": "updated",
            "registrar": "registrar",
            "name_servers": "nameservers",
            "status": "status",
            "not_registered": "outcome not_registered",
            "registered": "outcome registered",
            "reserved": "outcome reserved",
        }.items()
        if fields[field].total()
    }
    found["rate_limits"] = f"{limits['right']}/{limits.total()}"
    found["rate_limits_called_not_registered"] = fields[_LIMITS_CROSSED]["wrong"]
    found["registered_called_not_registered"] = fields[_REGISTERED_CROSSED]["wrong"]
    found["silently_wrong_dates"] = sum(fields[field]["wrong"] for field in DATES)
    rdap = fields["rdap answers wholly right"]
    if rdap.total():
        found["rdap"] = f"{rdap['right']}/{rdap.total()}"
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the tables and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument(
        "--leave-out", action="store_true", help="read each suffix without what it taught us"
    )
    parser.add_argument("--mutants", type=int, default=0, metavar="N")
    asked = parser.parse_args(arguments)
    corpus = list(rows(asked.corpus))
    if not corpus:
        print(f"no recorded answers in {asked.corpus}", file=sys.stderr)
        return 2
    whois = [row for row in corpus if not is_rdap(row)]
    fields, suffixes = score(corpus, ours)
    readers, by_suffix = {"revizor": fields}, {"revizor": suffixes}
    for peer in () if asked.without_peers else PEERS:
        answers = answers_of(peer, whois)
        if answers is None:
            print(f"{peer} is not installed: no column for it", file=sys.stderr)
            continue
        given = {id(row): answer for row, answer in zip(whois, answers, strict=True)}
        name = f"{peer} {version_of(peer)}"
        readers[name], by_suffix[name] = score(whois, lambda row, g=given: g[id(row)])  # type: ignore[misc]
    _table("suffix and field (asserted): % right, (wrong values)", by_suffix)
    _table("field (asserted): % right, (wrong values)", readers)
    summary: Row = {"answers": len(corpus), **figures(fields), **timing(whois)}
    summary["peers"] = {
        name: figures(found) for name, found in readers.items() if name != "revizor"
    }
    summary["halves"] = {
        which: figures(score(part, ours)[0])
        for which in ("a", "b")
        if (part := [row for row in corpus if half(row) == which])
    }
    if asked.leave_out:
        without = left_out(whois)
        _table("every suffix read without what it taught us", {"revizor": without})
        summary["leave_one_suffix_out"] = figures(without)
    if asked.mutants:
        summary["mutants"] = damage(whois, asked.mutants)
    print()
    print(json.dumps(summary, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
