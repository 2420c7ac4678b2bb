"""What a command loads: its own part of the service, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_HEAVY = ("scanner.verdicts", "scanner.evidence", "scanner.discovery", "jinja2", "httpx", "dns")
_LIST = """
import sys
from scanner.cli import main
main(["registry", "list"], standalone_mode=False)
print(*sys.modules)
"""


def test_a_list_of_objects_loads_no_looks_and_no_judge(tmp_path: Path) -> None:
    """A command loads what it does itself: a list waits for no probe, verdict or report."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST],
        check=True,
        cwd=tmp_path,
        env={"REVIZOR_DB": f"sqlite:///{tmp_path}/revizor.db", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    modules = done.stdout.splitlines()[-1].split()

    assert "scanner.service.registering" in modules
    assert [name for name in modules if name in _HEAVY] == []
