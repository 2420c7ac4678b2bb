"""Reads one WHOIS answer: what it says about the domain, or why it says nothing (RFC 3912)."""

from __future__ import annotations

import ipaddress
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from probes.kit.registry.dates import Stamp, month_first, read_stamp
from probes.kit.registry.holder import Holder, describe_holder
from probes.kit.registry.lines import CONTACTS, Line, cut
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.status import epp_status, says_delegated, statuses_in
from probes.kit.registry.vocabulary import field_of, is_ambiguous, vocabulary
from probes.kit.registry.whois_outcome import reduced_words, spoken
from probes.kit.target import canonical_name

MOST_SERVERS = 26
MOST_STATUS_WORDS = 6
MOST_TRIES = 50


@cache
def _charsets() -> dict[str, str]:
    own = tomllib.loads((files("probes.kit.data") / "whois_servers.toml").read_text("utf-8"))
    charsets: dict[str, str] = own["charsets"]
    return charsets


def decode(raw: bytes, server: str) -> str:
    """Return an answer's text: UTF-8 where it is UTF-8, else the server's charset, else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_charsets().get(server, "latin-1"), errors="replace")


def read_whois(text: str, suffix: str) -> Reading:
    """Read one server's whole answer about a name below a suffix; never raises on any text.

    Answers of several servers must not be joined: dates of the first would pass for the last's.
    """
    record = _Record(suffix)
    for line in cut(text.replace("\r", "\n") if "\r" in text and "\n" not in text else text):
        record.take(line)
    return record.reading(text)


class _Record:
    """Collects the fields of an answer, the first value of each, and decides how it ended."""

    def __init__(self, suffix: str) -> None:
        self._month_first = month_first(suffix)
        self._texts: dict[str, str] = {}
        self._stamps: dict[str, Stamp] = {}
        self._tries: Counter[str] = Counter()
        self._statuses: list[str] = []
        self._servers: list[str] = []
        self._objects: dict[str, dict[str, str]] = {}
        self._object = ""
        self._object_block = -1

    def take(self, line: Line) -> None:
        """Put the value of a line where its label and section say."""
        self._remember_object(line)
        field = _field(line)
        if not field or not line.value:
            return
        match field:
            case "created" | "updated" | "expires" | "registrar_expires" | "free_on":
                self._tries[field] += 1
                if field not in self._stamps and self._tries[field] <= MOST_TRIES:
                    stamp = read_stamp(line.value, month_first=self._month_first)
                    if stamp is not None:
                        self._stamps[field] = stamp
            case "name_server" if len(self._servers) < 4 * MOST_SERVERS:
                hosts = hosts_in(line.value)
                # .dk repeats the domain under `DNS:`, in its own spelling.
                if line.label != "dns" or hosts != [host_name(self._texts.get("domain", ""))]:
                    self._servers.extend(hosts)
            case "status":
                self._take_status(line)
            case "domain":
                name, _, state = line.value.partition(" is ")
                self._texts.setdefault("domain", name)
                self._statuses.extend(statuses_in(state))
            case "registrar" | "registrar_id":
                self._take_registrar(field, line)
            case _:
                self._texts.setdefault(field, line.value)

    def _take_status(self, line: Line) -> None:
        found = statuses_in(line.value)
        bare = not line.label
        if found and epp_status(found[0]):
            self._statuses.extend(one for one in found if not bare or epp_status(one))
        elif len(line.value.split()) <= MOST_STATUS_WORDS and not (bare and len(found) > 1):
            self._statuses.extend(found)
        if "until" in line.value[:20].lower() and "expires" not in self._stamps:
            stamp = read_stamp(line.value)
            if stamp is not None:
                self._stamps["expires"] = stamp

    def _take_registrar(self, field: str, line: Line) -> None:
        """Names before handles: a registrar's block may begin with one and give the name below."""
        value = line.value
        if line.section == "registrar" and line.label == "name" and " " not in value:
            field = "registrar_id" if "registrar" in self._texts else field
        if line.section == "registrar" and line.label in ("registrar", "sponsoring registrar"):
            self._texts.setdefault("registrar_head", value)
            return
        if field == "registrar":
            value, tag = _without_tag(value)
            if tag:
                self._texts.setdefault("registrar_id", tag)
            if value.isascii() and not self._texts.get(field, "").isascii():
                self._texts[field] = value  # the registry's English version follows its own (.kr)
        self._texts.setdefault(field, value)

    def _remember_object(self, line: Line) -> None:
        """Keep names under their handles: `holder-c: XY1` points to a block that tells who XY1 is."""
        field = field_of(line.label) if line.label else ""
        if field == "handle":
            self._object = line.value.lower()
            self._object_block = line.block
            self._objects.setdefault(self._object, {})
        elif self._object and line.block == self._object_block and field.startswith("holder_"):
            self._objects[self._object].setdefault(field, line.value)

    def reading(self, text: str) -> Reading:
        """Return everything collected, with the ending."""
        statuses = tuple(dict.fromkeys(self._statuses))
        servers = tuple(dict.fromkeys(self._servers))[:MOST_SERVERS]
        ending, words = self._ending(text, statuses, servers)
        expires = self._stamps.get("expires")
        own = self._stamps.get("registrar_expires")
        free = self._stamps.get("free_on")
        return Reading(
            ending,
            words,
            domain=host_name(self._texts.get("domain", "")),
            registrar=_one_line(self._registrar()),
            registrar_id=_one_line(self._texts.get("registrar_id", "") or self._registrar_head()),
            created=self._stamps.get("created"),
            updated=self._stamps.get("updated"),
            expires=expires or own,
            registrar_expires=own if expires else None,
            free_on=free.day if free else None,
            statuses=statuses,
            name_servers=servers,
            delegated=says_delegated(statuses),
            holder=self._holder(),
            dnssec=_signed(self._texts.get("dnssec", "")),
            referral=host_name(self._texts.get("registrar_whois", "")),
        )

    def _registrar(self) -> str:
        return self._texts.get("registrar", "") or self._texts.get("registrar_head", "")

    def _registrar_head(self) -> str:
        head = self._texts.get("registrar_head", "")
        return head if head != self._registrar() else ""

    def _holder(self) -> Holder:
        texts = self._texts
        handle = texts.get("holder_handle", "") or texts.get("holder_name", "")
        pointed = self._objects.get(handle.lower(), {})
        name = texts.get("holder_name", "")
        if pointed and name.lower() in self._objects:
            name = ""
        return describe_holder(
            organisation=texts.get("holder_org", "") or pointed.get("holder_org", ""),
            name=name or pointed.get("holder_name", ""),
            kind=texts.get("holder_kind", "") or pointed.get("holder_kind", ""),
            inn=texts.get("holder_inn", ""),
            country=texts.get("holder_country", "") or pointed.get("holder_country", ""),
        )

    def _ending(
        self, text: str, statuses: tuple[str, ...], servers: tuple[str, ...]
    ) -> tuple[Ending, str]:
        low = {status.lower() for status in statuses}
        told = next((_STATUS_ENDINGS[one] for one in sorted(low) if one in _STATUS_ENDINGS), None)
        substance = bool(servers) or bool(self._stamps.keys() - {"updated"})
        if told is not None and (
            not substance or (told is Ending.RESERVED and "expires" not in self._stamps)
        ):
            return told, "; ".join(statuses)[:120]
        if reduced := reduced_words(text):
            # "Query rate limit exceeded. Reduced information.", and half a record below it.
            return Ending.RATE_LIMITED, reduced
        named = bool(self._texts.get("domain"))
        if substance and (named or len(self._stamps) + bool(servers) > 1):
            return Ending.REGISTERED, ""
        ending, words = spoken(text)
        if ending is Ending.UNPARSED and (
            servers or (named and (self._registrar() or low or self._texts.get("holder_name")))
        ):
            return Ending.REGISTERED, ""
        return ending, words


_STATUS_ENDINGS = {
    **dict.fromkeys(
        (
            "available", "free", "no object found", "not registered", "not_registered", "not found", "no match",
            "unregistered", "available for registration", "unassigned", "not exist", "220 available", "nonexistent",
        ),
        Ending.NOT_REGISTERED,
    ),
    **dict.fromkeys(
        (
            "reserved", "reserved name", "blocked", "prohibited", "restricted", "unavailable", "reserved by registry",
            "not available for registration", "reserved domain", "forbidden", "reserved by the registry", "banned",
        ),
        Ending.RESERVED,
    ),
    **dict.fromkeys(("not allowed", "invalid", "error", "not valid"), Ending.INVALID_QUERY),
}  # fmt: skip


def _field(line: Line) -> str:
    inside = vocabulary().inside.get(line.section)
    if not line.label:
        return {
            "nameservers": "name_server",
            "registrar": "registrar",
            "holder": "holder_name",
            "status": "status",
            "domain": "domain",
        }.get(line.section, "")
    if inside is not None and line.label in inside:
        return inside[line.label]
    if line.section in CONTACTS or line.section in ("holder", "registrar"):
        return "" if is_ambiguous(line.label) else field_of(line.label)
    return field_of(line.label)


def hosts_in(value: str) -> list[str]:
    """Return the host names in the value of a name server line; addresses and remarks are left out."""
    found: list[str] = []
    for part in value[:400].replace(";", ",").split(","):
        words = part.split()
        if len(words) > 2 and words[1] == "NS":
            words = words[2:]  # written as a line of a zone: `example.pt NS ns1.example.com.`
        name = host_name(words[0]) if words else ""
        if name and not name.startswith("not.defined"):
            found.append(name)
        elif not found:
            break
    return found


def host_name(text: str) -> str:
    """Return a host name in canonical spelling, or nothing when the text is none."""
    words = text.split()
    bare = words[0].strip("[]().,;\"'*").lower() if words else ""
    if "." not in bare or bare.rpartition(".")[2].isdigit() or "/" in bare or "@" in bare:
        return ""
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        pass
    else:
        return ""
    try:
        return canonical_name(bare)
    except ValueError:
        return ""


def _one_line(value: str) -> str:
    return " ".join(value.split())[:200]


def _without_tag(value: str) -> tuple[str, str]:
    """Part `Example Ltd (R22-LRCC)` and `Example Ltd [Tag = EX]` into name and tag."""
    for opened, closed in (("[", "]"), ("(", ")")):
        start = value.rfind(opened)
        if start > 0 and value.endswith(closed):
            tag = value[start + 1 : -1].rpartition("=")[2].strip()
            code = opened == "[" or any(sign.isdigit() for sign in tag)
            if tag and code and " " not in tag and tag.upper() == tag and "." not in tag:
                return value[:start].rstrip(), tag
    name, _, last = value.rpartition(" ")
    if name and "-" in last and last[:1] == "R" and last[1:2].isdigit() and last.upper() == last:
        return name, last
    return value, ""


_SIGNED = ("signed", "yes", "true", "active", "enabled", "y", "1", "secure")
_UNSIGNED = (
    "unsigned",
    "no",
    "not ",
    "false",
    "inactive",
    "n",
    "0",
    "disabled",
    "none",
    "insecure",
)


def _signed(value: str) -> bool | None:
    low = value.strip().lower()
    if not low:
        return None
    if low in _UNSIGNED or low.startswith(("unsigned", "not", "no ", "inactive", "insecure")):
        return False
    return True if low in _SIGNED or low.startswith(("signed", "yes")) else None


def values_of(text: str, labels: Iterable[str]) -> Iterator[str]:
    """Yield the values of labelled lines, for answers that are no domain record (IANA's)."""
    wanted = frozenset(labels)
    return (line.value for line in cut(text) if line.label in wanted and line.value)
