"""The news feed of a site: when somebody last published there.

It is read from the home page on, over https where that answers. Absent("no feed") where the page names none.
"""

from __future__ import annotations

from datetime import timedelta

from probes.kit.declare import Reach, probe
from probes.kit.near_files import NearFiles
from probes.kit.net import HttpAnswer, Net, NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.public_files import NewsFeed, read_feed
from probes.kit.target import Host
from probes.kit.trail import body_of


@probe(reach=Reach.VISIT, patience=timedelta(seconds=30))
async def feed(host: Host, net: Net) -> Seen[NewsFeed] | Absent | Unknown:
    """Read the feed that a host's home page names, as far as it lies under the same registered name."""
    files = NearFiles(host, net)
    named = await files.open("/", _named)
    if not isinstance(named, Seen):
        return named
    if not named.fact:
        return Absent("no feed")
    try:
        url = WebAddress.of(f"{files.base}/").join(named.fact.replace(" ", "%20"))
    except NetTrouble as trouble:
        return Unknown(Reason.MALFORMED, f"its address: {trouble.detail}"[:200])
    if not files.is_near(url.host):
        return Unknown(Reason.NOT_ASKED, f"it lies at {url.host[:100]}")
    return await files.read(str(url), _read)


def _named(answer: HttpAnswer) -> Seen[str]:
    return Seen(body_of(answer).reading.upkeep.feed)


def _read(answer: HttpAnswer) -> Seen[NewsFeed]:
    """What came of it: the newest items come first, so that its end is not missed."""
    return Seen(read_feed(answer.body))
