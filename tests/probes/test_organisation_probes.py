"""What is found by a firm's name alone: its certificates, and, with a key, what it registered in former years."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from probes.kit.net import ApiAnswer, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Host, Organisation, parse_target
from probes.organisation_certificates import organisation_certificates
from probes.organisation_registrations import organisation_registrations
from tests.peers.paper_net import PaperNet

FIRM = Organisation("OOO Romashka")
LOG = f"https://crt.sh/?O={quote(FIRM.name, safe='')}&output=json"
REGISTER = f"https://api.whoxy.com/?reverse=whois&company={quote(FIRM.name, safe='')}&mode=micro"


def said(body: Any, status: int = 200) -> ApiAnswer:
    """An answer with this body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ApiAnswer(status=status, headers=(), body=raw, truncated=False)


def certified(answer: Any) -> Any:
    """What the log's answer comes to."""
    net = PaperNet({}, lambda asked: {LOG: answer}[asked.url])
    return asyncio.run(organisation_certificates.look(FIRM, net))


def registered(answer: Any) -> Any:
    """What the register's answer comes to."""
    net = PaperNet({}, lambda asked: {REGISTER: answer}[asked.url])
    return asyncio.run(organisation_registrations.look(FIRM, net))


def test_hosts_certified_for_a_firm_are_mentioned_once():
    """Wildcards lead to the name they stand below."""
    rows = [
        {"common_name": "*.tyulpan.ru", "name_value": "OOO Romashka"},
        {"common_name": "tyulpan.ru", "name_value": "OOO Romashka"},
        {"common_name": "astra.su", "name_value": "OOO Romashka"},
    ]

    outcome = certified(said(rows))

    assert isinstance(outcome, Seen)
    assert list(outcome.fact.mentions()) == [
        Mention(Host("tyulpan.ru"), "certified_for"),
        Mention(Host("astra.su"), "certified_for"),
    ]


def test_nothing_is_absent_only_when_the_log_answered_to_its_end():
    """A log that fails has said nothing."""
    assert certified(said([])) == Absent("certificate log")
    assert isinstance(certified(said(b"<html>", 502)), Unknown)


def test_what_a_firm_once_registered_is_mentioned():
    """A refusal is none of its words."""
    found = registered(
        said({"status": 1, "total_results": 1, "search_result": [{"domain_name": "astra.ru"}]})
    )

    assert isinstance(found, Seen)
    assert list(found.fact.mentions()) == [Mention(Host("astra.ru"), "once_registered_by")]
    assert registered(said({"status": 1, "total_results": 0})) == Absent("whoxy")


@pytest.mark.parametrize("text", ["ООО «Ромашка»", "OOO Romashka", "  Romashka   LLC "])
def test_a_firm_is_spelled_as_it_is_printed(text: str):
    """White space is folded, nothing else."""
    firm = Organisation.of(text)

    assert parse_target(str(firm)) == firm
    assert firm.name == " ".join(text.split())


def test_an_empty_name_is_no_firm():
    """There is nothing to ask for."""
    with pytest.raises(ValueError, match="empty"):
        Organisation.of("  ")


def test_a_register_that_refuses_is_unknown():
    """No key, no money, no answer."""
    with pytest.raises(NetTrouble) as trouble:
        registered(said({"status": 0, "status_reason": "Insufficient balance"}))
    assert trouble.value.reason is Reason.RATE_LIMITED
