"""The service's names: each is loaded when it is asked for, and no sooner."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from scanner import service

_HEAVY = ("scanner.verdicts", "scanner.evidence", "scanner.discovery", "jinja2", "httpx", "dns")
_LIST = """
import sys
from scanner.cli import main
main(["registry", "list"], standalone_mode=False)
print(*sys.modules)
"""


def test_every_name_is_where_a_checker_sees_it() -> None:
    """What mypy reads and what is loaded are one list: a name of one is a name of the other, from the same module."""
    tree = ast.parse(Path(service.__file__).read_text("utf-8"))
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    loaded = {name: module for module, names in service._HOMES.items() for name in names}

    assert loaded == seen
    assert sorted(service.__all__) == sorted(seen)
    for name, module in loaded.items():
        assert getattr(service, name) is getattr(import_module(module), name)


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
