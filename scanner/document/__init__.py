"""Verdicts laid out as the audit document. The only bridge between the two wings."""

from scanner.document.facts import domain_facts
from scanner.document.lines import known_as, lines
from scanner.document.sources import REQUIRED, SOURCES, complete, sources_of

__all__ = ["REQUIRED", "SOURCES", "complete", "domain_facts", "known_as", "lines", "sources_of"]
