"""A report as PDF, printed by Chromium: it opens one file of ours, offline and in a profile that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Programs that are looked for on PATH, in this order."""
TAGGED_UP_TO = 800
"""Things of a report whose PDF tells programs that read aloud what each piece is: it is three times as large and half
as slow again. Of a longer one the HTML is for them."""
PATIENCE = 600
"""Seconds for one report; five thousand things take a few minutes."""
_FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check"),
    *("--disable-extensions", "--disable-sync", "--disable-component-update", "--disable-breakpad"),
    *("--disable-background-networking", "--disable-dev-shm-usage", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)
_TAGGED = ("--generate-pdf-document-outline", "--export-tagged-pdf")
_FAST = ("--disable-pdf-tagging",)
_TOLD = 300


class NoBrowser(RuntimeError):
    """No Chromium was found, or it did not print; the message is one sentence for a person."""


def found(setting: str = "") -> str | None:
    """Return the browser's program: the one that is set, or the first on PATH; None where there is none."""
    names = (setting,) if setting else BROWSERS
    return next(filter(None, map(shutil.which, names)), None)


def browser(setting: str = "") -> str:
    """Return the program that prints: the one that is set, or the first on PATH. Raises NoBrowser."""
    if program := found(setting):
        return program
    if setting:
        raise NoBrowser(
            f"{setting} cannot be run; set `chromium` to the path of Chromium or Chrome."
        )
    raise NoBrowser(
        "PDF is printed by Chromium or Chrome, and there is none on PATH; install chromium, set "
        "`chromium` to its path, or open the HTML report in any browser and print it."
    )


def write_pdf(
    program: str, page: Iterable[str], to: Path, *, titles: Mapping[str, str], tagged: bool = True
) -> None:
    """Print a report, with page numbers in its contents and bookmarks. Raises NoBrowser.

    `titles` is what stands in the contents: place → its name.
    """
    from reports.pdf_contents import finish  # a library that no other format waits for

    with tempfile.TemporaryDirectory(
        prefix=".pdf-", dir=to.parent, ignore_cleanup_errors=True
    ) as folder:
        printed = _print(program, page, Path(folder), _TAGGED if tagged else _FAST)
        done = printed.with_name("done.pdf")
        with done.open("wb") as stream:
            finish(printed.read_bytes(), titles, stream, bookmarks=not tagged)
            stream.flush()
            os.fsync(stream.fileno())
        done.replace(to)


def _print(program: str, page: Iterable[str], place: Path, how: tuple[str, ...]) -> Path:
    source, target = place / "report.html", place / "report.pdf"
    with source.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(page)
    target.unlink(missing_ok=True)
    command = [
        program,
        *_FLAGS,
        *_sandbox(),
        *how,
        f"--user-data-dir={place / 'profile'}",
        f"--print-to-pdf={target}",
        source.resolve().as_uri(),
    ]
    try:
        ended = subprocess.run(  # noqa: S603 - the program that the operator chose, and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoBrowser(f"{program} did not print the report in {PATIENCE} seconds.") from error
    except OSError as error:
        raise NoBrowser(f"{program} cannot be run: {error.strerror or error}.") from error
    if not target.exists() or not target.stat().st_size:
        raise NoBrowser(f"{program} did not print the report{_why(ended.stderr)}.")
    return target


def _sandbox() -> tuple[str, ...]:
    """Return what Chromium needs to run as root; everybody else keeps its sandbox.

    The page is ours alone: no script, no request, every foreign text escaped.
    """
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def _why(said: bytes) -> str:
    text = said.decode(errors="replace")
    if "sandbox" in text.lower():
        return (
            ": its sandbox is not to be had here; allow user namespaces, or set `chromium` to a script "
            "that starts it with --no-sandbox"
        )
    lines = [line.strip() for line in text.splitlines() if line.strip() and "dbus" not in line]
    return f": {lines[-1][:_TOLD]}" if lines else ""
