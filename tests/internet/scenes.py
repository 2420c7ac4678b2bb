"""Runs the installed `revizor` in the lab and holds what it says against the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.internet.lab import Lab, Row
from tests.internet.population import Population
from tests.internet.vocabulary import ALIVE, DEADLY

REVIZOR = Path(sys.executable).with_name("revizor")
MEASURED = Path(__file__).with_name("measured.py")
PATIENCE = 600.0
"""Seconds that a whole audit of an estate may take on a small machine."""

Asset = dict[str, Any]


class Audit(Struct, frozen=True):
    """One audit of one client: how the command ended, and what it wrote."""

    client: str
    folder: Path
    ended: subprocess.CompletedProcess[str]
    document: dict[str, Any]
    peak: int = 0
    """KiB of memory that it took at most."""

    @property
    def assets(self) -> list[Asset]:
        """Every row."""
        return list(self.document["assets"])


Audits = Callable[[str], Audit]
"""Gives the audit of a client."""


def audit(
    lab: Lab,
    client: str,
    folder: Path,
    names: Sequence[str] = (),
    more: Sequence[str | Path] = (),
    patience: float = PATIENCE,
    settings: Path | None = None,
) -> Audit:
    """Audit a client's estate as a consultant would, from the names he knows, or from these alone.

    `more` is what he adds to the command; `settings` are other ones than the lab's.
    """
    out = folder / "out"
    nets = [part for net in lab.allow_nets for part in ("--allow-net", net)]
    command: list[str | Path] = [
        REVIZOR,
        "audit",
        client,
        *(names or lab.estates[client]),
        *more,
        *nets,
        "--config",
        settings or lab.settings,
    ]
    command += ["--db", f"sqlite:///{folder / 'revizor.db'}", "--out", out, "--yes"]
    peak = folder / "peak"
    ended = lab.run([sys.executable, MEASURED, peak, *command], timeout=patience)
    document = next(iter(sorted(out.rglob("audit.json"))), None)
    if document is None:
        raise AssertionError(f"no audit.json (exit {ended.returncode}): {ended.stderr[-3000:]}")
    written = json.loads(document.read_text("utf-8"))
    return Audit(client, folder, ended, written, int(peak.read_text()))


def rows_of(row: Row, done: Audit, certificates: dict[str, str]) -> Iterator[Asset]:
    """The rows of the audit that a line of the truth speaks of."""
    for key in row.assets:
        kind, at, place = key.partition("@")
        for asset in done.assets:
            if not at:
                matches = asset["id"] == key
            elif kind == "hosting":
                matches = asset["kind"] == kind and place in asset["facts"].get("addresses", [])
            else:
                matches = asset["id"] == f"certificate:{certificates[place]}"
            if matches:
                yield asset


def complaints(row: Row, done: Audit, certificates: dict[str, str]) -> list[str]:
    """What is wrong with the audit by this line of the truth; empty if it is honest."""
    found = list(rows_of(row, done, certificates))
    if not found:
        return [] if row.truth.optional else [f"{' or '.join(row.assets)} is not in the audit"]
    worst = forbidden(row)
    wrong = [
        f"{asset['id']}: {asset['verdict']} must never be said of it"
        for asset in found
        if asset["verdict"] in worst
    ]
    missed = [list(_differences(row, asset)) for asset in found]
    return wrong if not all(missed) else wrong + [line for lines in missed for line in lines]


def forbidden(row: Row) -> set[str]:
    """Verdicts that nobody may give: those the row names, and the deadly ones for what may live."""
    words = set(row.truth.forbidden)
    return words | DEADLY if set(listed(row.truth.use)) <= ALIVE else words


def listed(words: str | list[str]) -> list[str]:
    """One word or several, as a list."""
    return [words] if isinstance(words, str) else words


def owner_of(name: str, world: Population) -> str:
    """The client whose domain a host lies in; empty for a stranger's or an unknown name."""
    domain = world.enclosing(name)
    return world.owners.get(domain.name, "") if domain else ""


def tenants(client: str, world: Population) -> set[str]:
    """Names in strangers' zones that are the client's all the same: targets of its aliases."""
    return {
        line.split()[2].rstrip(".")
        for domain in world.owned(client)
        for line in (domain.zone or "").splitlines()
        if line.split()[1:2] == ["CNAME"] and line.endswith(".")
    }


def _faults(row: Row, asset: Asset) -> Iterator[str]:
    told = {
        reason["code"].removeprefix("posture."): reason.get("severity", "")
        for reason in asset.get("reasons", [])
        if reason["code"].startswith("posture.")
    }
    for code in row.truth.faults:
        if code not in told:
            yield f"{asset['id']}: the fault {code} is not told (told: {', '.join(told)})"
    for code in row.truth.faultless:
        wrong = [
            one
            for one, severity in told.items()
            if one == code
            or (code == "grave" and severity in {"critical", "high"})
            or (code.endswith("_") and one.startswith(code))
        ]
        if wrong:
            yield f"{asset['id']}: has not the faults {', '.join(wrong)}"


def _differences(row: Row, asset: Asset) -> Iterator[str]:
    yield from _faults(row, asset)
    for field in ("use", "state", "verdict", "ownership"):
        allowed = listed(getattr(row.truth, field))
        if allowed and asset[field] not in allowed:
            said = (
                f"{asset['id']}: {field} is {asset[field]!r}, the truth is {' or '.join(allowed)}"
            )
            reasons = ", ".join(reason["code"] for reason in asset.get("reasons", []))
            yield f"{said} (reasons: {reasons})"
    if row.truth.provider and asset["provider"] != row.truth.provider:
        yield f"{asset['id']}: provider is {asset['provider']!r}, not {row.truth.provider!r}"
    reasons = {reason["code"]: reason.get("params", {}) for reason in asset.get("reasons", [])}
    for code in row.truth.says:
        if code not in reasons:
            yield f"{asset['id']}: {code} is not said (reasons: {', '.join(reasons)})"
    named = {sign for code in row.truth.says for sign in reasons.get(code, {}).get("signs", [])}
    if not named.issuperset(row.truth.signs):
        yield f"{asset['id']}: rests on {sorted(named)}, not on all of {row.truth.signs}"
    missing = [need for need in row.truth.needs if need not in asset["needs"]]
    if missing:
        yield f"{asset['id']}: needs must name {', '.join(missing)}"
