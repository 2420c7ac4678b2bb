"""A Net made of paper: it answers what was written down, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from msgspec.structs import replace

from probes.kit.net import ApiQuestion, DnsAnswer, DnsQuestion, HttpAnswer, NetTrouble, Question
from probes.kit.observation import Reason

A = TypeVar("A")


class PaperNet:
    """Answers from a table; a list is given out one by one, its last entry for ever after.

    What nobody wrote down is a timeout. API questions are found whatever their patience.
    """

    def __init__(self, answers: Mapping[Question[Any], Any]) -> None:
        self.answers = {_key(question): answer for question, answer in answers.items()}
        self.asked: list[Question[Any]] = []

    def knows(self, question: Question[Any]) -> bool:
        """Say whether an answer to it was written down."""
        return _key(question) in self.answers

    async def ask(self, question: Question[A]) -> A:
        """Give the written answer, or raise the written trouble."""
        self.asked.append(question)
        answer = self.answers.get(_key(question), NetTrouble(Reason.TIMEOUT, "nothing written"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, NetTrouble):
            raise answer
        return answer  # type: ignore[no-any-return]


def _key(question: Question[Any]) -> Question[Any]:
    return replace(question, patience=0.0) if isinstance(question, ApiQuestion) else question


def dns_answer(name: str, type: str, values: Iterable[str], rcode: str = "NOERROR") -> DnsAnswer:
    """Write a DNS response with one set of records."""
    message = dns.message.make_response(dns.message.make_query(name, type))
    message.flags |= dns.flags.RA
    message.set_rcode(dns.rcode.from_text(rcode))
    written = list(values)
    if written:
        message.answer.append(dns.rrset.from_text_list(f"{name}.", 300, "IN", type, written))
    return DnsAnswer(wire=message.to_wire(), server="192.0.2.53")


def dns_paper(
    records: Mapping[tuple[str, str], Iterable[str] | str],
) -> dict[Question[Any], Any]:
    """Write DNS answers down: `(name, type)` → values, or an rcode's name."""
    return {
        DnsQuestion(name.lower(), type): dns_answer(name, type, (), said)
        if isinstance(said, str)
        else dns_answer(name, type, said)
        for (name, type), said in records.items()
    }


def page(
    body: str | bytes = "",
    status: int = 200,
    address: str = "192.0.2.10",
    truncated: bool = False,
    **headers: str,
) -> HttpAnswer:
    """Write an HTTP response; `set_cookie` stands for `set-cookie`."""
    raw = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    if "content_type" not in headers:
        named += (("content-type", "text/html; charset=utf-8"),)
    return HttpAnswer(status, named, raw, truncated, address)
