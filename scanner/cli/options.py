"""Options that several commands share, and the border where errors become sentences and exit codes."""

from __future__ import annotations

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from scanner.cli.language import LANGUAGES, asked
from scanner.cli.phrasebook import told

F = TypeVar("F", bound=Callable[..., Any])

EXIT_INCOMPLETE = 3
EXIT_FINDINGS = 10
EXIT_IO = 74
EXIT_LOCKED = 75
EXIT_INTERRUPTED = 130


def common(command: F) -> F:
    """Add --db, --config and --debug."""
    for option in (
        click.option("--debug", is_flag=True, help="Show the traceback of an internal error."),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            help="Settings file instead of ./revizor.toml.",
        ),
        click.option("--db", metavar="URL", help="Registry database (SQLAlchemy URL)."),
    ):
        command = option(command)
    return command


def reach(command: F) -> F:
    """Add the options of commands that touch the network."""
    for option in (
        click.option(
            "--resolver", multiple=True, metavar="IP", help="Recursive resolver to ask instead."
        ),
        click.option(
            "--second-resolver",
            multiple=True,
            metavar="IP",
            help="Somebody else's resolver, to be asked as well where each name leads.",
        ),
        click.option(
            "--allow-net",
            multiple=True,
            metavar="CIDR",
            help="Network that may be dialled although it is not global.",
        ),
    ):
        command = option(command)
    return command


def place(command: F) -> F:
    """Add --vantage."""
    option = click.option(
        "--vantage", metavar="NAME", help="The name of the place that is looked from."
    )
    return option(command)


def filters(command: F) -> F:
    """Add the filters of the registry."""
    for option in (
        click.option(
            "--unconfirmed",
            type=click.IntRange(1, 10_000),
            metavar="DAYS",
            help="Only where no look has seen the date for so long, and nobody gave it by hand.",
        ),
        click.option("--alive", is_flag=True, help="Without what nobody renews any more."),
        click.option("--text", metavar="TEXT", help="Stands in its name, provider, notes …"),
        click.option("--provider", metavar="NAME", help="Only of this provider or registrar."),
        click.option("--decision", metavar="WORD", help="Only so decided: approved, rejected …"),
        click.option("--verdict", metavar="VERDICT", help="Only this verdict: keep, ask, fix …"),
        click.option("--status", metavar="STATUS", help="Only this status: in_use, off, deleted …"),
        click.option(
            "--type", metavar="TYPE", help="Only this type: domain, server, cms_licence …"
        ),
        click.option("--kind", metavar="KIND", help="Only this kind: domain, site, hosting …"),
        click.option("--manager", metavar="NAME", help="Only what he answers for; or `nobody`."),
        click.option("--project", metavar="NAME", help="Only of this project."),
        click.option("--client", metavar="CLIENT", help="Only this client's."),
    ):
        command = option(command)
    return command


def language(command: F) -> F:
    """Add --lang for commands that answer in one language."""
    option = click.option(
        "--lang", metavar="ru|en", help="Language of the answer; the agency's by default."
    )
    return option(command)


def tongue(command: F) -> F:
    """Add --lang for commands that print in English unless asked; the command line itself is read for it."""
    option = click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        metavar="ru|en",
        expose_value=False,
        help="Language of what is printed; `speak` of the settings by default, else English.",
    )
    return option(command)


def spoken(why: bool = True) -> Callable[[F], F]:
    """Add --why and --who to a command that changes something."""

    def add(command: F) -> F:
        command = click.option(
            "--who", metavar="NAME", help="Whose word it is; your login by default."
        )(command)
        return click.option(
            "--why", required=why, default=None if why else "", help="The reason, in a few words."
        )(command)

    return add


def fail(message: str, code: int) -> NoReturn:
    """Say one sentence on stderr and leave with the code."""
    click.echo(f"revizor: {clean(told(message))}", err=True)
    sys.exit(code)


def say(text: str, *, err: bool = False) -> None:
    """Print what the program says, in the language that the console speaks, safe for a terminal."""
    click.echo(clean(told(text)), err=err)


def clean(text: str) -> str:
    """Return foreign text safe for a terminal: control and bidi characters become visible escapes."""
    if "\n" in text:
        return "\n".join(map(clean, text.split("\n")))
    if text.isprintable():  # nearly every line is, and there may be a hundred thousand
        return text
    text = text.replace("\u00a0", " ")  # what our own amounts and dates are kept together by
    return "".join(
        character if _harmless(character) else f"\\x{ord(character):02x}" for character in text
    )


def clean_json(text: str) -> str:
    """Return JSON that says the same and is safe for a terminal too."""
    if "\n" in text:
        return "\n".join(map(clean_json, text.split("\n")))
    if text.isprintable():
        return text
    return "".join(
        character if _harmless(character) else json.dumps(character)[1:-1] for character in text
    )


def echo_lines(lines: Iterable[str], *, as_json: bool = False) -> None:
    """Print many lines, made safe, a thousand at a time."""
    safe = clean_json if as_json else clean
    stream = iter(lines)
    while some := list(islice(stream, 1_000)):
        if not "".join(some).isprintable():  # nearly always all of them are
            some = list(map(safe, some))
        click.echo("\n".join(some))


def _harmless(character: str) -> bool:
    return character in "\n\t" or (character.isprintable() and not _hidden(character))


def _hidden(character: str) -> bool:
    return (
        "\u200b" <= character <= "\u200f"
        or "\u202a" <= character <= "\u202e"
        or ("\u2060" <= character <= "\u2069" or character == "\ufeff")
    )


def border(command: F) -> F:
    """Turn expected errors into one clear sentence and the documented exit code."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        debug = kwargs.pop("debug", False)
        log = _OnStderr(debug)
        logging.getLogger().addHandler(log)
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            fail("interrupted; what was found is kept. Run the same command to go on.", 130)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            _explain(error, kwargs)
            if debug:
                raise
            fail(f"internal error: {error!r}. Run again with --debug and report it.", 1)
        finally:
            logging.getLogger().removeHandler(log)

    return guarded  # type: ignore[return-value]


def _explain(error: Exception, given: Mapping[str, Any]) -> None:
    """Leave with a sentence and the documented exit code, if the error is one that is expected."""
    # Imported when something went wrong: a command that has nothing to do loads none of this.
    from reports.document import NotAnAudit
    from scanner.database import Busy, StorageTrouble
    from scanner.evidence.parcel import BadParcel
    from scanner.intake.names import UnreadableInput
    from scanner.registry.refused import Refused
    from scanner.service.arguments import UnknownThing
    from scanner.settings import BadSettings

    match error:
        case Refused():
            fail(f"{error.said(_wording(given))}.", 2)
        case BadSettings() | UnreadableInput() | UnknownThing() | NotAnAudit() | BadParcel():
            fail(str(error), 2)
        case Busy():
            fail(str(error), EXIT_LOCKED)
        case StorageTrouble():
            fail(str(error), EXIT_IO)
        case OSError():
            fail(f"{error}. Nothing that was already kept is lost.", EXIT_IO)


def _wording(given: Mapping[str, Any]) -> Any:
    """Return the words of the language that a command with these options answers in."""
    from reports.wording import Wording
    from scanner.registry.refused import UnknownThing
    from scanner.service.speech import wording_of
    from scanner.settings import BadSettings

    try:
        return wording_of(settings_of(config=given.get("config")), asked() or None)
    except (BadSettings, UnknownThing):  # settings that speak no language of ours
        return Wording(asked() or "en")


class _OnStderr(logging.Handler):
    """Warnings as lines for a person; tracebacks only for who asked for them."""

    def __init__(self, debug: bool) -> None:
        super().__init__()
        self._debug = debug

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        text = self.format(record) if self._debug else told(record.getMessage())
        click.echo(f"revizor: {clean(text)}", err=True)


def settings_of(**flags: Any) -> Any:
    """Load settings with these flags on top."""
    from scanner.settings import load

    settings = load(flags, file=flags.pop("config", None))
    if settings.fingerprints.files:
        from scanner.service.network import take_signs

        take_signs(settings)
    return settings
