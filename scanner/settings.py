"""Settings: flags > `REVIZOR_*` > revizor.toml of the project > the user's > defaults.

Read here and nowhere below. Secrets never come by flag.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from probes.kit.net.keys import Keys

Text = Annotated[str, Meta(min_length=1)]
_KEY = "REVIZOR_KEY_"


class BadSettings(ValueError):
    """A setting that cannot be used; the message says which, why and what to do."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set; field names are the keys of revizor.toml."""

    db: Text = "sqlite:///revizor.db"
    """SQLAlchemy URL of the registry."""
    out: Text = "audits"
    """Folder under which `CLIENT/DATE/` is made."""
    lang: Annotated[tuple[str, ...], Meta(min_length=1)] = ("ru", "en")
    vantage: Text = "local"
    """The name of the place we look from; every observation carries it."""
    resolver: tuple[str, ...] = ()
    """`ip` or `ip:port` of recursive resolvers; empty takes the system's."""
    second_resolver: tuple[str, ...] = ()
    """Resolvers of somebody else, asked as well where each name leads; empty asks nobody."""
    contact: str = ""
    """E-mail or URL in the User-Agent, for those whose servers we visit."""
    ehlo: str = ""
    """Name given to mail servers; empty takes this machine's."""
    allow_net: tuple[str, ...] = ()
    """Networks that may be dialled although they are not global (CIDR)."""
    depth: Annotated[int, Meta(ge=0, le=6)] = 2
    """How many hops from the given names leads are followed."""
    max_hosts: Annotated[int, Meta(ge=1)] = 2_000
    """At most so many hosts of one client are looked at."""
    guesses: Annotated[int, Meta(ge=0, le=20_000)] = 2_000
    """Names like the client's brands that the parents' name servers are asked about; 0 for none."""
    search: bool = True
    """Whether host names are tried, and zones asked for, below domains that a person named."""
    keep_raw_days: Annotated[int, Meta(ge=1, le=100_000)] = 400
    """Raw answers older than this are dropped; observations stay for ever."""
    pace: Mapping[str, str] = {}
    """Server, or `*`, to a rate: `"whois.tcinet.ru" = "10/min"`."""
    keys: Keys = Keys()
    """Keys of optional services, from `REVIZOR_KEY_SHODAN` and its like, and from nowhere else."""

    def networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Return `allow_net` as networks; raise BadSettings for what is none."""
        found = []
        for text in self.allow_net:
            try:
                found.append(ipaddress.ip_network(text, strict=False))
            except ValueError as error:
                raise BadSettings(
                    f"--allow-net {text!r} is not a network ({error}); write it like 10.0.0.0/8."
                ) from error
        return tuple(found)


def load(
    flags: Mapping[str, Any],
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Put the sources together; raise BadSettings with one sentence for a person."""
    env = os.environ if environ is None else environ
    here = folder or Path.cwd()
    merged: dict[str, Any] = {}
    home = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config")
    for path in (home / "revizor" / "revizor.toml", file or here / "revizor.toml"):
        merged.update(_read(path, required=path == file))
    if "keys" in merged:
        raise BadSettings("keys come from the environment alone: REVIZOR_KEY_SHODAN and its like.")
    merged.update(_from_environment(env))
    merged.update({key: value for key, value in flags.items() if value not in (None, ())})
    keys = _keys(env)
    try:
        return msgspec.structs.replace(msgspec.convert(merged, Settings, strict=False), keys=keys)
    except msgspec.ValidationError as error:
        raise BadSettings(
            f"a setting cannot be used: {error}. Look at revizor.toml and REVIZOR_*."
        ) from error


def _read(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if required:
            raise BadSettings(f"there is no settings file {path}; check --config.") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path} cannot be read as TOML: {error}.") from error


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        text = env.get("REVIZOR_" + field.name.upper())
        if not text or field.name in ("pace", "keys"):  # set to nothing is not set
            continue
        several = isinstance(field.default, tuple)
        found[field.name] = tuple(text.replace(",", " ").split()) if several else text
    return found


def _keys(env: Mapping[str, str]) -> Keys:
    """Read `REVIZOR_KEY_SHODAN=…`; the message of a bad one never holds the key."""
    held = {
        name.removeprefix(_KEY).lower(): key for name, key in env.items() if name.startswith(_KEY)
    }
    try:
        return Keys({service: key for service, key in held.items() if key})
    except ValueError as error:
        raise BadSettings(f"{_KEY}…: {error}.") from error
