"""The task managers, messengers and the mail relay of the settings, ready to be told; and whether they can be."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
from collections.abc import Awaitable, Callable, Iterable
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from probes.kit.net.own_service import OwnServices
from probes.kit.net.service_door import ServiceDoor
from reports.wording import Wording
from scanner.runs.look import Clock
from scanner.settings import BadSettings, Settings
from scanner.trackers.bitrix24 import Bitrix24Sink
from scanner.trackers.bitrix24_call import Bitrix24Calls
from scanner.trackers.contract import Channel, Check, TaskSink
from scanner.trackers.desk import Desk
from scanner.trackers.mail import NAME as MAIL
from scanner.trackers.mail import MailChannel
from scanner.trackers.messenger import AppriseChannel
from scanner.trackers.options import (
    AppriseOptions,
    Bitrix24Options,
    Reached,
    RedmineOptions,
    TrackerOptions,
    WebhookOptions,
    takes_tasks,
)
from scanner.trackers.pacing import Bucket
from scanner.trackers.redmine import RedmineSink
from scanner.trackers.secret import Secret
from scanner.trackers.webhook import WebhookSink

_PATIENCE = 120.0
Post = TaskSink | Channel


class TrackerCheck(Struct, frozen=True, kw_only=True):
    """One line of `revizor tasks doctor`."""

    tracker: str
    level: str
    """`ok`, `warn` or `fail`."""
    code: str
    said: str
    """What was found and what it means, in words."""


def sinks_of(settings: Settings, clock: Clock) -> tuple[TaskSink, ...]:
    """Return the task managers of the settings; raise BadSettings for one that cannot be used as it stands."""
    chosen = (
        (name, options) for name, options in settings.trackers.items() if takes_tasks(options)
    )
    return tuple(_sink(name, options, settings, clock) for name, options in chosen)


def channels_of(settings: Settings, clock: Clock) -> tuple[Channel, ...]:
    """Return where people get messages; raise BadSettings for what cannot be used as it stands."""
    found: list[Channel] = [_mail(settings, clock)] if settings.mail else []
    for name, options in settings.trackers.items():
        if isinstance(options, AppriseOptions):
            found.append(AppriseChannel(name, _secret(name, settings)))
        elif isinstance(options, WebhookOptions) and options.messages:
            found.append(_webhook(name, options, settings, clock))
    return tuple(found)


def changes_sink(settings: Settings, clock: Clock) -> WebhookSink | None:
    """Return who is told what rescans find different; None where the settings name nobody."""
    name = settings.changes.webhook
    options = settings.trackers.get(name)
    if not isinstance(options, WebhookOptions):
        return None
    return _webhook(name, options, settings, clock)


async def trackers_doctor(
    settings: Settings, clock: Clock, language: str = "en"
) -> tuple[TrackerCheck, ...]:
    """Prove every task manager and channel of the settings: who we are there, what is wanted. Creates nothing."""
    say = Wording(language).say
    posts = [*_posts(settings, clock)]
    if not posts:
        return (_line("–", Check("warn", "none"), say),)
    found = await asyncio.gather(*(_examined(name, build) for name, build in posts))
    return tuple(
        _line(name, check, say)
        for (name, _), checks in zip(posts, found, strict=True)
        for check in checks
    )


def doctor_json(checks: Iterable[TrackerCheck]) -> str:
    """Return the lines as JSON."""
    return msgspec.json.format(msgspec.json.encode(list(checks)), indent=2).decode()


def _posts(settings: Settings, clock: Clock) -> Iterable[tuple[str, Callable[[], Post]]]:
    for name, options in settings.trackers.items():
        yield name, lambda n=name, o=options: _post(n, o, settings, clock)  # type: ignore[misc]
    if settings.mail:
        yield MAIL, lambda: _mail(settings, clock)


async def _examined(name: str, build: Callable[[], Post]) -> tuple[Check, ...]:
    """One post's own trouble is its own line: the others are looked at all the same."""
    try:
        check: Awaitable[tuple[Check, ...]] = build().preflight()
        async with asyncio.timeout(_PATIENCE):
            return await check
    except BadSettings as error:
        return (Check("fail", "settings", {"said": str(error)}),)
    except TimeoutError:
        return (Check("fail", "no_answer", {"said": f"{name}: too slow"}),)


def _line(name: str, check: Check, say: Callable[..., str]) -> TrackerCheck:
    said = say(f"tracker_check.{check.code}", dict(check.params))
    return TrackerCheck(tracker=name, level=check.level, code=check.code, said=said)


def _post(name: str, options: TrackerOptions, settings: Settings, clock: Clock) -> Post:
    if isinstance(options, AppriseOptions):
        return AppriseChannel(name, _secret(name, settings))
    return _sink(name, options, settings, clock)


def _sink(name: str, options: TrackerOptions, settings: Settings, clock: Clock) -> TaskSink:
    secret = _secret(name, settings)
    match options:
        case Bitrix24Options():
            try:
                calls = Bitrix24Calls(
                    secret,
                    Bucket(options.rate, options.burst),
                    lambda known: _desk(name, options, known, settings, clock),
                )
            except ValueError as error:
                raise BadSettings(f"[trackers.{name}]: {error}.") from None
            return Bitrix24Sink(name, options, calls, ZoneInfo(settings.agency.zone))
        case RedmineOptions():
            return RedmineSink(name, options, _desk(name, options, secret, settings, clock), secret)
        case WebhookOptions():
            return _webhook(name, options, settings, clock)
    raise BadSettings(f"[trackers.{name}]: it takes messages, not tasks.")


def _webhook(name: str, options: WebhookOptions, settings: Settings, clock: Clock) -> WebhookSink:
    secret = _secret(name, settings)
    return WebhookSink(name, options, _desk(name, options, secret, settings, clock), secret)


def _mail(settings: Settings, clock: Clock) -> MailChannel:
    options = settings.mail
    if options is None:
        raise BadSettings("[mail] is not set.")
    password = settings.tracker_secrets.of(MAIL)
    if options.user and not password:
        raise BadSettings(
            "[mail]: there is no password; set REVIZOR_MAIL_SECRET or its secret_file."
        )
    services = _services(settings, Reached(allow_net=options.allow_net))
    return MailChannel(options, password, services, clock)


def _desk(name: str, options: Reached, secret: Secret, settings: Settings, clock: Clock) -> Desk:
    door = ServiceDoor(_services(settings, options))
    return Desk(name, door, secret, clock, options.patience)


def _secret(name: str, settings: Settings) -> Secret:
    secret = settings.tracker_secrets.of(name)
    if not secret:
        raise BadSettings(
            f"[trackers.{name}]: there is no secret; set REVIZOR_TRACKER_{name.upper()}_SECRET "
            "or its secret_file."
        )
    return secret


def _services(settings: Settings, options: Reached) -> OwnServices:
    try:
        version = importlib.metadata.version("revizor")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return OwnServices(
        resolvers=settings.resolver,
        allow_nets=options.networks,
        trust_file=os.environ.get("SSL_CERT_FILE") or None,
        user_agent=f"Revizor/{version}",
        ehlo_name=settings.ehlo,
    )
