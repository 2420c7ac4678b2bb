"""Collects the fields of one WHOIS answer and decides how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.registry.dates import Stamp, date_order, is_unclear, read_stamp
from probes.kit.registry.holder import Holder, describe_holder
from probes.kit.registry.hosts import host_name, hosts_in
from probes.kit.registry.lines import CONTACTS, Line
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.status import epp_status, says_delegated, statuses_in
from probes.kit.registry.vocabulary import field_of, is_ambiguous, likely_field, vocabulary
from probes.kit.registry.whois_outcome import reduced_words, spoken

MOST_SERVERS = 26
MOST_STATUS_WORDS = 6
MOST_TRIES = 50


class Record:
    """Collects the fields of an answer, the first value of each, and decides how it ended."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._texts: dict[str, str] = {}
        self._dates: dict[str, list[str]] = {}
        """Field → every value it was given; the first that is a date counts."""
        self._likely: dict[str, list[str]] = {}
        """The same from labels that no table knows, for fields that have no other value."""
        self._statuses: list[str] = []
        self._servers: list[str] = []
        self._likely_servers: list[str] = []
        self._objects: dict[str, dict[str, str]] = {}
        self._object = ""
        self._object_block = -1

    def take(self, line: Line) -> None:
        """Put the value of a line where its label and section say."""
        plain = field_of(line.label) if line.label else ""
        if plain == "handle" or plain.startswith("holder_"):
            self._remember_object(plain, line)
        if not line.value:
            return
        field = _field(plain, line)
        if not field:
            self._take_likely(line)
            return
        match field:
            case "created" | "updated" | "expires" | "registrar_expires" | "free_on":
                _add(self._dates, field, line.value)
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

    def _take_likely(self, line: Line) -> None:
        if line.section in CONTACTS or line.section in ("holder", "registrar") or not line.label:
            return
        match likely_field(line.label):
            case "":
                pass
            case "name_server":
                if len(self._likely_servers) < 4 * MOST_SERVERS:
                    self._likely_servers.extend(hosts_in(line.value))
            case "registrar":
                if _is_a_name(line):
                    self._texts.setdefault("registrar_likely", line.value)
            case field:
                _add(self._likely, field, line.value)

    def _take_status(self, line: Line) -> None:
        found = statuses_in(line.value)
        bare = not line.label
        if found and epp_status(found[0]):
            self._statuses.extend(one for one in found if not bare or epp_status(one))
        elif len(line.value.split()) <= MOST_STATUS_WORDS and not (bare and len(found) > 1):
            self._statuses.extend(found)
        if "until" in line.value[:20].lower():
            _add(self._likely, "expires", line.value)

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

    def _remember_object(self, field: str, line: Line) -> None:
        """Keep names under their handles: `holder-c: XY1` points to a block that tells who XY1 is."""
        if field == "handle":
            self._object = line.value.lower()
            self._object_block = line.block
            self._objects.setdefault(self._object, {})
        elif self._object and line.block == self._object_block:
            self._objects[self._object].setdefault(field, line.value)

    def reading(self, text: str) -> Reading:
        """Return everything collected, with the ending."""
        statuses = tuple(dict.fromkeys(self._statuses))
        servers = tuple(dict.fromkeys(self._servers or self._likely_servers))[:MOST_SERVERS]
        dates = {**self._likely, **self._dates}
        stamps = self._stamps(dates)
        unclear = tuple(f"{field}: {found}" for field, found in _unclear(dates, stamps))
        ending, words = self._ending(text, statuses, servers, [*stamps, *unclear])
        expires, own, free = (
            stamps.get(one) for one in ("expires", "registrar_expires", "free_on")
        )
        return Reading(
            ending,
            words,
            domain=host_name(self._texts.get("domain", "")),
            registrar=_one_line(self._registrar()),
            registrar_id=_one_line(self._texts.get("registrar_id", "") or self._registrar_head()),
            created=stamps.get("created"),
            updated=stamps.get("updated"),
            expires=expires or own,
            registrar_expires=own if expires else None,
            free_on=free.day if free else None,
            statuses=statuses,
            name_servers=servers,
            delegated=says_delegated(statuses),
            holder=self._holder(),
            dnssec=_signed(self._texts.get("dnssec", "")),
            referral=host_name(self._texts.get("registrar_whois", "")),
            unclear=unclear,
        )

    def _stamps(self, dates: dict[str, list[str]]) -> dict[str, Stamp]:
        """Read the dates, in the order that the suffix or the answer itself shows."""
        order = date_order(self._suffix, (text for texts in dates.values() for text in texts))
        found = {}
        for field, texts in dates.items():
            stamp = next((one for text in texts if (one := read_stamp(text, order))), None)
            if stamp is not None:
                found[field] = stamp
        return found

    def _registrar(self) -> str:
        texts = self._texts
        return next((texts[one] for one in _REGISTRAR_TEXTS if texts.get(one)), "")

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
        self, text: str, statuses: tuple[str, ...], servers: tuple[str, ...], dated: list[str]
    ) -> tuple[Ending, str]:
        low = {status.lower() for status in statuses}
        told = next((_STATUS_ENDINGS[one] for one in sorted(low) if one in _STATUS_ENDINGS), None)
        substance = bool(servers) or any(field != "updated" for field in dated)
        if told is not None and (
            not substance or (told is Ending.RESERVED and "expires" not in dated)
        ):
            return told, "; ".join(statuses)[:120]
        named = bool(self._texts.get("domain"))
        if (reduced := reduced_words(text)) and (named or substance):
            # "Query rate limit exceeded. Reduced information.", and half a record below it.
            return Ending.RATE_LIMITED, reduced
        if substance and (named or len(dated) + bool(servers) > 1):
            return Ending.REGISTERED, ""
        thin = named and bool(self._registrar() or self._texts.get("holder_name"))
        ending, words = spoken(text, thin=thin)
        if ending is Ending.UNPARSED and (servers or thin or (named and low)):
            return Ending.REGISTERED, ""
        return ending, words


# A name that a label gave, one that stood in a heading, one that a label no table knows gave.
_REGISTRAR_TEXTS = ("registrar", "registrar_head", "registrar_likely")
_NO_NAMES = (
    "url",
    "web",
    "site",
    "www",
    "city",
    "street",
    "country",
    "state",
    "postal",
    "iana",
    "server",
)


def _is_a_name(line: Line) -> bool:
    """Say whether a line that speaks of a registrar gives its name, and not its page or its city."""
    value = line.value.lower()
    return not (
        any(word in line.label for word in _NO_NAMES)
        or value.startswith(("http", "www."))
        or "@" in value
        or not any(sign.isalpha() for sign in value)
    )


def _add(dates: dict[str, list[str]], field: str, value: str) -> None:
    values = dates.setdefault(field, [])
    if len(values) < MOST_TRIES:
        values.append(value)


def _unclear(dates: dict[str, list[str]], read: dict[str, Stamp]) -> Iterator[tuple[str, str]]:
    """Yield the dates that could be two days, in fields for which nothing better was found."""
    for field, texts in dates.items():
        if field not in read:
            found = next((text for text in texts if is_unclear(text)), None)
            if found is not None:
                yield field, found[:40]


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


def _field(plain: str, line: Line) -> str:
    """Return the field of a line, from what its label means anywhere and from its section."""
    if not line.label:
        return _BARE_FIELDS.get(line.section, "")
    inside = vocabulary().inside.get(line.section)
    if inside is not None and line.label in inside:
        return inside[line.label]
    if line.section in CONTACTS or line.section in ("holder", "registrar"):
        return "" if is_ambiguous(line.label) else plain
    return plain


_BARE_FIELDS = {
    "nameservers": "name_server",
    "registrar": "registrar",
    "holder": "holder_name",
    "status": "status",
    "domain": "domain",
}


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
