"""Prints what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from tests.benchmarks.audit.measure import Measured


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    print(f"\n{title}\n")
    for number, line in enumerate(lines):
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


HEAD = (
    "", "CPU ms/domain", "least-most", "domains/s", "peak MiB", "start-up s",
    "DNS", "WHOIS", "HTTP", "HTTPS", "SMTP",
)  # fmt: skip


def row(name: str, runs: Sequence[Measured], counted: Mapping[str, int]) -> tuple[str, ...]:
    """One line for several runs of one client: medians, and what it sent for each domain."""
    domains = runs[0].domains
    costs = [run.cpu * 1000 / domains for run in runs]
    return (
        name,
        f"{median(costs):.1f}",
        f"{min(costs):.1f}-{max(costs):.1f}",
        f"{median(domains / run.wall for run in runs):.0f}",
        f"{median(run.peak for run in runs):.0f}",
        f"{median(run.startup for run in runs):.1f}",
        *(f"{count / domains:.2f}" for count in counted.values()),
    )


def yardstick(runs: Sequence[Measured]) -> None:
    """Print the speed of the machine: CPU milliseconds of one blocking TLS handshake."""
    costs = [run.cpu * 1000 / run.domains for run in runs]
    said = f"{median(costs):.2f} ms ({min(costs):.2f}-{max(costs):.2f})"
    print(f"\nYardstick: one blocking TLS handshake takes {said} of CPU")


def phases(runs: Sequence[Measured]) -> None:
    """Print the CPU time of each phase and the memory at its end, medians."""
    domains = runs[0].domains
    table(
        "By phase (threads included)",
        ("", "CPU ms/domain", "MiB at its end"),
        (
            (
                name,
                f"{median(run.phases[name] for run in runs) * 1000 / domains:.2f}",
                f"{median(run.resident[name] for run in runs):.0f}",
            )
            for name in runs[0].phases
        ),
    )


def shares(title: str, seconds: Mapping[str, float], run: Measured, most: int = 100) -> None:
    """Print sampled CPU seconds, as milliseconds for each domain and as shares of all."""
    whole, domains = sum(run.parts.values()), run.domains
    table(
        title,
        ("", "ms/domain", "share"),
        (
            (name, f"{spent * 1000 / domains:.2f}", f"{spent / whole:.1%}")
            for name, spent in list(seconds.items())[:most]
        ),
    )


def outcomes(run: Measured, truth: Mapping[str, int]) -> None:
    """Print what was found beside what there is, and every look that could not find out."""
    found = dict(run.certificates)
    names = {"trusted": "good"}
    table(
        "Certificates",
        ("", "shown", "found"),
        (
            (trust, str(truth.get(names.get(trust, trust), 0)), str(found.get(trust, 0)))
            for trust in sorted({*found, *("trusted" if t == "good" else t for t in truth)})
        ),
    )
    notes(run)


def notes(run: Measured) -> None:
    """Print what else is worth knowing of a run."""
    print()
    print("unknown:", ", ".join(f"{k} {v}" for k, v in run.unknown.items()) or "none")
    for name, said in run.notes.items():
        print(f"{name}: {said}")


def looks(run: Measured) -> None:
    """Print the looks made for each domain."""
    table(
        "Looks",
        ("", "all", "a domain"),
        (
            (name, str(count), f"{count / run.domains:.2f}")
            for name, count in {**run.looks, "in all": sum(run.looks.values())}.items()
        ),
    )
