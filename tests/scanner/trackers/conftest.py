"""An authority that issues certificates, and databases of either kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.postgres import database_url, postgres
from tests.peers.web import Authority

__all__ = ["authority", "database_url", "postgres", "trusted"]


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Whose certificates are trusted."""
    return Authority()


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the product trust it, as an operator would."""
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path
