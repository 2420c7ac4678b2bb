"""What can be set about task managers, mail and the calendar. No secret is ever among it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from probes.kit.net.guard import IPNetwork

Text = Annotated[str, Meta(min_length=1)]
_O = TypeVar("_O", bound="Reached | MailOptions")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
MAIL = "mail"
"""What the mail relay is called among channels."""
_TAKEN = frozenset({MAIL, "feed"})


class Reached(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """A service that is talked to."""

    allow_net: tuple[Text, ...] = ()
    """Networks (CIDR) in which it may live although they are not global."""
    secret_file: str = ""
    """File with its secret; `REVIZOR_TRACKER_<NAME>_SECRET` comes before it."""
    patience: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """Seconds, wall clock, that one request may take."""

    @property
    def networks(self) -> tuple[IPNetwork, ...]:
        """`allow_net` as networks; ValueError for what is none."""
        return tuple(ipaddress.ip_network(text, strict=False) for text in self.allow_net)


class Bitrix24Options(Reached, frozen=True, kw_only=True, tag="bitrix24"):
    """A Bitrix24 portal. Its secret is the address of an incoming webhook with the scope `task`."""

    responsible: str = ""
    """User id for tasks that name nobody; empty takes the webhook's owner."""
    group: str = ""
    """Id of the group for tasks of projects that name none."""
    hour: Annotated[int, Meta(ge=0, le=23)] = 18
    """Hour of the agency's day at which a deadline is set."""
    rate: Annotated[float, Meta(gt=0)] = 2.0
    """Requests a second in the long run: 2, or 5 on Enterprise."""
    burst: Annotated[int, Meta(ge=1)] = 30
    """Requests at once before that; the portal bears 50, and shares them among all who come from here."""
    fields: Mapping[Text, str | int | float | bool | tuple[str | int, ...]] = {}
    """Values of fields that this portal requires (`UF_…`)."""


class RedmineOptions(Reached, frozen=True, kw_only=True, tag="redmine"):
    """A Redmine. Its secret is an API key."""

    url: Text
    project: Text
    """Identifier of the project for tasks of projects that name none."""
    tracker: int | None = None
    """Id of the issue tracker; None takes the project's first."""
    priority: int | None = None
    marker_field: int | None = None
    """Id of a custom field (text, used as a filter) for the marker; None writes it into the subject only."""
    open_status: int | None = None
    closed_status: int | None = None
    """Ids of the statuses for reopening and closing; None takes the first of its kind."""
    responsible: str = ""
    """User id for tasks that name nobody; empty leaves them unassigned."""
    markup: Literal["textile", "markdown", "plain"] = "textile"
    """The text formatting of this Redmine (Administration, Settings, General)."""
    fields: Mapping[Text, str | int | tuple[str | int, ...]] = {}
    """Values of custom fields that are required, by id."""


class WebhookOptions(Reached, frozen=True, kw_only=True, tag="webhook"):
    """A receiver of our own JSON. Its secret is the key that signs what we send."""

    url: Text
    tasks: bool = True
    """Send tasks there."""
    messages: bool = False
    """Send people's messages there."""
    answers: bool = False
    """It also answers `task.find` and `task.get`."""


class AppriseOptions(Reached, frozen=True, kw_only=True, tag="apprise"):
    """Messages through apprise. Its secret is an address of apprise; `{to}` in it is a person's own part."""


TrackerOptions = Bitrix24Options | RedmineOptions | WebhookOptions | AppriseOptions
_KINDS: Mapping[str, type[TrackerOptions]] = {
    "bitrix24": Bitrix24Options,
    "redmine": RedmineOptions,
    "webhook": WebhookOptions,
    "apprise": AppriseOptions,
}


def takes_tasks(options: TrackerOptions) -> bool:
    """Say whether tasks are created there."""
    return options.tasks if isinstance(options, WebhookOptions) else not takes_messages(options)


def takes_messages(options: TrackerOptions) -> bool:
    """Say whether people get messages there."""
    if isinstance(options, WebhookOptions):
        return options.messages
    return isinstance(options, AppriseOptions)


class MailOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[mail]`: the relay that people's letters are handed to, and from whom they come."""

    host: Text
    sender: Text
    """Address that letters come from."""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    name: str = "Revizor"
    """The sender's name."""
    allow_net: tuple[Text, ...] = ()
    secret_file: str = ""
    """File with the password; `REVIZOR_MAIL_SECRET` comes before it."""
    patience: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """Seconds, wall clock, that one letter may take."""

    @property
    def networks(self) -> tuple[IPNetwork, ...]:
        """`allow_net` as networks; ValueError for what is none."""
        return tuple(ipaddress.ip_network(text, strict=False) for text in self.allow_net)


class FeedOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[feed]`: the calendar of renewals, a file to be served by a web server."""

    folder: Text = "feeds"
    name: str = ""
    """The calendar's name; empty takes the usual one."""


def look_over(table: Any) -> None:
    """Raise ValueError, with a sentence that names the place, for a `[trackers]` that cannot be used."""
    if not isinstance(table, Mapping):
        raise ValueError("[trackers] is no table: write [trackers.office] and its options.")
    for name, raw in table.items():
        place = f"[trackers.{name}]"
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise ValueError(
                f"{place}: a tracker's name is made of small Latin letters, digits and _, "
                "and is neither mail nor feed."
            )
        kind = str(raw.get("kind")) if isinstance(raw, Mapping) else ""
        if kind not in _KINDS:
            raise ValueError(f"{place}: kind must be one of {', '.join(_KINDS)}.")
        _look_over_one(place, _KINDS[kind], raw)


def look_over_mail(raw: Any) -> None:
    """Raise ValueError, with a sentence, for a `[mail]` that cannot be used."""
    if not isinstance(raw, Mapping):
        raise ValueError("[mail] is no table: write [mail] and its options.")
    read = _converted("[mail]", MailOptions, raw)
    if read.security == "none" and read.user:
        raise ValueError("[mail]: a password is not sent without TLS; set security, or no user.")


def _look_over_one(place: str, kind: type[TrackerOptions], raw: Mapping[str, Any]) -> None:
    read = _converted(place, kind, raw)
    url = getattr(read, "url", "https://")
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{place}: url must begin with https://.")
    if url.startswith("http://") and not read.allow_net:
        raise ValueError(
            f"{place}: without https the secret could be read on its way; "
            "plain http is for a service inside allow_net."
        )


def _converted(place: str, kind: type[_O], raw: Mapping[str, Any]) -> _O:
    known = [field.name for field in msgspec.structs.fields(kind)]
    if "secret" in raw or "password" in raw:
        raise ValueError(f"{place}: a secret comes from the environment or from secret_file.")
    strange = [key for key in raw if key not in known and key != "kind"]
    if strange:
        raise ValueError(f"{place}: no option {strange[0]!r}; there are {', '.join(known)}.")
    try:
        read = msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{place}: {error}.") from error
    try:
        _ = read.networks
    except ValueError as error:
        raise ValueError(f"{place}: allow_net: {error}; write it like 10.0.0.0/8.") from error
    return read
