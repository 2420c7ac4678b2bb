"""The live progress display on stderr."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from scanner.cli.options import clean
from scanner.cli.phrasebook import told
from scanner.runs.progress import ScanState

if TYPE_CHECKING:
    from rich.console import Group, RenderableType


def watcher(quiet: bool) -> Display:
    """Return the display that fits stderr: live on a terminal, a line now and then elsewhere."""
    if quiet:
        return Display()
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Live()
    return Lines()


class Display:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture standing."""

    def saw(self, state: ScanState) -> None:
        """Take one picture."""

    def say(self, text: str) -> None:
        """Say a step that is not a look."""


class Lines(Display):
    """One line every few seconds, for logs and pipes."""

    EVERY = 5.0

    def __init__(self) -> None:
        self._last = 0.0

    def saw(self, state: ScanState) -> None:
        """Print a line when the last one is old enough, and at the end."""
        now = time.monotonic()
        if now - self._last >= self.EVERY or state.done == state.planned:
            self._last = now
            click.echo(summary(state), err=True)

    def say(self, text: str) -> None:
        """Print the step."""
        click.echo(clean(told(text)), err=True)


class Live(Display):
    """A few lines redrawn in place: counts by probe, what is looked at, whom we wait for, ETA."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        self._console = Console(stderr=True, no_color="NO_COLOR" in os.environ)
        self._live = RichLive(console=self._console, refresh_per_second=8, transient=True)
        self._last = 0.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def saw(self, state: ScanState) -> None:
        """Redraw, at most eight times a second."""
        now = time.monotonic()
        if now - self._last >= 0.12 or state.done == state.planned:
            self._last = now
            self._live.update(self._picture(state))

    def say(self, text: str) -> None:
        """Print above the picture."""
        from rich.text import Text

        self._console.print(Text(clean(told(text))))

    def _picture(self, state: ScanState) -> Group:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        lines: list[RenderableType] = [
            ProgressBar(total=max(state.planned, 1), completed=state.done, width=60),
            Text(summary(state), style="bold"),
            Text("  ".join(f"{name} {done}/{all_}" for name, done, all_ in state.by_probe)),
        ]
        lines += [Text(f"  {clean(text)}", style="dim") for text in state.now[:4]]
        lines += [
            Text(
                clean(told(f"  waiting {w.seconds:.0f} s for {w.server}: {w.why}")), style="yellow"
            )
            for w in state.waiting[:4]
        ]
        return Group(*lines)


def summary(state: ScanState) -> str:
    """Return one line: done, planned, time left, whom we wait for longest."""
    left = state.remaining
    text = told(f"{state.done}/{state.planned} looks")
    if state.resumed:
        text += f" {told(f'({state.resumed} from the interrupted run)')}"
    if left is not None and state.done < state.planned:
        minutes, seconds = divmod(int(left.total_seconds()), 60)
        time = f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
        text += f", {told(f'about {time} left')}"
    if state.waiting:
        slowest = max(state.waiting, key=lambda w: w.seconds)
        text += f"; {told(f'waiting for {clean(slowest.server)} ({slowest.why})')}"
    return text
