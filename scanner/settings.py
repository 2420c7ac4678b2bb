"""Settings: flags > `REVIZOR_*` > revizor.toml of the project > the user's > defaults.

Read here and nowhere below. Secrets never come by flag.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from probes.kit.net.keys import Keys
from scanner.trackers.options import (
    FeedOptions,
    MailOptions,
    TrackerOptions,
    WebhookOptions,
    look_over,
    look_over_mail,
)
from scanner.trackers.secret import Secrets

Text = Annotated[str, Meta(min_length=1)]
_KEY = "REVIZOR_KEY_"
_OBSERVATIONS_KEY = "REVIZOR_OBSERVATIONS_KEY"
_REGISTRY_KEY = "REVIZOR_REGISTRY_KEY"
_OF_TRACKER = "REVIZOR_TRACKER_{}_SECRET"
_OF_MAIL = "REVIZOR_MAIL_SECRET"
_NOT_TEXT = (
    "agency", "terms", "registry_key", "pace", "keys", "fingerprints", "observations_key", "trackers",
    "mail", "feed", "tracker_secrets", "changes",
)  # fmt: skip
"""Fields that no single variable sets as it stands."""
_KEY_LENGTH = 16
_KEY_FILE_BYTES = 4096


class BadSettings(ValueError):
    """A setting that cannot be used; the message says which, why and what to do."""


class Fingerprints(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Signs of the user's own."""

    files: tuple[Text, ...] = ()
    """TOML files; a relative path starts from the settings file that names it."""


class Agency(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who keeps the registry, and by which clock, calendar and currency."""

    name: str = ""
    zone: Text = "Europe/Moscow"
    """IANA zone that says which day it is."""
    country: Text = "RU"
    """ISO 3166 code of the country whose holidays count."""
    duty: str = ""
    """Name of the person who gets what nobody else answers for."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "RUB"
    """ISO 4217 code of what an amount without a currency is in."""
    language: Literal["ru", "en"] = "ru"


class Changes(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is told what rescans find different."""

    webhook: str = ""
    """Name of the `[trackers.NAME]` of the kind webhook; empty tells nobody."""
    tell: Mapping[str, Literal["task", "digest", "webhook"]] = {}
    """`[changes.tell]`: how a sort of change is told, where the agency wants another way than the shipped one."""


class SharedKey:
    """A secret that two places share to sign what they send each other; empty where none is set."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str = "") -> None:
        """Hold a secret; raise ValueError, without it, for one that is easily guessed."""
        if secret and len(secret) < _KEY_LENGTH:
            raise ValueError(f"it is shorter than {_KEY_LENGTH} characters")
        self._secret = secret.encode()

    @property
    def secret(self) -> bytes:
        """The secret itself, for the one who signs."""
        return self._secret

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedKey) and self._secret == other._secret

    def __hash__(self) -> int:
        return hash(self._secret)

    def __repr__(self) -> str:
        return "SharedKey(set)" if self._secret else "SharedKey()"


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set; field names are the keys of revizor.toml."""

    db: Text = "sqlite:///revizor.db"
    """SQLAlchemy URL of the registry."""
    out: Text = "audits"
    """Folder under which `CLIENT/DATE/` is made."""
    lang: Annotated[tuple[str, ...], Meta(min_length=1)] = ("ru", "en")
    speak: str = ""
    """Language that commands answer in; empty takes the agency's."""
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
    chromium: str = ""
    """Program that prints PDF: Chromium or Chrome, or a script that starts one; empty takes the first on PATH."""
    site_pictures: Annotated[int, Meta(ge=1, le=60)] = 40
    """At most so many sites are pictured where `--site-pictures` asks for it."""
    keep_raw_days: Annotated[int, Meta(ge=1, le=100_000)] = 400
    """Raw answers older than this are dropped; observations stay for ever."""
    retire_share: Annotated[int, Meta(ge=1, le=100)] = 20
    """Percent of a client's things that one run may propose to end at once; more is taken for a fault of ours."""
    pace: Mapping[str, str] = {}
    """Server, or `*`, to a rate: `"whois.tcinet.ru" = "10/min"`."""
    agency: Agency = Agency()
    """`[agency]`: who keeps the registry."""
    observe_days: Annotated[int, Meta(ge=1, le=3_650)] = 30
    """So long a thing that was switched off is watched before it may be deleted."""
    terms: Mapping[str, Mapping[str, Any]] = {}
    """`[terms.<type>]`: thresholds and days of a type over the shipped ones; `[terms.domain.ru]` of a suffix."""
    trackers: Mapping[str, TrackerOptions] = {}
    """`[trackers.NAME]`: task managers and messengers, each with its `kind`."""
    mail: MailOptions | None = None
    """`[mail]`: the relay for letters to people; none where nobody is written to."""
    changes: Changes = Changes()
    """`[changes]`: who is told what rescans find different."""
    feed: FeedOptions = FeedOptions()
    """`[feed]`: the calendar of renewals."""
    tracker_secrets: Secrets = Secrets()
    """Their secrets by name, from the environment or files, and from nowhere else."""
    registry_key_file: str = ""
    """File with the key that licence keys are encrypted with; `REVIZOR_REGISTRY_KEY` comes before it."""
    registry_key: SharedKey = SharedKey()
    """That key, from the environment or the file, and from nowhere else."""
    fingerprints: Fingerprints = Fingerprints()
    """`[fingerprints]`: signs of the user's own beside the shipped ones."""
    observations_key_file: str = ""
    """File with the key that signs what vantages exchange; `REVIZOR_OBSERVATIONS_KEY` comes before it."""
    observations_key: SharedKey = SharedKey()
    """That key, from the environment or the file, and from nowhere else."""
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
        merged.update(_beside(path, _read(path, required=path == file)))
    if "keys" in merged:
        raise BadSettings("keys come from the environment alone: REVIZOR_KEY_SHODAN and its like.")
    if "observations_key" in merged:
        raise BadSettings(
            f"the key of observations comes from {_OBSERVATIONS_KEY} or from a file: set observations_key_file."
        )
    if "registry_key" in merged:
        raise BadSettings(
            f"the registry's key comes from {_REGISTRY_KEY} or from a file: set registry_key_file."
        )
    merged.update(_from_environment(env))
    merged.update({key: value for key, value in flags.items() if value not in (None, ())})
    _look_over_trackers(merged)
    keys = _keys(env)
    try:
        read = msgspec.convert(merged, Settings, strict=False, dec_hook=_no_secret)
    except msgspec.ValidationError as error:
        raise BadSettings(
            f"a setting cannot be used: {error}. Look at revizor.toml and REVIZOR_*."
        ) from error
    _look_over_changes(read)
    return msgspec.structs.replace(
        read,
        keys=keys,
        observations_key=_shared_key(env, _OBSERVATIONS_KEY, read.observations_key_file),
        registry_key=_shared_key(env, _REGISTRY_KEY, read.registry_key_file),
        tracker_secrets=_tracker_secrets(env, read),
    )


def _read(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if required:
            raise BadSettings(f"there is no settings file {path}; check --config.") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path} cannot be read as TOML: {error}.") from error


def _beside(path: Path, read: dict[str, Any]) -> dict[str, Any]:
    """Let the files that a settings file names be found from where it lies."""
    match read:
        case {"fingerprints": {"files": [*names], **rest}} if all(
            isinstance(n, str) for n in names
        ):
            files = [str(path.parent / name) if name else name for name in names]
            return {**read, "fingerprints": {**rest, "files": files}}
    return read


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        text = env.get("REVIZOR_" + field.name.upper())
        if not text or field.name in _NOT_TEXT:  # set to nothing is not set
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


def _shared_key(env: Mapping[str, str], variable: str, file: str) -> SharedKey:
    """Read a key from its variable, else from its file; the message of a bad one never holds it."""
    secret, place = env.get(variable, ""), variable
    try:
        if not secret and file:
            place = file
            with Path(file).open("rb") as stream:
                secret = stream.read(_KEY_FILE_BYTES).decode()
        return SharedKey(secret.strip())
    except OSError as error:
        raise BadSettings(f"{place} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        said = "it is not text" if isinstance(error, UnicodeError) else error
        raise BadSettings(f"the key in {place} cannot be used: {said}.") from None


def _look_over_trackers(merged: Mapping[str, Any]) -> None:
    if "tracker_secrets" in merged:
        raise BadSettings(
            f"secrets of trackers come from {_OF_TRACKER.format('<NAME>')} or from a file: set secret_file."
        )
    try:
        look_over(merged.get("trackers", {}))
        if "mail" in merged:
            look_over_mail(merged["mail"])
    except ValueError as error:
        raise BadSettings(f"{error}") from error


def _look_over_changes(read: Settings) -> None:
    name = read.changes.webhook
    if name and not isinstance(read.trackers.get(name), WebhookOptions):
        raise BadSettings(
            f"[changes] webhook = {name!r}: there is no [trackers.{name}] of the kind webhook."
        )
    if read.changes.tell:
        # Imported here: most settings choose nothing, and every command reads settings.
        from scanner.verdicts.telling import RULES

        if unknown := sorted(read.changes.tell.keys() - RULES.keys()):
            raise BadSettings(
                f"[changes.tell] {unknown[0][:40]}: there is no such change; one of {', '.join(RULES)}."
            )


def _tracker_secrets(env: Mapping[str, str], read: Settings) -> Secrets:
    """Read each tracker's secret from its variable, else from its file; a message never holds one."""
    places = {
        name: (_OF_TRACKER.format(name.upper()), options.secret_file)
        for name, options in read.trackers.items()
    }
    if read.mail:
        places["mail"] = (_OF_MAIL, read.mail.secret_file)
    held = {name: _secret(env, variable, file) for name, (variable, file) in places.items()}
    return Secrets(held)


def _secret(env: Mapping[str, str], variable: str, file: str) -> str:
    secret, place = env.get(variable, ""), variable
    try:
        if not secret and file:
            place = file
            with Path(file).open("rb") as stream:
                secret = stream.read(_KEY_FILE_BYTES).decode()
    except OSError as error:
        raise BadSettings(f"{place} cannot be read: {error.strerror or error}.") from error
    except UnicodeError:
        raise BadSettings(f"the secret in {place} cannot be used: it is not text.") from None
    secret = secret.strip()
    if any(not c.isprintable() for c in secret):
        raise BadSettings(f"the secret in {place} cannot be used: it is more than one line.")
    return secret


def _no_secret(kind: type, value: object) -> object:
    raise NotImplementedError(f"a {kind.__name__} is no setting")
