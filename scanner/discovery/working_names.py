"""Names that tell what a host is for: a form of a site for those who work on it, or for phones; programs."""

from __future__ import annotations

import re
from typing import Final

from scanner.discovery.scope import registered

_WORK: Final = frozenset({
    "test", "tests", "testing", "dev", "develop", "development", "stage", "staging", "stg", "preprod",
    "uat", "qa", "sandbox", "demo", "beta", "preview",
})  # fmt: skip
_PHONES: Final = frozenset({"m", "mobile", "mob", "wap", "pda", "amp", "touch"})
_PROGRAMS: Final = frozenset({
    "api", "ws", "wss", "static", "cdn", "img", "image", "images", "media", "assets", "files", "file",
    "dl", "download", "downloads", "upload", "uploads", "storage", "s3", "push", "mqtt", "hook", "hooks",
    "webhook", "webhooks", "callback", "bot", "sip", "voip", "pbx", "vpn", "ovpn", "rdp", "gw", "gateway",
    "license", "licence", "lic", "update", "updates", "sync", "exchange", "1c", "sso", "auth", "oauth",
    "ldap", "git", "registry", "backend", "rest", "soap", "rpc", "edge", "origin", "sftp",
})  # fmt: skip
_NUMBER: Final = re.compile(r"\d+\Z")


def is_for_work(host: str) -> bool:
    """Say whether a host is called as places are where a site is tried out: `test2.firm.ru`."""
    return any(_NUMBER.sub("", word) in _WORK for word in _first_words(host))


def is_for_phones(host: str) -> bool:
    """Say whether a host is called as sites for phones are: `m.firm.ru`."""
    return not _PHONES.isdisjoint(_first_words(host))


def is_for_programs(host: str) -> bool:
    """Say whether a host is called as places are that programs call, not people: `api2.firm.ru`."""
    return any(
        _NUMBER.sub("", word) in _PROGRAMS or word in _PROGRAMS for word in _first_words(host)
    )


def _first_words(host: str) -> list[str]:
    """The words of what stands before the registered name; of `test.firm.ru` it is `test`."""
    below = host.removesuffix(registered(host)).strip(".")
    return [word for label in below.split(".") for word in re.split(r"[-_]", label) if word]
