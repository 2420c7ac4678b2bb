"""Observations and raw answers of every run: append-only, small, and readable again years later."""

from scanner.evidence.evidence import Evidence
from scanner.evidence.excerpt import Excerpt
from scanner.evidence.layers import LastKnown, Vantages, vantages
from scanner.evidence.looks import StoredLooks
from scanner.evidence.run import Purpose, Run
from scanner.evidence.standings import Standing, Standings

__all__ = [
    "Evidence",
    "Excerpt",
    "LastKnown",
    "Purpose",
    "Run",
    "Standing",
    "Standings",
    "StoredLooks",
    "Vantages",
    "vantages",
]
