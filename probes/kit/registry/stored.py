"""Reading recorded exchanges again with today's reader: no network, no plan, only what was said."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from probes.kit.names import suffix
from probes.kit.net import ApiAnswer, ApiQuestion, WhoisAnswer, WhoisQuestion
from probes.kit.net.tape import Exchange
from probes.kit.observation import Reason
from probes.kit.registry import plan
from probes.kit.registry.replies import Reply, failed, iana_reply, rdap_reply, whois_reply


async def stored_replies(name: str, exchanges: Iterable[Exchange]) -> list[Reply]:
    """Return what each registry and registrar said about `name`, in the order they were asked.

    `exchanges` are those of one look, oldest first. A server counts as the registrar's when an
    earlier answer refers to it; IANA counts only where it knew no server.
    """
    replies: list[Reply] = []
    for exchange in exchanges:
        reply = await _reply(name, exchange, {one.reading.referral for one in replies} - {""})
        if reply is not None:
            replies.append(reply)
    return replies


async def _reply(name: str, exchange: Exchange, referred: set[str]) -> Reply | None:
    match exchange.question:
        case WhoisQuestion(server=server):
            if server == plan.IANA:
                return _iana(name, exchange)
            kind = "registrar whois" if server in referred else "registry whois"
            if isinstance(exchange.answer, WhoisAnswer):
                return await whois_reply(server, kind, name, suffix(name), exchange.answer)
            return _failure(server, kind, exchange)
        case ApiQuestion(url=url) if url != plan.BOOTSTRAP:
            kind = "registrar rdap" if url in referred else "registry rdap"
            if isinstance(exchange.answer, ApiAnswer):
                return rdap_reply(url, kind, name, exchange.answer)
            return _failure(urlsplit(url).hostname or "", kind, exchange)
    return None


def _iana(name: str, exchange: Exchange) -> Reply | None:
    if not isinstance(exchange.answer, WhoisAnswer):
        return _failure(plan.IANA, "registry whois", exchange)
    found = iana_reply(name.rpartition(".")[2], exchange.answer)
    return found if isinstance(found, Reply) else None


def _failure(server: str, kind: str, exchange: Exchange) -> Reply:
    if exchange.failure is None:
        return failed(server, kind, Reason.MALFORMED, "no answer was kept")
    return failed(server, kind, exchange.failure.reason, exchange.failure.detail)
