"""What the web archive remembers of a domain: when its site was last seen alive, and hosts it once had.

The Wayback Machine's CDX server lists captures, one a row, sorted by address and then by time. Two questions
are put to it, both bounded, at `https://web.archive.org/cdx/search/cdx`:

- `url=D&matchType=exact&fl=timestamp&filter=statuscode:200&collapse=timestamp:6&limit=1000&output=json`:
  the first good capture of the home page in each month. `www.` is the same address to the archive.
- `url=D&matchType=domain&fl=original&filter=urlkey:ru,client,[^)]*\\)/$&filter=statuscode:[23]..&collapse=urlkey
  &limit=500&output=json`: the home page of each host below client.ru (a key is the host turned round).

An answer is a list of lists, the first of them the names of the fields; `[]` where there are no captures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.json_rows import Rows, ask_rows, read_texts
from probes.kit.net import Net
from probes.kit.net.patience import Patience
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.source import COMPLETED, ROW_CAP, Ended, Status, unknown_reason
from probes.kit.target import Domain, Host, canonical_name

_SERVER: Final = "https://web.archive.org/cdx/search/cdx"
_MOST_MONTHS: Final = 1_000
_MOST_HOSTS: Final = 500
_PATIENCES: Final = (30.0, 40.0)
"""Seconds for each try; the archive is slow about large sites."""
_WHOLE: Final = timedelta(seconds=75)
_FIRST_YEAR: Final = 1996
_TIMED_OUT: Final = Ended(Status.FAILED, Reason.TIMEOUT)


class ArchivedSite(Struct, frozen=True):
    """What the archive holds of a domain; Absent("web archive") when it holds nothing at all."""

    first_seen: date | None
    """The first capture of the home page that was good (status 200); None when there is none."""
    last_seen: date | None
    """The first good capture in the last month that has one: alive then, and perhaps later that month."""
    months: int
    """Months that have a good capture."""
    hosts: tuple[str, ...]
    """Hosts below the domain whose home page was captured, at most 500; they may be long gone."""
    complete: bool
    """False when one of the two questions failed or was cut off."""
    reasons: tuple[str, ...] = ()
    """Codes that say why it is not complete."""

    def mentions(self) -> Iterator[Mention]:
        """Every host the archive knows below the domain."""
        for name in self.hosts:
            yield Mention(Host(name), "archived_below")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=90))
async def web_archive(domain: Domain, net: Net) -> Seen[ArchivedSite] | Absent | Unknown:
    """Ask the web archive when a domain's site was alive, and which hosts it once had."""
    (days, alive), (hosts, below) = await asyncio.gather(
        _days_alive(domain.name, net), _hosts_below(domain.name, net)
    )
    ends = (alive, below)
    complete = all(end == COMPLETED for end in ends)
    if not days and not hosts:
        if complete:
            return Absent("web archive")
        if COMPLETED not in ends:
            told = f"captures: {alive.reason}, hosts: {below.reason}"
            return Unknown(unknown_reason(*ends), told)
    return Seen(
        ArchivedSite(
            min(days, default=None),
            max(days, default=None),
            len({(day.year, day.month) for day in days}),
            hosts,
            complete,
            tuple(dict.fromkeys(end.reason for end in ends if end.reason)),
        )
    )


async def _days_alive(name: str, net: Net) -> tuple[list[date], Ended]:
    rows, ended = await _captures(
        net,
        _MOST_MONTHS,
        url=name,
        matchType="exact",
        fl="timestamp",
        filter="statuscode:200",
        collapse="timestamp:6",
    )
    return [day for day in map(_day, rows) if day], ended


async def _hosts_below(name: str, net: Net) -> tuple[tuple[str, ...], Ended]:
    # `ru,client,shop)/about` is the key of a page: when only home pages count, one key is one host.
    turned = ",".join(reversed(name.split(".")))
    rows, ended = await _captures(
        net,
        _MOST_HOSTS,
        url=name,
        matchType="domain",
        fl="original",
        filter=(f"urlkey:{turned},[^)]*\\)/$", "statuscode:[23].."),
        collapse="urlkey",
    )
    below = (
        host for host in map(_host, rows) if host.endswith(f".{name}") and host != f"www.{name}"
    )
    return tuple(dict.fromkeys(below)), ended


async def _captures(net: Net, most: int, **query: str | tuple[str, ...]) -> tuple[list[str], Ended]:
    """Ask one question with one field; return its values and how the asking ended."""
    asked = urlencode(
        {**query, "limit": str(most), "output": "json"}, doseq=True, quote_via=quote, safe=":,()*"
    )
    try:
        async with Patience(_WHOLE):
            found = await ask_rows(
                net, f"{_SERVER}?{asked}", read_texts, patiences=_PATIENCES, once=True
            )
    except TimeoutError:
        return [], _TIMED_OUT
    if not isinstance(found, Rows):
        return [], found
    values = [row[0] for row in found.read[1:] if row]  # the first row names the field
    if found.ended == COMPLETED and len(values) >= most:
        return values, Ended(Status.PARTIAL, ROW_CAP)
    return values, found.ended


def _day(timestamp: str) -> date | None:
    """Read `20240131235959`; None for what is no moment since the archive began."""
    try:
        day = datetime.strptime(timestamp[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def _host(original: str) -> str:
    """The host of a captured address, canonical; empty for what has none."""
    try:
        return canonical_name(urlsplit(original).hostname or "")
    except ValueError:
        return ""
