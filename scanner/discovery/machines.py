"""The client's own machines, and what else runs on them: nobody but he can set that up.

A machine is his whose address is called by a name of his; who merely points his name at it shows the client's
pages. The few addresses that he sends mail from may hold a hoster's machines, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.assets.estate import Params
from scanner.discovery.heard import Heard
from scanner.discovery.mark import SENDS
from scanner.discovery.networks import holds, within
from scanner.discovery.others import Others
from scanner.discovery.weights import Piece, piece

_NAMED_AS = ("ns_host_of", "mx_host_of", "srv_host_of")
_HOSTERS_NUMBER = 3
"""Digits with which hosters number the machines that they let: `vps4117.hoster.example`."""


class Machines:
    """Reads from what was heard who lives on the client's machines."""

    def __init__(self, heard: Heard, others: Others) -> None:
        self._heard, self._others = heard, others

    def pieces(self, domain: str) -> Iterator[Piece]:
        """Yield what a name's addresses, and those it sends from, say of whose it is."""
        networks = self._heard.client_networks
        for ip, network in within(self._heard.addresses.get(domain, ()), networks):
            host, ids = networks[network]
            told: Params = {"ip": ip, "network": str(network), "from": host}
            yield piece("in_client_network", told, ids)
        for ip in sorted(self._answering_at(domain)):
            yield from self._on_machine(ip, self._machine(ip))
        known = self._heard.client_machines
        for ip in sorted(self._served_at(domain) & known.keys()):
            # A guest may be served there, whom the client lets in for a favour.
            yield from self._on_machine(ip, known[ip], less=1)
        for ip in sorted(self._at(self._heard.mail_hosts.get(domain, ())) & known.keys())[:1]:
            yield piece("mail_goes_to_client_host", {"host": known[ip][0]}, known[ip][1], less=1)
        for ip in [ip for ip in sorted(known) if holds(self._heard.sends.get(domain, ()), ip)][:1]:
            yield piece(SENDS, {"to": known[ip][0]}, known[ip][1], less=1)

    def shows_his(self, domain: str) -> bool:
        """Say whether a name shows nothing but the client's own page, or what a machine shows to any name."""
        shown = {page for _, page in self._heard.shown_at.get(domain, ()) if page}
        if domain in self._heard.as_any_name and not shown:
            return True
        return bool(shown) and shown <= self._heard.client_pages

    def _on_machine(
        self, ip: str, machine: tuple[str, tuple[str, ...]] | None, less: int = 0
    ) -> Iterator[Piece]:
        if machine:
            host, ids = machine
            crowded = any(map(self._others.is_anothers, self._heard.living_at(ip)))
            told: Params = {"ip": ip, "host": host}
            yield piece("on_client_machine", told, ids, less=less, crowded=crowded)

    def _machine(self, ip: str) -> tuple[str, tuple[str, ...]] | None:
        """Return by which name of the client's a machine is known as his, with the evidence.

        Its own, or that of another in the small network from which he sends: then all of it is his.
        """
        known = self._heard.client_machines
        networks = [network for _, network in within((ip,), self._heard.client_networks)]
        beside = (known[at] for at, _ in within(known, networks))
        return known.get(ip) or min(beside, default=None)

    def _served_at(self, domain: str) -> frozenset[str]:
        """Addresses at which a name is served as itself: a page of its own, or a certificate for it."""
        return frozenset(
            ip
            for ip, page in self._heard.shown_at.get(domain, ())
            if not page or page not in self._heard.client_pages
        )

    def _answering_at(self, domain: str) -> frozenset[str]:
        """Addresses of hosts under a name that do work for the client by his own records."""
        said = self._heard.said_by_client.get(domain, {})
        named = (said[code].to for code in _NAMED_AS if code in said)
        return self._at(one for one in named if sum(map(str.isdigit, one)) < _HOSTERS_NUMBER)

    def _at(self, hosts: Iterable[str]) -> frozenset[str]:
        found = (self._heard.host_addresses.get(host, ()) for host in hosts)
        return frozenset(ip for addresses in found for ip in addresses)
