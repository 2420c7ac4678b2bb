"""What a report has on paper alone: its size, a line with the client and the day over each page, its number below."""

from __future__ import annotations

from reports.audit_file import AuditFile
from reports.foreign import shortened, visible
from reports.labels import quoted
from reports.outline import Outline
from reports.wording import Wording

PAPERS = ("a4", "letter")
"""Sizes of paper that a PDF can have; a page printed from a browser has the printer's."""
_LONGEST_CLIENT = 70


def paper_style(audit: AuditFile, plan: Outline, wording: Wording, paper: str) -> str:
    """Return the style for one of PAPERS that puts the client, the day and the report's number on every page."""
    if paper not in PAPERS:
        raise ValueError(f"no paper {paper!r}, only {', '.join(PAPERS)}")
    client = shortened(visible(audit.frame.client.name), _LONGEST_CLIENT)
    header = wording.say("paper.header", client=client, date=plan.day.isoformat())
    number = f"{audit.frame.run.id} · {wording.say(f'edition.{audit.edition}')}"
    return (
        f"@page {{ size: {paper}; @top-left {{ content: {quoted(header)}; font: 8pt sans-serif; color: #666; }} "
        f"@bottom-left {{ content: {quoted(shortened(visible(number), 90))}; "
        "font: 8pt sans-serif; color: #666; } }\n"
        "@page :first { @top-left { content: none; } }\n"
        f".contents {{ --contents: {quoted(wording.say('paper.contents'))}; }}"
    )
