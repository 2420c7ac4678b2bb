"""Pure judgement: what was seen of an asset → findings (one rule, one file) → a verdict.

`judge` gives every verdict on an estate; `all_codes` lists what findings may say.
"""

from scanner.discovery.looks import GatheredLooks, Looks, Sighting
from scanner.verdicts.card import Card, rule
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.judge import all_codes, judge, judge_iter
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
