"""Asks one registry or registrar one question and reads the answer, whatever came of it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from probes.kit.net import ApiQuestion, Net, NetTrouble, WhoisQuestion
from probes.kit.registry import plan
from probes.kit.registry.replies import Reply, failed, iana_reply, rdap_reply, whois_reply

_MOST_RDAP_BYTES = 1_048_576
_MOST_BOOTSTRAP_BYTES = 2_097_152
_RDAP = "application/rdap+json, application/json;q=0.8"
_SECONDS = 15.0


async def ask_rdap(url: str, kind: str, name: str, net: Net) -> Reply:
    """Ask for one RDAP object; `name` is the domain it must be about."""
    question = ApiQuestion(url, accept=_RDAP, max_bytes=_MOST_RDAP_BYTES, patience=_SECONDS)
    try:
        answer = await net.ask(question)
    except NetTrouble as trouble:
        return failed(urlsplit(url).hostname or "", kind, trouble.reason, trouble.detail)
    return rdap_reply(url, kind, name, answer)


async def ask_whois(server: str, kind: str, name: str, suffix: str, net: Net) -> Reply:
    """Ask one WHOIS server about one name."""
    try:
        answer = await net.ask(WhoisQuestion(server, plan.query_line(server, name)))
    except NetTrouble as trouble:
        return failed(server, kind, trouble.reason, trouble.detail)
    return await whois_reply(server, kind, name, suffix, answer)


async def ask_iana(tld: str, net: Net) -> str | Reply:
    """Return the WHOIS server IANA names for a top level name, or why there is none."""
    try:
        answer = await net.ask(WhoisQuestion(plan.IANA, tld))
    except NetTrouble as trouble:
        return failed(plan.IANA, "registry whois", trouble.reason, trouble.detail)
    return iana_reply(tld, answer)


# The Net remembers good answers, not failures: without this every name of a run would wait in vain
# for a bootstrap service that is down. One event loop is one run; a worker tries again later.
_GIVEN_UP: WeakKeyDictionary[asyncio.AbstractEventLoop, float] = WeakKeyDictionary()
_TRY_AGAIN = 900.0


async def bootstrap(net: Net) -> plan.Bootstrap:
    """Return IANA's list of RDAP services: today's if it can be had, else the shipped one."""
    loop = asyncio.get_running_loop()
    if loop.time() < _GIVEN_UP.get(loop, 0.0):
        return plan.shipped_bootstrap()
    try:
        answer = await net.ask(
            ApiQuestion(plan.BOOTSTRAP, max_bytes=_MOST_BOOTSTRAP_BYTES, patience=_SECONDS)
        )
    except NetTrouble:
        found = None
    else:
        whole = answer.status == 200 and not answer.truncated
        found = plan.read_bootstrap(answer.body) if whole else None
    if found is None:
        _GIVEN_UP[loop] = loop.time() + _TRY_AGAIN
        return plan.shipped_bootstrap()
    return found
