"""The web archive's index of captures (CDX server), as web.archive.org answers it over HTTP and HTTPS.

`/cdx/search/cdx?url=*.DOMAIN/*` (or `matchType=domain`) with `output=json`: a list of rows of which the first
names the columns, and `[]` where nothing was captured. `fl` chooses columns, `collapse=urlkey` keeps the first
row of each address, `limit` cuts (negative: from the end).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from tests.internet.domains import Domain
from tests.internet.peers.web import Request, Response, as_json
from tests.internet.population import Population

HOST = "web.archive.org"
COLUMNS = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
PAGES = ("/", "/kontakty")


class Archive:
    """Answers from what the population says was captured."""

    def __init__(self, world: Population, now: datetime) -> None:
        """Keep the world and the moment."""
        self.world = world
        self.now = now

    async def answer(self, request: Request) -> Response:
        """One search of the index."""
        if request.path not in ("/cdx/search/cdx", "/cdx/search"):
            return Response(b"<html><body>Not Found</body></html>", 404)
        asked = dict(parse_qsl(urlsplit(request.url).query))
        if "url" not in asked:
            return Response(b"url param is required", 400, "text/plain")
        rows = self._rows(asked)
        if asked.get("output") == "json":
            names = asked["fl"].split(",") if "fl" in asked else COLUMNS
            return as_json([names, *rows] if rows else [])
        text = "".join(" ".join(row) + "\n" for row in rows)
        return Response(text.encode(), type="text/plain; charset=utf-8")

    def _rows(self, asked: dict[str, str]) -> list[list[str]]:
        pattern = asked["url"].split("://")[-1]
        host = pattern.partition("/")[0].lower()
        deep = host.startswith("*.") or asked.get("matchType") == "domain"
        host = host.removeprefix("*.")
        domain = self.world.enclosing(host)
        captures = sorted(self._captures(domain), key=lambda one: (one["urlkey"], one["timestamp"]))
        found, seen = [], set()
        for one in captures:
            place = urlsplit(one["original"]).hostname or ""
            if place != host and not (deep and place.endswith(f".{host}")):
                continue
            if asked.get("collapse") == "urlkey" and one["urlkey"] in seen:
                continue
            seen.add(one["urlkey"])
            found.append(one)
        limit = int(asked.get("limit", "0"))
        found = found[limit:] if limit < 0 else found[: limit or None]
        names = asked["fl"].split(",") if "fl" in asked else COLUMNS
        return [[one.get(name, "-") for name in names] for one in found]

    def _captures(self, domain: Domain | None) -> list[dict[str, str]]:
        """Three captures of two pages of each host, the last on the day that the population says."""
        found = []
        for label, ago in domain.archived.items() if domain else ():
            host = domain.host(label) if domain else ""
            for page in PAGES:
                for back in (800, 300, 0):
                    moment = self.now - timedelta(days=ago + back)
                    found.append(
                        {
                            "urlkey": f"{','.join(reversed(host.split('.')))}){page}",
                            "timestamp": f"{moment:%Y%m%d%H%M%S}",
                            "original": f"http://{host}{page}",
                            "mimetype": "text/html",
                            "statuscode": "200",
                            "digest": "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
                            "length": "4213",
                        }
                    )
        return found
