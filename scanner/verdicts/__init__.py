"""Pure judgement: what was seen of an asset → findings (one rule, one file) → a verdict.

`judge` gives every verdict on an estate; `all_codes` lists what findings may say. Each is loaded when it is
first asked for: a plan of tasks needs the words for troubles, and none of the rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.discovery.looks import GatheredLooks, Looks, Sighting
    from scanner.verdicts.card import Card, rule
    from scanner.verdicts.dossier import Dossier, Opinion
    from scanner.verdicts.judging import all_codes, judge, judge_iter
    from scanner.verdicts.rules import RULES
    from scanner.verdicts.verdict import Finding, Verdict

__all__ = [
    "RULES",
    "Card",
    "Dossier",
    "Finding",
    "GatheredLooks",
    "Looks",
    "Opinion",
    "Sighting",
    "Verdict",
    "all_codes",
    "judge",
    "judge_iter",
    "rule",
]

_HOMES = {
    "scanner.discovery.looks": ("GatheredLooks", "Looks", "Sighting"),
    "scanner.verdicts.card": ("Card", "rule"),
    "scanner.verdicts.dossier": ("Dossier", "Opinion"),
    "scanner.verdicts.judging": ("all_codes", "judge", "judge_iter"),
    "scanner.verdicts.rules": ("RULES",),
    "scanner.verdicts.verdict": ("Finding", "Verdict"),
}
"""Where each of them is at home."""

if not TYPE_CHECKING:  # a checker sees the imports above, and no name that is not there

    def __getattr__(name: str) -> Any:
        for module, names in _HOMES.items():
            if name in names:
                found = globals()[name] = getattr(import_module(module), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
