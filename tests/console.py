"""What is English on the console: the words of a text that are neither names nor codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import click

from probes.kit.catalog import all_probes
from scanner.cli import main

_OF_CODE = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\S*[/_.=:@~\d-]\S*|\$\S+")
_LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = frozenset({
    "AUDIT", "CIDR", "CSV", "Chrome", "Chromium", "DNS", "Errno", "Excel", "GET", "HTML", "ICS",
    "IP", "JSON", "KB", "PATH", "PDF", "PostgreSQL", "Prometheus", "RDAP", "Revizor", "SIGTERM",
    "SQLAlchemy", "SQLite", "TLS", "TOML", "TSV", "URL", "UTC", "VPN", "WHOIS", "XLSX", "audit",
    "cron", "moscow", "procrastinate", "revizor", "romashka", "stderr", "stdin", "stdout", "vpn",
})  # fmt: skip
"""Names that are the same in every language."""
CODES = frozenset({
    "consolidate", "rate", "renew", "transfer", "ours", "unknown", "base", "date", "quote", "https",
    "NAME", "access", "active", "agency", "approved", "archived", "ask", "backup", "brands",
    "client", "csv", "deferred", "deleted", "domain", "email", "en", "export", "fix", "held",
    "holder", "hosting", "html", "ics", "inns", "internal", "json", "kazan", "keep", "letter",
    "lost", "manager", "met", "name", "no", "nobody", "observed", "off", "org", "pdf", "rejected",
    "responsible", "restored", "ru", "server", "signed", "site", "text", "trackers",
    "transferred", "value", "xlsx", "yes",
})  # fmt: skip
"""Words that a person types."""


def english(text: str) -> set[str]:
    """The words of a text that are English, and neither a name nor a code."""
    commands = {word for path, _ in every_command() for word in path.replace("-", " ").split()}
    return (
        set(_LATIN.findall(_OF_CODE.sub(" ", text))) - NAMES - CODES - commands - set(all_probes())
    )


@cache
def every_command() -> tuple[tuple[str, click.Command], ...]:
    """Each command with its path, groups and the program itself too, as they are in English."""
    return tuple(_below(main, ""))


def _below(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            yield from _below(one, f"{path} {name}".strip())
