"""Names of clients that would rather be paths, devices, options or commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.service.arguments import UnknownThing, slug_of
from tests.hostile.bounds import bounded
from tests.hostile.cases import Case, played_in

NAMES = {
    "name.parent": "../../etc/passwd",
    "name.backslashes": "..\\..\\windows\\system32",
    "name.absolute": "/etc/cron.d/zlo",
    "name.nul": "zlo\x00.html",
    "name.direction": "zlo\u202elmth.exe",
    "name.con": "CON",
    "name.nul_device": "nul",
    "name.com1": "COM1",
    "name.lpt9": "LPT9",
    "name.dots": "...",
    "name.empty": "",
    "name.white_space": " \t\u3000\u200b ",
    "name.endless": "zlo" * 1_700,
    "name.option": "--out=/etc",
    "name.home": "~root",
    "name.shell": "$(reboot)`id`;|&",
    "name.line_break": "zlo\r\n[pace]\n",
    "name.surrogate": "zlo \udcff",
    "name.colon": "zlo:stream:$DATA",
    "name.encoded": "%2e%2e%2fetc%2fpasswd",
    "name.script": "<script>alert('zlo')</script>",
}

DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)
}
"""Names that are no files on Windows, whatever ending they have."""


def test_every_case_is_played() -> None:
    """The table and the names agree."""
    assert {case.name for case in played_in(__file__)} == set(NAMES)


@pytest.mark.parametrize("case", played_in(__file__), ids=str)
def test_a_name_stays_in_its_folder(case: Case, tmp_path: Path) -> None:
    """It becomes a plain folder name, or is refused in a sentence that can be printed."""
    slug, refusal = "zlo", "refused"
    with bounded():
        try:
            slug = slug_of(NAMES[case.name])
        except UnknownThing as error:
            refusal = str(error)

    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?", slug)
    assert (tmp_path / slug).resolve().parent == tmp_path.resolve()
    assert slug not in DEVICES
    assert len(refusal) < 500
    assert refusal.isprintable()
