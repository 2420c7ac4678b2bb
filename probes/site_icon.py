"""The picture that a site shows in the browser's tab, and nothing else of it: part of an ordinary visit."""

from __future__ import annotations

from datetime import timedelta

from probes.kit.declare import Reach, probe
from probes.kit.near_files import NearFiles
from probes.kit.near_icon import Favicon, open_icon
from probes.kit.net import Net
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Host


@probe(reach=Reach.VISIT, patience=timedelta(seconds=30))
async def site_icon(host: Host, net: Net) -> Seen[Favicon] | Absent | Unknown:
    """Read the picture at /favicon.ico or, where there is none, the one that the home page names."""
    return await open_icon(NearFiles(host, net))
