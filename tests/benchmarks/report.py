"""What a report costs: rendered in both languages, its bytes, its other formats, its filter in Chromium, its PDF.

python -m tests.benchmarks.report [--things 20 300 2000] [--runs 3] [--no-pdf]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from reports import pdf
from reports.audit_file import opened
from reports.document import write
from scanner.service.printing import print_reports, report
from tests.benchmarks.audit.tables import table
from tests.reports import estates
from tests.reports.browser import Browser, browser

LANGUAGES = ("ru", "en")
FILTERED = (
    ("f-text", "romashka2014.ru n7-"), ("f-text", ""), ("f-text", "n7"), ("f-text", ""),
    ("f-verdict", "ask"), ("f-verdict", ""), ("f-kind", "domain"), ("f-kind", ""),
)  # fmt: skip
"""A field of the filter and what is put into it, one after the other: few rows, all rows, some, all …"""
_ACT = """
const field = document.getElementById(arguments[0]);
const begun = performance.now();
field.value = arguments[1];
field.dispatchEvent(new Event("input"));
document.body.offsetHeight;
const laidOut = performance.now() - begun;
return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(laidOut), 30)));
"""


def main() -> None:
    """Print a table: a column for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, nargs="+", default=[20, 300, 2000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-pdf", action="store_true")
    chosen = parser.parse_args()
    rows: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder, browser() as window:
        for things in chosen.things:
            audit = Path(folder) / str(things) / "audit.json"
            audit.parent.mkdir()
            audit.write_bytes(write(estates.large(things)))
            measured = _printed(audit, chosen.runs) | _filtered(window, audit.parent, chosen.runs)
            if not chosen.no_pdf:
                measured |= _pdf(audit)
            for name, value in measured.items():
                rows.setdefault(name, []).append(value)
    head = ("", *(f"{things:,} things" for things in chosen.things))
    table("A report", head, ((name, *values) for name, values in rows.items()))


def _printed(audit: Path, runs: int) -> dict[str, str]:
    """Print the audit as files; the templates are compiled before, as in a process that prints several."""
    folder = audit.parent

    def both() -> None:
        with opened(audit) as found:
            print_reports(found, LANGUAGES, folder)

    def other(form: str) -> Callable[[], object]:
        return lambda: report(audit, LANGUAGES, folder, formats=[form])

    both()
    said = {"HTML, both languages": _timed(both, runs)}
    for language in LANGUAGES:
        size = (folder / f"cleanup.{language}.html").stat().st_size
        said[f"HTML, {language}"] = f"{size / 1e6:.2f} MB"
    for form in ("xlsx", "csv", "ics"):
        said[f"{form.upper()}, both languages"] = _timed(other(form), 1)
    return said


def _timed(deed: Callable[[], object], runs: int) -> str:
    walls, costs = [], []
    for _ in range(runs):
        wall, cost = time.perf_counter(), time.process_time()
        deed()
        walls.append(time.perf_counter() - wall)
        costs.append(time.process_time() - cost)
    return f"{median(walls):.2f} s ({median(costs):.2f} CPU)"


def _filtered(window: Browser, folder: Path, runs: int) -> dict[str, str]:
    """Use the filter as a person does, who has clicked into it: until all is laid out, and the frame's whole CPU."""
    window.resize(1280, 900)
    window.open(folder / "cleanup.ru.html")
    window.devtools("Performance.enable", timeDomain="threadTicks")
    window.run("document.getElementById('f-text').focus()")
    walls, costs = [], []
    for _ in range(runs):
        for field, value in FILTERED:
            before = _busy(window)
            walls.append(window.run(_ACT, field, value))
            costs.append(_busy(window) - before)
    return {
        "filter, laid out": f"{median(walls):.0f} ms, at most {max(walls):.0f}",
        "filter, CPU to the picture": f"{median(costs):.0f} ms, at most {max(costs):.0f}",
    }


def _busy(window: Browser) -> float:
    """Return the page's CPU time so far, in milliseconds."""
    told = window.devtools("Performance.getMetrics")["metrics"]
    return 1000 * next(float(one["value"]) for one in told if one["name"] == "TaskDuration")


def _pdf(audit: Path) -> dict[str, str]:
    program = pdf.found()
    if program is None:
        return {"PDF, ru": "no browser"}
    begun = time.perf_counter()
    (file,) = report(audit, ["ru"], audit.parent, formats=["pdf"])
    took = time.perf_counter() - begun
    return {"PDF, ru": f"{took:.1f} s, {file.stat().st_size / 1e6:.1f} MB"}


if __name__ == "__main__":
    main()
