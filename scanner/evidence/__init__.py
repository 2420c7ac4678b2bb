"""Observations and raw answers of every run: append-only, small, and readable again years later."""

from scanner.evidence.evidence import Evidence
from scanner.evidence.excerpt import Excerpt
from scanner.evidence.looks import StoredLooks
from scanner.evidence.run import Run

__all__ = ["Evidence", "Excerpt", "Run", "StoredLooks"]
