"""Which part of a host name somebody registered, and which names are only rented from a platform."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import publicsuffixlist

from probes.kit.target import Domain, canonical_name

_LONGEST = 253
"""Characters of a name up to which its place is remembered."""


class Suffixes(NamedTuple):
    """Every suffix we know, split by who stands behind the names below it."""

    exact: frozenset[str]
    """Names below are registered: public suffixes (ICANN section) and registry-run private ones."""
    wildcard: frozenset[str]
    """`ck` here means that every name directly below .ck is a public suffix."""
    exceptions: frozenset[str]
    """Names a wildcard would make suffixes, but that are registered themselves."""
    platforms: frozenset[str]
    platform_wildcards: frozenset[str]
    never: frozenset[str]


@cache
def _suffixes() -> Suffixes:
    own = tomllib.loads((files("probes.kit.data") / "whois_suffixes.toml").read_text("utf-8"))
    run = frozenset(name for names in own["registry_run"].values() for name in names)
    exact = set(run)
    platforms = set(own["platforms"]["names"])
    wildcard: set[str] = set()
    exceptions: set[str] = set()
    platform_wildcards: set[str] = set()
    private = False
    text = (files(publicsuffixlist) / "public_suffix_list.dat").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("//"):
            private = private or "BEGIN PRIVATE" in line
            continue
        rule = line.strip()
        if not rule:
            continue
        bare = canonical_name(rule.lstrip("!*."))
        if rule[0] == "!":
            exceptions.add(bare)
        elif rule[0] == "*":
            (platform_wildcards if private else wildcard).add(bare)
        elif bare not in run:
            (platforms if private else exact).add(bare)
    return Suffixes(
        frozenset(exact),
        frozenset(wildcard),
        frozenset(exceptions),
        frozenset(platforms),
        frozenset(platform_wildcards),
        frozenset(own["never_registered"]["names"]),
    )


class _Place(NamedTuple):
    """Where a name stands: the registered name, its suffix, the platform that rents it out."""

    registrable: Domain | None
    suffix: str
    platform: str | None


_NOWHERE = _Place(None, "", None)


def _place(name: str) -> _Place:
    return _met_lately(name) if len(name) <= _LONGEST else _placed(name)


def _placed(name: str) -> _Place:
    try:
        ascii_name = canonical_name(name)
    except ValueError:
        return _NOWHERE
    labels = ascii_name.split(".")
    known = _suffixes()
    if labels[-1] in known.never or labels[-1].isdigit():
        return _NOWHERE
    tails = [".".join(labels[index:]) for index in range(len(labels))]
    return _stand(tails, known)


_met_lately = lru_cache(maxsize=4_096)(_placed)


def _stand(tails: list[str], known: Suffixes) -> _Place:
    """Read a name from its longest tail down; the longest rule that matches wins."""
    for index, tail in enumerate(tails):
        parent = tails[index + 1] if index + 1 < len(tails) else ""
        if tail in known.exceptions:
            return _Place(Domain(tail), parent, None)
        if tail in known.platforms or parent in known.platform_wildcards:
            return _Place(None, "", tail)
        if tail in known.exact or parent in known.wildcard:
            return _Place(Domain(tails[index - 1]) if index else None, tail, None)
    # The list's default rule: an unknown top level name is a suffix.
    return _Place(Domain(tails[-2]) if len(tails) > 1 else None, tails[-1], None)


def registrable(name: str) -> Domain | None:
    """Return the registered domain a host name lies in, or None where nobody registered one.

    None for suffixes themselves (`co.uk`, `msk.ru`), for platforms and everything they rent out
    (`x.github.io`, see `platform`), for reserved names (`printer.local`) and for what is no name.
    """
    return _place(name).registrable


def platform(name: str) -> str | None:
    """Return the platform suffix a name is rented under (`x.github.io` → `github.io`), if any."""
    return _place(name).platform


def suffix(name: str) -> str:
    """Return the suffix whose registry knows the name (`shop.msk.ru` → `msk.ru`), or nothing."""
    return _place(name).suffix
