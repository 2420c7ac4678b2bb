"""Asks crt.sh for certificates that were issued to an organisation: domains of one owner under many names.

`GET https://crt.sh/?O=NAME&output=json`: rows as for a domain, `name_value` holds the organisation and
`common_name` a host. Only organisation and extended validation certificates name one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from probes.kit.certificate_names import MOST_NAMES, Names
from probes.kit.json_rows import PATIENCES, ask_rows, read_row
from probes.kit.net import Net
from probes.kit.net.patience import Patience
from probes.kit.observation import Reason
from probes.kit.source import COMPLETED, Ended, Status

_MOST_ORGANISATIONS: Final = 2
_MOST_ROWS: Final = 2_000
"""An organisation with more certificates than this is a CDN or a hoster, whose customers are strangers."""
_MOST_HOSTS: Final = 300
_WHOLE: Final = timedelta(seconds=40)


class Certified(Struct, frozen=True):
    """Hosts in certificates of one organisation."""

    organisation: str
    hosts: tuple[str, ...]
    """At most 300, wildcards kept; none of an organisation that has more than 2,000 certificates."""
    certificates: int


class Found(Struct, frozen=True):
    """What the searches by organisation brought, and how they ended."""

    certified: tuple[Certified, ...]
    ended: Ended


async def certified_for(organisations: Iterable[str], net: Net) -> Found:
    """Search for the certificates of up to two organisations, by the names in certificates of theirs."""
    found, ended = [], COMPLETED
    try:
        async with Patience(_WHOLE):
            for name in [*dict.fromkeys(organisations)][:_MOST_ORGANISATIONS]:
                url = f"https://crt.sh/?O={quote(name, safe='')}&output=json"
                answer = await ask_rows(net, url, partial(_hosts, Names()), patiences=PATIENCES[:1])
                if isinstance(answer, Ended):
                    ended = Ended(Status.PARTIAL, answer.reason)
                    break
                ended = answer.ended if ended == COMPLETED else ended
                hosts = tuple(dict.fromkeys(host for row in answer.read for host in row))
                few = answer.told <= _MOST_ROWS
                found.append(Certified(name, hosts[:_MOST_HOSTS] if few else (), answer.told))
    except TimeoutError:
        ended = Ended(Status.PARTIAL, Reason.TIMEOUT)
    return Found(tuple(found), ended)


def _hosts(names: Names, raw: msgspec.Raw) -> tuple[str, ...] | None:
    row = read_row(raw)
    if row is None:
        return None
    said = [
        str(row.get("common_name", "")),
        *str(row.get("name_value", "")).split("\n", MOST_NAMES)[: MOST_NAMES - 1],
    ]
    return names.read(said)[0]
