"""crt.sh and Cert Spotter over everything that the lab's authorities ever issued.

crt.sh is asked `?q=` (or `Identity`, `dNSName`, `CN`, `O`) with `output=json`, and `?d=ID` for the certificate
itself. A row's `name_value` holds only what matched. It gives 10,000 rows at most.
Cert Spotter tells what each `expand` asks for and nothing more, a page at a time; `after` the last id of one
page is the next, until a page is empty (sslmate.com/certspotter/api/docs-v1).
"""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from tests.internet.domains import Hostile
from tests.internet.peers.hostile_json import LOG_TRICKS, SPOTTER_TRICKS
from tests.internet.peers.stage import Stage
from tests.internet.peers.web import Request, Response, as_json
from tests.internet.population import Population

SLOW = 12.0
"""Seconds that crt.sh takes where the population says `slow`."""
ROWS = 10_000
"""Rows that crt.sh gives at most."""
PAGE = 50
"""Issuances on a page of Cert Spotter."""
NO_JSON = b"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">
<HTML><HEAD><TITLE>crt.sh | Error</TITLE></HEAD><BODY>
<SPAN class="whiteongrey">Sorry, something went wrong... :-(</SPAN>
<BR><BR>Your request could not be processed, please try again later.</BODY></HTML>"""
"""What crt.sh says, with status 200, where the population says `html`."""


IDENTITIES = ("q", "Identity", "identity", "dNSName", "CN", "O")
"""The parameters that crt.sh's search goes by."""


class Logged(Struct, frozen=True):
    """A certificate in the log."""

    id: int
    names: list[str]
    logged: bool
    sha256: str
    tbs_sha256: str
    serial: str
    issuer: str
    not_before: datetime
    not_after: datetime
    pem: str
    organisation: str
    seen: str
    """The only one who knows of it; empty: both."""


class CertificateLogs:
    """Answers for crt.sh and api.certspotter.com."""

    def __init__(self, world: Population, folder: Path, now: datetime, stage: Stage) -> None:
        """Read the authority's log."""
        self.world = world
        self.now = now
        self.stage = stage
        rows = json.loads((folder / "log.json").read_text())
        entries = [
            Logged(
                **{field: row[field] for field in Logged.__struct_fields__}
                | {key: datetime.fromisoformat(row[key]) for key in ("not_before", "not_after")}
            )
            for row in rows
            if row["logged"]
        ]
        self.entries = [entry for entry in entries if entry.seen != "certspotter"]
        self.spotted = [entry for entry in entries if entry.seen != "crtsh"]

    async def crtsh(self, request: Request) -> Response:
        """crt.sh: a search by name (`%.` matches everything below), or one certificate by id."""
        asked = request.query
        if "d" in asked or ("id" in asked and "output" not in asked):
            number = asked.get("d") or asked["id"]
            found = [entry for entry in self.entries if str(entry.id) == number]
            if not found:
                return Response(b"Certificate not found", 404, "text/plain")
            return Response(found[0].pem.encode(), type="application/pkix-cert")
        query = next((asked[key] for key in IDENTITIES if key in asked), "")
        trouble = self._trouble(query)
        if trouble == "502":
            return Response(b"<html><head><title>502 Bad Gateway</title></head></html>", 502)
        if trouble == "slow":
            await asyncio.sleep(SLOW)
        if trouble == "html":
            return Response(NO_JSON)
        rows = self._search(query.lower())
        if trouble == "capped":
            rows = _capped(rows)
        if asked.get("exclude") == "expired":
            rows = [row for row in rows if str(row["not_after"]) > f"{self.now:%Y-%m-%dT%H:%M:%S}"]
        answer = as_json(rows)
        if trick := self._hostile(query).crtsh:
            self.stage.played("crtsh", trick)
            return LOG_TRICKS[trick](answer)
        if trouble == "truncated":
            half = answer.body[: max(20, len(answer.body) // 2)] if rows else b'[{"issuer_ca_id":1,'
            return Response(half, type="application/json", cut=1000)
        return answer

    async def certspotter(self, request: Request) -> Response:
        """Cert Spotter: unexpired issuances of a domain, with all names of each certificate."""
        if request.path != "/v1/issuances":
            return as_json({"code": "not_found", "message": "no such endpoint"}, 404)
        domain = request.query.get("domain", "").lower()
        deep = request.query.get("include_subdomains") == "true"
        after = int(request.query.get("after", "0"))
        rows = []
        wanted = {value for key, value in parse_qsl(urlsplit(request.url).query) if key == "expand"}
        for entry in self.spotted:
            named = any(
                name == domain or (deep and name.endswith(f".{domain}")) for name in entry.names
            )
            if named and entry.not_after > self.now and entry.id > after:
                rows.append(_issuance(entry, wanted))
        rows = rows[:PAGE]
        if trick := self._hostile(domain).certspotter:
            self.stage.played("certspotter", trick)
            return SPOTTER_TRICKS[trick](as_json(rows))
        return as_json(rows)

    def _hostile(self, query: str) -> Hostile:
        domain = self.world.enclosing(query.lower().removeprefix("%."))
        return domain.hostile if domain and domain.hostile else Hostile()

    def _trouble(self, query: str) -> str:
        domain = self.world.enclosing(query.lower().removeprefix("%."))
        return domain.crtsh if domain else "ok"

    def _search(self, query: str) -> list[dict[str, object]]:
        """Newest first; `name_value` holds only the names that match, as crt.sh does it."""
        rows = []
        for entry in reversed(self.entries):
            owner = [entry.organisation] if entry.organisation else []
            matching = [name for name in [*entry.names, *owner] if _matches(name.lower(), query)]
            if matching:
                rows.append(_row(entry, matching))
        return rows


def _matches(name: str, query: str) -> bool:
    start, middle, end = query.startswith("%"), query.strip("%"), query.endswith("%")
    if start and end:
        return middle in name
    if start:
        return name.endswith(middle)
    return name.startswith(middle) if end else name == middle


def _capped(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """As many rows as crt.sh ever gives, for a name that has more."""
    times = ROWS // max(1, len(rows)) + 1
    many = [
        row | {"id": 1_000_000 * again + at}
        for again in range(times)
        for at, row in enumerate(rows)
    ]
    return many[:ROWS]


def _row(entry: Logged, matching: list[str]) -> dict[str, object]:
    return {
        "issuer_ca_id": 295810 if "Encrypt" in entry.issuer else 268510,
        "issuer_name": ", ".join(reversed(entry.issuer.split(","))),
        "common_name": entry.names[0],
        "name_value": "\n".join(matching),
        "id": entry.id,
        "entry_timestamp": f"{entry.not_before:%Y-%m-%dT%H:%M:%S}.{entry.id % 1000:03d}",
        "not_before": f"{entry.not_before:%Y-%m-%dT%H:%M:%S}",
        "not_after": f"{entry.not_after:%Y-%m-%dT%H:%M:%S}",
        "serial_number": entry.serial,
        "result_count": 2,
    }


def _issuance(entry: Logged, wanted: set[str]) -> dict[str, object]:
    body = "".join(line for line in entry.pem.splitlines() if "-----" not in line)
    expanded = {
        "dns_names": entry.names,
        "issuer": {"friendly_name": _organisation(entry.issuer), "name": entry.issuer},
        "cert_der": base64.b64encode(base64.b64decode(body)).decode(),
    }
    return {
        "id": str(entry.id),
        "tbs_sha256": entry.tbs_sha256,
        "cert_sha256": entry.sha256,
        "not_before": f"{entry.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{entry.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "revoked": False,
        **{key: value for key, value in expanded.items() if key in wanted},
    }


def _organisation(issuer: str) -> str:
    """The O of a distinguished name, which Cert Spotter calls friendly."""
    return next(part[2:] for part in issuer.split(",") if part.startswith("O="))
