"""Finds every probe in this package: adding a file adds a probe. The only dynamic import."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import probes
from probes.kit.declare import Probe


@cache
def all_probes() -> dict[str, Probe[Any, Any]]:
    """Return probes by name; two of one name is a programming error."""
    found: dict[str, Probe[Any, Any]] = {}
    for info in pkgutil.iter_modules(probes.__path__):
        module = importlib.import_module(f"probes.{info.name}")
        for value in vars(module).values():
            if isinstance(value, Probe) and found.setdefault(value.name, value) is not value:
                raise RuntimeError(f"two probes are called {value.name}")
    return found
