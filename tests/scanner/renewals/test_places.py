"""A plan knows where things are told by name alone: the very places that the daily job tells them in."""

from __future__ import annotations

from pathlib import Path

from scanner.service.desk import places_of
from scanner.service.trackers import channels_of, sinks_of
from tests.scanner.trackers.settled import LOOPBACK, clock, settings


def test_a_plan_and_the_job_tell_in_the_same_places(tmp_path: Path) -> None:
    """Task managers, receivers of messages, those that are both, messengers, and the mail relay."""
    desk = {"kind": "webhook", "url": "https://desk.example/in", "allow_net": LOOPBACK}
    trackers = {
        "tasks": desk,
        "letters": {**desk, "tasks": False, "messages": True},
        "both": {**desk, "messages": True},
        "neither": {**desk, "tasks": False},
        "mine": {"kind": "redmine", "url": "https://redmine.example", "project": "1"},
        "chat": {"kind": "apprise"},
    }
    secrets = dict.fromkeys((*trackers, "mail"), "json://localhost/")
    mail = {"host": "relay.example", "sender": "revizor@agency.example"}
    chosen = settings(tmp_path, trackers, secrets, mail=mail)

    sinks, channels = places_of(chosen)

    assert {one.name for one in sinks} == {one.name for one in sinks_of(chosen, clock)}
    assert {one.name for one in channels} == {one.name for one in channels_of(chosen, clock)}
    assert {one.name for one in sinks} == {"tasks", "both", "mine"}
    assert {one.name for one in channels} == {"letters", "both", "chat", "mail"}
