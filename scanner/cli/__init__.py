"""The command line: parses, calls the service, prints. Heavy parts are imported when a command runs."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import click

from scanner.cli.help_pages import Speaking, in_words, pages
from scanner.cli.language import LANGUAGES, speaking, spoken
from scanner.cli.usage import said_in_words

COMMANDS = {
    "audit": "scanner.cli.audit",
    "rescan": "scanner.cli.rescan",
    "observations": "scanner.cli.observations",
    "look": "scanner.cli.look",
    "evidence": "scanner.cli.evidence",
    "report": "scanner.cli.report",
    "own": "scanner.cli.ownership",
    "disown": "scanner.cli.ownership",
    "why": "scanner.cli.ownership",
    "registry": "scanner.cli.registry",
    "clients": "scanner.cli.parties",
    "projects": "scanner.cli.parties",
    "people": "scanner.cli.parties",
    "accounts": "scanner.cli.parties",
    "renewals": "scanner.cli.renewals",
    "tasks": "scanner.cli.tasks",
    "digest": "scanner.cli.digest",
    "decisions": "scanner.cli.decisions",
    "switch-off": "scanner.cli.decisions",
    "payments": "scanner.cli.payments",
    "rates": "scanner.cli.payments",
    "savings": "scanner.cli.payments",
    "demo": "scanner.cli.demo",
    "worker": "scanner.cli.worker",
    "jobs": "scanner.cli.jobs",
    "db": "scanner.cli.db",
    "doctor": "scanner.cli.doctor",
}
ABOUT = {
    "audit": "Find what a client owns, judge what is used, write the report.",
    "rescan": "Look again at what is due, and tell what is different.",
    "observations": "Exchange looks with another place, signed.",
    "look": "Make one look with one probe and show what it brought.",
    "evidence": "Show a recorded exchange: what was asked, what was answered.",
    "report": "Print a saved audit again, in any language, edition and format.",
    "own": "Say that something is the client's.",
    "disown": "Say that something is not the client's.",
    "why": "Explain whose an asset is and what we think of it.",
    "registry": "Read and correct the registry.",
    "clients": "Clients, and how their firms and brands are called.",
    "projects": "Projects of clients, and who manages them.",
    "people": "People who answer for renewals.",
    "accounts": "Accounts at providers: whose, who can get in, what hangs on them.",
    "renewals": "What ends soon, who has it, what it costs.",
    "tasks": "Tasks of renewals: what is told to whom, each once.",
    "digest": "One message a day for each person: what is his to renew.",
    "decisions": "Take in what the client decided.",
    "switch-off": "Carry out what was approved, step by step.",
    "payments": "Invoices and payments: what is paid, by whom, for what.",
    "rates": "Exchange rates, from a dated file.",
    "savings": "What ending things saves.",
    "demo": "Replay a recorded internet: an audit without network.",
    "worker": "Do what is due, unattended, until stopped.",
    "jobs": "What workers have before them: status, retry, drain.",
    "db": "Look after the database: upgrade, check, backup, copy.",
    "doctor": "Check what this machine can reach, and what that means for an audit.",
}


class _Lazy(click.Group):
    """Commands named in COMMANDS; their modules are imported only when one of them runs."""

    context_class = Speaking

    def main(self, args: Sequence[str] | None = None, *more: Any, **how: Any) -> Any:
        """Run what a command line says, in the language that it or the settings ask for."""
        words = sys.argv[1:] if args is None else list(args)
        with speaking(words):
            return super().main(words, *more, **how)

    def make_context(self, *given: Any, **how: Any) -> click.Context:
        """Read the command line."""
        with said_in_words():
            return super().make_context(*given, **how)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with said_in_words():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[name])
        command: click.Command = getattr(module, name.replace("-", "_"))
        return in_words(command, name, ctx)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the program is called."""
        click.Command.format_usage(in_words(self, "", ctx), ctx, formatter)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page of the program itself."""
        click.Command.format_help(in_words(self, "", ctx), ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        english = spoken() == LANGUAGES[0]
        about = ABOUT if english else {one: pages(spoken())[one]["about"] for one in COMMANDS}
        with formatter.section("Commands"):
            formatter.write_dl([(name, about[name]) for name in COMMANDS])


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": None},
    epilog="Exit codes: 0 done, 1 internal error, 2 bad usage or input, 3 finished incomplete, "
    "10 findings at or above --fail-on, 74 input/output, 75 locked: try later, "
    "130 interrupted, state kept.",
)
@click.version_option(version("revizor"), prog_name="revizor", message="%(prog)s %(version)s")
def main() -> None:
    """Revizor finds everything a client owns on the internet, judges what is really used, and keeps
    the renewals.

    \b
    revizor demo                                   see it work, no network needed
    revizor audit romashka romashka.ru shop.ru     audit a client from a few names
    revizor audit romashka --from domains.txt      the same from a list
    """
    # Commands make millions of small values and few cycles: the collector may come more seldom.
    gc.set_threshold(10_000, 10, 10)
