"""`revizor evidence ID`: a recorded exchange, whole."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli import options
from scanner.cli.phrasebook import told


@click.command(short_help="Show a recorded exchange: what was asked, what was answered.")
@click.argument("evidence_id", metavar="ID")
@options.tongue
@options.common
@options.border
def evidence(evidence_id: str, db: str | None, config: Path | None) -> None:
    """Show the recorded exchange with this ID, as reports and `revizor look` print it."""
    from scanner.service import looking

    settings = options.settings_of(db=db, config=config)
    asked, made, *answer = looking.evidence(evidence_id, settings).split("\n")
    click.echo(options.clean("\n".join((asked, told(made), *answer))))
