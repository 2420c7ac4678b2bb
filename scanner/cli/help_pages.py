"""Help in the language of whoever asks: commands with their texts out of `reports/texts/console/<language>/help.toml`.

The English texts stand beside the commands. The table has a part for each command, by its path
(`registry list`): `about` in a list, `help` on its page, and its options. What an option means in every
command stands once, under `every`.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

import click

from scanner.cli.language import LANGUAGES, spoken

Page = dict[str, Any]
_METAVAR = re.compile(r"INTEGER RANGE|[A-Z][A-Z.]*[A-Z]|\b[A-Z]\b")
_EVERY = "every"


@lru_cache(maxsize=len(LANGUAGES))
def pages(language: str) -> dict[str, Page]:
    """Return the pages of a language by the paths of their commands, and what they share."""
    file = files("reports") / "texts" / "console" / language / "help.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def option_key(option: click.Option) -> str:
    """Return the name by which the table has an option: its long one."""
    return max(option.opts, key=len)


def option_help(option: click.Option, path: str, language: str) -> str | None:
    """Return what an option of a command means."""
    key, table = option_key(option), pages(language)
    said = table.get(path, {}).get(key) or table[_EVERY].get(key)
    return str(said) if said else None


class Speaking(click.Context):
    """A context whose help pages and usage lines are in the language that the console speaks."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return a formatter with the headings of the language."""
        if spoken() == LANGUAGES[0]:
            return super().make_formatter()
        formatter = super().make_formatter()
        return _Formatter(pages(spoken())["words"], formatter.width)


class _Formatter(click.HelpFormatter):
    def __init__(self, words: dict[str, str], width: int) -> None:
        super().__init__(width=width)
        self._words = words

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{self._words['Usage']}: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(self._words.get(heading, heading))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        said = [(first, self._remarks(self._words.get(text, text))) for first, text in rows]
        super().write_dl(said, col_max, col_spacing)

    def _remarks(self, text: str) -> str:
        """Say what stands in brackets behind an option: its default, and whether it must be given."""
        before, bracket, remarks = text.rpartition("  [")
        if not bracket:
            before, bracket, remarks = "", text[:1], text[1:]
        if bracket.strip() != "[" or not text.endswith("]"):
            return text
        for word in ("default: ", "required"):
            remarks = remarks.replace(word, self._words[word.rstrip()] + word[len(word.rstrip()) :])
        return f"{before}{bracket}{remarks}"


def in_words(command: click.Command, path: str, ctx: click.Context) -> click.Command:
    """Return the command with the texts of the language that the console speaks; the same where that is English."""
    language = spoken()
    if language == LANGUAGES[0]:
        return command
    page, words = pages(language).get(path, {}), pages(language)["words"]
    twin = copy.copy(command)
    twin.context_class = Speaking
    twin.help, twin.short_help = page.get("help", command.help), page.get("about")
    twin.epilog = page.get("epilog", command.epilog)
    twin.options_metavar = words["[OPTIONS]"]
    twin.params = [_param(one, path, ctx, language) for one in command.params]
    if isinstance(command, click.Group) and isinstance(twin, click.Group):
        twin.subcommand_metavar = words["COMMAND [ARGS]..."]
        twin.commands = {
            name: in_words(one, f"{path} {name}", ctx) for name, one in command.commands.items()
        }
    return twin


def _param(param: click.Parameter, path: str, ctx: click.Context, language: str) -> click.Parameter:
    twin = copy.copy(param)
    names = pages(language)["names"]
    metavar = param.make_metavar(ctx)
    if not isinstance(param.type, click.Choice):
        twin.metavar = _METAVAR.sub(lambda found: names.get(found[0], found[0]), metavar)
    if isinstance(param, click.Option) and isinstance(twin, click.Option):
        twin.help = option_help(param, path, language) or param.help
    return twin
