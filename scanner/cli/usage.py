"""A command line that cannot be read, told in the language of whoever typed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from scanner.cli.language import LANGUAGES, spoken
from scanner.cli.phrasebook import told


@contextmanager
def said_in_words() -> Iterator[None]:
    """Let what click refuses, and an answer of no, be told in the language that the console speaks."""
    if spoken() == LANGUAGES[0]:
        yield
        return
    try:
        yield
    except click.UsageError as error:
        raise _Told(error) from error
    except click.Abort:
        click.echo(told("Aborted!"), err=True)
        raise click.exceptions.Exit(1) from None


class _Told(click.ClickException):
    """A usage error that shows itself in another language than click's."""

    exit_code = click.UsageError.exit_code

    def __init__(self, error: click.UsageError) -> None:
        said = error.format_message()
        if isinstance(error, click.BadParameter) and error.message:  # what is wrong with a value
            said = said.replace(error.message, told(error.message))
        super().__init__(told(said))
        self._ctx = error.ctx

    def show(self, file: IO[Any] | None = None) -> None:
        """Print how the command is used, where its help is, and what is wrong."""
        if self._ctx is not None:
            hint = told(f"Try '{self._ctx.command_path} --help' for help.")
            click.echo(f"{self._ctx.get_usage()}\n{hint}\n", file=file, err=file is None)
        click.echo(told(f"Error: {self.message}"), file=file, err=file is None)
