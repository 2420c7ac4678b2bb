"""The lab by hand: `python -m tests.internet up [discovery] | list | run -- COMMAND… | down`."""

from __future__ import annotations

import sys

from tests.internet import namespace
from tests.internet.lab import Lab, obstacles

USAGE = """usage: python -m tests.internet COMMAND

  up               start a miniature internet that stays until `down`
  up discovery     start the one in which the estates of discovery live
  list             say which run, and which domains each client has
  run -- COMMAND…  run a command in the one started last
  down             stop all that were started by hand
"""


def main(arguments: list[str]) -> int:
    """Do what the command says; the exit code."""
    match arguments:
        case ["up"]:
            return _up("scenes")
        case ["up", "discovery"]:
            return _up("discovery")
        case ["list"]:
            for lab in Lab.found():
                _describe(lab)
            return 0
        case ["run", "--", *command] if command:
            return _run(command)
        case ["down"]:
            namespace.remove_stale()
            for lab in Lab.found():
                lab.stop()
            return 0
    print(USAGE, file=sys.stderr)
    return 2


def _up(which: str) -> int:
    reasons = obstacles()
    if reasons:
        print(f"No lab here: {'; '.join(reasons)}.", file=sys.stderr)
        return 1
    _describe(Lab.start(keep=True, which=which))
    return 0


def _run(command: list[str]) -> int:
    labs = list(Lab.found())
    if not labs:
        print("No lab runs: start one with `python -m tests.internet up`.", file=sys.stderr)
        return 1
    return labs[-1].popen(command).wait()


def _describe(lab: Lab) -> None:
    nets = " ".join(f"--allow-net {net}" for net in lab.allow_nets)
    print(f"{lab.space.name}: state in {lab.folder}")
    for client, domains in lab.estates.items():
        print(f"\n{client}, {len(domains)} domains. Look at them with")
        print(f"  python -m tests.internet run -- .venv/bin/revizor audit {client} \\")
        print(f"    {nets} --config {lab.settings} \\")
        print(f"    {' '.join(domains)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
