"""Reads whole certificates where a search told only the names that match: siblings stand in the rest.

`GET https://crt.sh/?d=ID` answers with one certificate in PEM. Each costs a turn at crt.sh, so a few are
chosen: the newest of each set of names, the issuers in turn, then whatever else was bought, for each of
those was ordered by hand and with names of its own, then the oldest of each set, for names that a later
renewal dropped. Whoever finds nothing new five times in a row stops.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.certificate import Certificate, read_certificate
from probes.kit.certificate_names import Names
from probes.kit.certificate_search import Entry
from probes.kit.net import ApiQuestion, Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.observation import Reason
from probes.kit.source import COMPLETED, Ended, Status, ended_by

MOST: Final = 12
"""Certificates of one domain that are fetched."""
_BARREN: Final = 5
"""Certificates in a row that told nothing new, and the rest is left."""
_FAILURES: Final = 2
"""Questions without a certificate, and the rest is left."""
_WHOLE: Final = timedelta(seconds=60)
_ONE: Final = 15.0
_MOST_BYTES: Final = 131_072
_ACCEPT: Final = "application/pkix-cert, */*;q=0.1"
_SOURCE: Final = "crt.sh:"
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


class Wholes(Struct, frozen=True):
    """Certificates by the id of their entry, with all names and the subject organisation."""

    entries: Mapping[str, Entry]
    left: int
    """Sets of names of which no certificate was read."""
    ended: Ended
    """Completed, also when some were left for being too many; partial when crt.sh failed."""


async def whole_certificates(entries: Iterable[Entry], net: Net) -> Wholes:
    """Fetch some of the certificates whose names crt.sh told only in part."""
    sets = _sets(one for one in entries if _number(one) and not one.all_names)
    news, read, ended, failed = _News(sets), Names(), COMPLETED, 0
    found: dict[str, Entry] = {}
    try:
        async with Patience(_WHOLE):
            for entry in islice(_chosen(sets), MOST):
                whole = await _fetch(entry, net, read)
                if isinstance(whole, Entry):
                    found[entry.id] = whole
                    news.learn(whole)
                else:
                    ended = Ended(Status.PARTIAL, whole.reason)
                    failed += 1 if whole.status is Status.FAILED else _FAILURES
                if failed >= _FAILURES or news.barren >= _BARREN:
                    break
    except TimeoutError:
        ended = Ended(Status.PARTIAL, Reason.TIMEOUT)
    left = sum(all(one.id not in found for one in of_one_set) for of_one_set in sets)
    return Wholes(found, left, ended)


class _News:
    """What is known already, and how long nothing new has come."""

    def __init__(self, sets: Iterable[list[Entry]]) -> None:
        self._known = {name for of_one_set in sets for one in of_one_set for name in one.names}
        self.barren = 0

    def learn(self, whole: Entry) -> None:
        """Take in what a certificate says."""
        said = {*whole.names, whole.organisation} - {""}
        self.barren = self.barren + 1 if said <= self._known else 0
        self._known |= said


def _number(entry: Entry) -> str:
    """The number crt.sh knows a certificate by; empty for other logs' and for what is no number."""
    _, mine, number = entry.id.partition(_SOURCE)
    return number if mine and number.isascii() and number.isdigit() else ""


def _sets(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Certificates of one issuer with the same matching names, newest first; the newest set first."""
    sets: dict[tuple[frozenset[str], str], list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.not_before, one.id), reverse=True):
        sets[frozenset(entry.names), entry.issuer].append(entry)
    return list(sets.values())


def _chosen(sets: list[list[Entry]]) -> Iterator[Entry]:
    """Yield the newest of each set, then the other bought ones, then the oldest of each; issuers in turn."""
    yield from _in_turn(of_one_set[0] for of_one_set in sets)
    bought = (one for of_one_set in sets for one in of_one_set[1:] if not one.automated)
    yield from _in_turn(bought)
    renewed = (of_one_set for of_one_set in sets if len(of_one_set) > 1)
    yield from _in_turn(of_one_set[-1] for of_one_set in renewed if of_one_set[-1].automated)


def _in_turn(entries: Iterable[Entry]) -> Iterator[Entry]:
    by_issuer: dict[str, deque[Entry]] = defaultdict(deque)
    for entry in entries:
        by_issuer[entry.issuer].append(entry)
    while by_issuer:
        for issuer in list(by_issuer):
            yield by_issuer[issuer].popleft()
            if not by_issuer[issuer]:
                del by_issuer[issuer]


async def _fetch(entry: Entry, net: Net, names: Names) -> Entry | Ended:
    url = f"https://crt.sh/?d={_number(entry)}"
    try:
        answer = await net.ask(ApiQuestion(url, _ACCEPT, _MOST_BYTES, _ONE))
    except NetTrouble as trouble:
        return ended_by(trouble)
    if answer.status == 429:
        return Ended(Status.LIMITED, Reason.RATE_LIMITED)
    if answer.status != 200:
        return Ended(Status.FAILED, Reason.SOURCE_FAILED)
    try:
        certificate = read_certificate(_der(answer.body))
    except ValueError:
        return Ended(Status.FAILED, Reason.MALFORMED)
    return _completed(entry, certificate, names)


def _completed(entry: Entry, certificate: Certificate, names: Names) -> Entry:
    """The entry with what the certificate says; what the search had told of it stays."""
    own, whole = names.read(certificate.names)
    unreadable = {"names", "organisation"} & set(certificate.unreadable)
    return replace(
        entry,
        names=tuple(dict.fromkeys((*entry.names, *own))),
        organisation=certificate.organisation,
        sha256=entry.sha256 or certificate.sha256,
        automated=certificate.automated,
        all_names=whole and not unreadable and certificate.name_count == len(certificate.names),
    )


def _der(body: bytes) -> bytes:
    """The first certificate of a PEM text (RFC 7468); raise ValueError where there is none."""
    start = body.find(_BEGIN)
    end = body.find(_END, start)
    if start < 0 or end < 0:
        raise ValueError("no PEM certificate")
    try:
        return base64.b64decode(body[start + len(_BEGIN) : end])
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from error
