"""A Net that answers from what the test wrote down, and notes what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from probes.kit.net import DnsAnswer, DnsQuestion, NetTrouble, Question


class PaperNet:
    """`PaperNet({question: answer or NetTrouble}, otherwise=…)`; an unforeseen question fails the test."""

    def __init__(
        self,
        pages: Mapping[Any, Any],
        otherwise: Callable[[Any], Any] | None = None,
    ) -> None:
        self.pages = dict(pages)
        self.otherwise = otherwise
        self.asked: list[Any] = []

    async def ask(self, question: Question[Any]) -> Any:
        """Return what is written for the question."""
        self.asked.append(question)
        if question in self.pages:
            answer = self.pages[question]
        elif self.otherwise:
            answer = self.otherwise(question)
        else:
            raise AssertionError(f"nothing is written for {question}")
        if isinstance(answer, NetTrouble):
            raise answer
        return answer


def dns_page(
    name: str,
    type: str,
    *records: str,
    rcode: str = "NOERROR",
    authority: tuple[str, ...] = (". SOA a. b. 1 2 3 4 5",),
    server: str | None = None,
    flags: str = "RA",
) -> dict[DnsQuestion, DnsAnswer]:
    """Write one DNS answer: records as `owner type data`; an answer that has any gets no authority."""
    query = dns.message.make_query(dns.name.from_text(name), type)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.from_text(flags)
    response.set_rcode(dns.rcode.from_text(rcode))
    for section, lines in (
        (response.answer, records),
        (response.authority, () if records and rcode == "NOERROR" else authority),
    ):
        for line in lines:
            owner, kind, data = line.split(" ", 2)
            section.append(dns.rrset.from_text(dns.name.from_text(owner), 300, "IN", kind, data))
    return {DnsQuestion(name, type, server): DnsAnswer(response.to_wire(), server or "127.0.0.53")}


def no_such_name(question: DnsQuestion) -> DnsAnswer:
    """NXDOMAIN, said properly."""
    pages = dns_page(question.name, question.type, rcode="NXDOMAIN", server=question.server)
    return pages[question]
