"""The report of a run that tells something, kept beside the newest one under its day: whole, and once."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from reports.audit_file import opened
from reports.document import NotAnAudit
from scanner.service.printing import dated_folder


def keep_copy(report: Path, home: Path, run: str, at: datetime) -> Path:
    """Copy a report into a folder of its day below `home`; the copy of the same run makes room for it.

    Raises OSError where the disk is full; no half of a copy is left then.
    """
    part = home / f".{run}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        shutil.copytree(report, part)
        earlier = _copy_of(run, home, at)
        if earlier:
            shutil.rmtree(earlier)
        return part.rename(earlier or dated_folder(home, at))
    except shutil.Error as error:
        _, _, why = error.args[0][0]  # of many files the first says why
        raise OSError(f"the report cannot be kept in {home}: {why}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy_of(run: str, home: Path, at: datetime) -> Path | None:
    """Return where a run that was cut off after it kept its copy kept it."""
    for folder in home.glob(f"{at.astimezone().date().isoformat()}*"):
        try:
            with opened(folder / "audit.json") as written:
                if written.frame.run.id == run:
                    return folder
        except (OSError, NotAnAudit):
            continue
    return None
