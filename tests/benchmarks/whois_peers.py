"""Other WHOIS parsers, each in a process of its own that is killed when an answer takes too long."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

PEERS = {"python-whois": "whois", "asyncwhois": "asyncwhois"}
SECONDS = 3.0
Row = dict[str, Any]


def answers_of(peer: str, corpus: list[Row]) -> list[Row | None] | None:
    """Return what a parser reads in each answer, None where it fails; None when not installed."""
    if importlib.util.find_spec(PEERS[peer]) is None:
        return None
    found: list[Row | None] = []
    child, ours = _start(peer)
    try:
        for row in corpus:
            ours.send((_name(row), row["raw"]))
            if ours.poll(SECONDS):
                found.append(ours.recv())
                continue
            found.append(None)
            child.kill()
            child.join()
            child, ours = _start(peer)
    finally:
        child.kill()
        child.join()
    return found


def version_of(peer: str) -> str:
    """Return the installed version of a parser."""
    return importlib.metadata.version(peer)


def _name(row: Row) -> str:
    name = row.get("domain") or f"example.{row['tld']}"
    return str(name).lower()


def _start(peer: str) -> tuple[multiprocessing.Process, Connection]:
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=_serve, args=(peer, theirs), daemon=True)
    child.start()
    return child, ours


def _serve(peer: str, pipe: Connection) -> None:
    read = _python_whois if peer == "python-whois" else _asyncwhois
    while True:
        name, text = pipe.recv()
        try:
            pipe.send(read(name, text))
        # Parsers raise whatever their dialects stumble over; here that only counts as "no answer".
        except Exception:  # noqa: BLE001
            pipe.send(None)


def _python_whois(name: str, text: str) -> Row:
    from whois.exceptions import WhoisDomainNotFoundError, WhoisQuotaExceededError
    from whois.parser import WhoisEntry

    try:
        entry = WhoisEntry.load(name, text)
    except WhoisDomainNotFoundError:
        return _row("not_registered", {})
    except WhoisQuotaExceededError:
        return _row("rate_limited", {})
    names = {
        "registrar": "registrar",
        "created": "creation_date",
        "updated": "updated_date",
        "expires": "expiration_date",
        "status": "status",
        "nameservers": "name_servers",
    }
    values = {ours: entry.get(theirs) for ours, theirs in names.items()}
    return _row("registered" if any(values.values()) else "unparsed", values)


def _asyncwhois(name: str, text: str) -> Row:
    from asyncwhois.errors import NotFoundError
    from asyncwhois.parse_tld import DomainParser

    try:
        parsed = DomainParser(ignore_not_found=False).parse(text, name.rpartition(".")[2])
    except NotFoundError:
        return _row("not_registered", {})
    names = {
        "registrar": "registrar",
        "created": "created",
        "updated": "updated",
        "expires": "expires",
        "status": "status",
        "nameservers": "name_servers",
    }
    told = {str(getattr(key, "value", key)): value for key, value in parsed.items()}
    values = {ours: told.get(theirs) for ours, theirs in names.items()}
    return _row("registered" if any(values.values()) else "unparsed", values)


def _row(outcome: str, values: Row) -> Row:
    texts = {field: _texts(values.get(field)) for field in ("registrar", "status", "nameservers")}
    days = {
        field: [one[:10] for one in _texts(values.get(field))[:1]]
        for field in ("created", "updated", "expires")
    }
    return {"outcome": outcome, **texts, **days}


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple | set) else [value]
    return [str(one) for one in values if one]
