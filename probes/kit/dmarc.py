"""DMARC policy records (RFC 9989; aggregate reports to other domains: RFC 9990). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from probes.kit.mail_address import Destination, destinations
from probes.kit.tag_list import TagList, read_tags

_VERSION = "DMARC1"
_REMOVED = ("pct", "rf", "ri")
_MOST_LABELS = 8
"""A longer name is cut to the last seven labels after the first question (section 4.10)."""


class Handling(StrEnum):
    """What a domain asks receivers to do with mail that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class DmarcRecord(Struct, frozen=True):
    """A record taken apart, with what a receiver makes of it."""

    policy: Handling
    """For the domain itself. Missing is none, and so is a wrong value where reports are asked for."""
    subdomains: Handling
    """For names below it: `sp`, else `p`."""
    nonexistent: Handling
    """For names that do not exist: `np`, else `sp`, else `p`."""
    applies: bool = True
    """False where a wrong policy and no address for reports leave nothing to apply (section 4.7)."""
    says_policy: bool = True
    """False when there is no `p` tag."""
    testing: bool = False
    """`t=y`: receivers apply the next weaker policy."""
    psd: str = "u"
    """`y` a public suffix, `n` an organisation's own, `u` neither said."""
    strict_dkim: bool = False
    strict_spf: bool = False
    failure_options: tuple[str, ...] = ("0",)
    reports: tuple[Destination, ...] = ()
    failure_reports: tuple[Destination, ...] = ()
    removed: tuple[str, ...] = ()
    """Tags of RFC 7489 that mean nothing any more: pct, rf, ri."""
    errors: tuple[str, ...] = ()
    """Tags whose value is wrong, `repeated`, or `broken` for parts that are no tag. None voids the record."""

    @property
    def effective(self) -> Handling:
        """The policy that receivers act by today (section 4.7, tag t)."""
        return _weaker(self.policy) if self.testing else self.policy


def is_dmarc(text: str) -> bool:
    """Say whether a TXT record is a DMARC record: `v=DMARC1` first, the value in capitals."""
    name, equals, value = text.partition(";")[0].partition("=")
    return bool(equals) and name.strip(" \t") == "v" and value.strip(" \t") == _VERSION


def read_dmarc(text: str) -> DmarcRecord:
    """Take a DMARC record apart; unknown tags say nothing."""
    tags = read_tags(text)
    errors = [*(("broken",) if tags.broken else ()), *(("repeated",) if tags.repeated else ())]
    reports, failures = _mail(tags, "rua"), _mail(tags, "ruf")
    said = {tag: _handling(tags.get(tag), tag, errors) for tag in ("p", "sp", "np")}
    wrong = [tag for tag in ("p", "sp", "np") if tags.get(tag) is not None and said[tag] is None]
    policy = said["p"] or Handling.NONE
    if wrong:
        policy = Handling.NONE
        said["sp"] = said["np"] = None
    below = said["sp"] or policy
    errors += [tag for tag, found in (("rua", reports), ("ruf", failures))
               if tags.get(tag) is not None and not found]  # fmt: skip
    return DmarcRecord(
        policy=policy,
        subdomains=below,
        nonexistent=said["np"] or below,
        applies=not wrong or bool(reports),
        says_policy=tags.get("p") is not None,
        testing=_one_of(tags, "t", "ny", errors) == "y",
        psd=_one_of(tags, "psd", "uny", errors),
        strict_dkim=_one_of(tags, "adkim", "rs", errors) == "s",
        strict_spf=_one_of(tags, "aspf", "rs", errors) == "s",
        failure_options=_options(tags, errors),
        reports=reports,
        failure_reports=failures,
        removed=tuple(tag for tag in _REMOVED if tags.get(tag) is not None),
        errors=tuple(errors),
    )


def tree_walk(domain: str) -> tuple[str, ...]:
    """Return the names whose `_dmarc` records a receiver asks for, in order (section 4.10)."""
    labels = domain.split(".")
    names = [domain]
    above = labels[1:] if len(labels) < _MOST_LABELS else labels[-(_MOST_LABELS - 1) :]
    while above:
        names.append(".".join(above))
        above = above[1:]
    return tuple(names)


def organisational_domain(domain: str, records: Mapping[str, DmarcRecord]) -> str:
    """Return the organisation's domain by the records found on a tree walk (section 4.10.2).

    `records` are those of the names of `tree_walk`; without any, the domain is its own.
    """
    found = [name for name in tree_walk(domain) if name in records]
    for name in found:
        if records[name].psd == "n":
            return name
        if records[name].psd == "y" and name != domain:
            below = len(domain.split(".")) - len(name.split(".")) - 1
            return ".".join(domain.split(".")[below:])
    return found[-1] if found else domain


def applicable(domain: str, records: Mapping[str, DmarcRecord]) -> tuple[str, Handling] | None:
    """Return whose record counts for a domain, and the policy it gives; None where there is none."""
    if domain in records:
        return domain, records[domain].effective
    owner = organisational_domain(domain, records)
    if owner in records:
        record = records[owner]
        said = record.subdomains
        return owner, _weaker(said) if record.testing else said
    suffix = next((name for name in tree_walk(domain) if name in records), None)
    return (suffix, records[suffix].subdomains) if suffix else None


def reports_question(domain: str, receiver: str) -> str:
    """Return the name under which another domain says that it takes reports on this one (RFC 9990)."""
    return f"{domain}._report._dmarc.{receiver}"


def _weaker(policy: Handling) -> Handling:
    return Handling.QUARANTINE if policy is Handling.REJECT else Handling.NONE


def _handling(value: str | None, tag: str, errors: list[str]) -> Handling | None:
    if value is None:
        return None
    try:
        return Handling(value.lower())
    except ValueError:
        errors.append(tag)
        return None


def _one_of(tags: TagList, tag: str, letters: str, errors: list[str]) -> str:
    value = tags.get(tag)
    if value is None:
        return letters[0]
    letter = value.lower()
    if len(letter) == 1 and letter in letters:
        return letter
    errors.append(tag)
    return letters[0]


def _options(tags: TagList, errors: list[str]) -> tuple[str, ...]:
    value = tags.get("fo")
    if value is None:
        return ("0",)
    options = tuple(one.strip().lower() for one in value.split(":"))
    if all(one in ("0", "1", "d", "s") for one in options):
        return tuple(dict.fromkeys(options))
    errors.append("fo")
    return ("0",)


def _mail(tags: TagList, tag: str) -> tuple[Destination, ...]:
    uris = (tags.get(tag) or "").split(",")
    return tuple(one for one in destinations(filter(None, uris)) if one.scheme == "mailto")
