"""Verdicts laid out as the audit document. The only bridge between the two wings."""

from scanner.document.facts import domain_facts
from scanner.document.lines import known_as, lines
from scanner.document.registry_extract import registry_extract
from scanner.document.savings import with_registry
from scanner.document.sources import REQUIRED, SOURCES, complete, sources_of

__all__ = [
    "REQUIRED",
    "SOURCES",
    "complete",
    "domain_facts",
    "known_as",
    "lines",
    "registry_extract",
    "sources_of",
    "with_registry",
]
