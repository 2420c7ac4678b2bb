"""An agenda takes every look once, and knows which still wait for an answer."""

from __future__ import annotations

import pytest

from probes.kit.target import Address, Domain, Endpoint, Host
from scanner.discovery import Look
from scanner.discovery.agenda import Agenda

LOOKS = (
    Look("registration", Domain("a.ru")),
    Look("dns_records", Domain("a.ru")),
    Look("addresses", Host("a.ru")),
    Look("website", Host("a.ru")),
    Look("mail_server", Host("a.ru")),
    Look("tls_certificate", Endpoint("a.ru", 443)),
    Look("tls_certificate", Endpoint("a.ru", 25, "smtp")),
    Look("address_owner", Address("198.51.100.1")),
)


def test_a_look_is_planned_once_and_answered_once():
    """Looks at one name are told apart by probe, and certificates by the port they are shown at."""
    agenda = Agenda()

    assert [agenda.plan(look) for look in LOOKS] == [True] * len(LOOKS)
    assert [agenda.plan(look) for look in LOOKS] == [False] * len(LOOKS)
    assert (agenda.planned, agenda.waiting) == (len(LOOKS), len(LOOKS))
    for done, look in enumerate(LOOKS, start=1):
        assert agenda.close(look)
        assert not agenda.close(look)
        assert agenda.knows(look)
        assert not agenda.plan(look)
        assert agenda.waiting == len(LOOKS) - done
    assert agenda.planned == len(LOOKS)


@pytest.mark.parametrize(
    "stranger",
    [
        Look("website", Host("b.ru")),
        Look("tls_certificate", Endpoint("a.ru", 993, "smtp")),
        Look("delegation", Domain("a.ru")),
        Look("forgotten_probe", Domain("a.ru")),
    ],
)
def test_a_look_that_nobody_planned_is_unknown(stranger: Look):
    """An answer to it closes nothing."""
    agenda = Agenda()
    for look in LOOKS:
        agenda.plan(look)

    assert not agenda.knows(stranger)
    assert not agenda.close(stranger)
    assert agenda.waiting == len(LOOKS)
