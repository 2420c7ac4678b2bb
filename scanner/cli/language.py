"""The language that the console speaks: what `--lang` names, else `speak`; English unless told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

LANGUAGES = ("en", "ru")
"""The first is what the program is written in."""
_asked = ""
"""Of the whole process, not of a context: what a worker's threads tell is read by the same person."""


def asked() -> str:
    """Return the language that the command that is running was asked to speak; empty where nobody says."""
    return _asked


def spoken() -> str:
    """Return the language that the console speaks."""
    return asked() or LANGUAGES[0]


@contextmanager
def speaking(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Speak as a command line and the settings ask, until the end of the block."""
    global _asked
    before, _asked = _asked, language_of(arguments, environ)
    try:
        yield
    finally:
        _asked = before


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language that is asked for, before anything of the command is read; empty for none.

    The one language of a report (`--lang ru`) is the console's too, several (`ru,en`) are not. A language
    that nobody speaks here, and settings that cannot be read, are told of where they are used.
    """
    named = _given(arguments, "--lang")
    if named not in LANGUAGES:
        named = environ.get("REVIZOR_SPEAK") or _set(arguments, environ)
    return named if named in LANGUAGES else ""


def _given(arguments: Sequence[str], option: str) -> str:
    """Return the last value that an option is given, empty without one."""
    told = list(arguments)
    told = told[: told.index("--")] if "--" in told else told
    found = [after for before, after in pairwise(told) if before == option]
    found += [one.removeprefix(f"{option}=") for one in told if one.startswith(f"{option}=")]
    return found[-1] if found else ""


def _set(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return what the settings files say: the project's, else the user's."""
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")
    project = Path(_given(arguments, "--config") or "revizor.toml")
    return next(filter(None, map(_speak_in, (project, home / "revizor" / "revizor.toml"))), "")


def _speak_in(file: Path) -> str:
    try:
        text = file.read_text("utf-8")
        if "speak" not in text:  # most say nothing: `--help` need not wait for the reader
            return ""
        import tomllib

        said = tomllib.loads(text).get("speak")
    except (OSError, ValueError):
        return ""
    return said if isinstance(said, str) else ""
