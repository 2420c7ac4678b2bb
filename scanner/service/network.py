"""The only door to the network, opened as the settings say."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from probes.kit import own_files
from probes.kit.net.live import LiveNet, NetSettings, resolver_places
from probes.kit.net.rates import Rates
from scanner.database import Database
from scanner.database.answers import SqlAnswers
from scanner.database.pace import SqlPace
from scanner.service.arguments import report_languages
from scanner.settings import BadSettings, Settings


def usable(settings: Settings) -> None:
    """Raise, before anything is opened or asked, for settings that would fail later."""
    report_languages(settings.lang)
    rates(settings)
    net_settings(settings)
    take_signs(settings)


def take_signs(settings: Settings) -> None:
    """Let the user's own signs be known; raise BadSettings for a file that cannot be used."""
    try:
        own_files.install([Path(one) for one in settings.fingerprints.files])
    except own_files.BadFile as error:
        raise BadSettings(f"[fingerprints] in revizor.toml: {error}") from error


def rates(settings: Settings) -> Rates:
    """Return the paces of the settings; raise BadSettings for one that cannot be read."""
    try:
        return Rates.of(settings.pace)
    except ValueError as error:
        raise BadSettings(f"[pace] in revizor.toml: {error}.") from error


def live_net(settings: Settings, database: Database | None, words: tuple[str, ...] = ()) -> LiveNet:
    """Open the only door to the network as the settings say; raise BadSettings where they cannot be.

    `words` are host labels to try before the shipped ones where names are tried.
    """
    rates(settings)
    chosen = msgspec.structs.replace(net_settings(settings), words=words)
    try:
        resolver_places(settings.resolver)
        if database is None:
            return LiveNet(chosen)
        return LiveNet(chosen, SqlPace(database), SqlAnswers(database))
    except (ValueError, OSError) as error:
        raise BadSettings(
            f"{error}. Look at --resolver, revizor.toml and SSL_CERT_FILE."
        ) from error


def net_settings(settings: Settings) -> NetSettings:
    """Return how this machine meets the world; raise BadSettings for what cannot be used."""
    networks = settings.networks()
    try:
        if settings.resolver:
            resolver_places(settings.resolver)
        if settings.second_resolver:
            resolver_places(settings.second_resolver)
        return NetSettings(
            resolvers=settings.resolver,
            second_resolvers=settings.second_resolver,
            allow_nets=networks,
            contact=settings.contact,
            ehlo_name=settings.ehlo,
            trust_file=os.environ.get("SSL_CERT_FILE") or None,
            paces=settings.pace,
            keys=settings.keys,
        )
    except ValueError as error:
        raise BadSettings(
            f"{error}. Look at --resolver, --second-resolver and revizor.toml."
        ) from error
