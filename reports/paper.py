"""What a report has on paper alone: a line with the client and the day over each page, its number below."""

from __future__ import annotations

from reports.audit_file import AuditFile
from reports.foreign import shortened, visible
from reports.outline import Outline
from reports.wording import Wording

_LONGEST_CLIENT = 70


def paper_style(audit: AuditFile, plan: Outline, wording: Wording) -> str:
    """Return the style that puts the client, the day and the report's number on every page."""
    client = shortened(visible(audit.frame.client.name), _LONGEST_CLIENT)
    header = wording.say("paper.header", client=client, date=plan.day.isoformat())
    number = f"{audit.frame.run.id} · {wording.say(f'edition.{audit.edition}')}"
    return (
        f"@page {{ @top-left {{ content: {_quoted(header)}; font: 8pt sans-serif; color: #666; }} "
        f"@bottom-left {{ content: {_quoted(shortened(visible(number), 90))}; "
        "font: 8pt sans-serif; color: #666; } }\n"
        "@page :first { @top-left { content: none; } }\n"
        f".contents {{ --contents: {_quoted(wording.say('paper.contents'))}; }}"
    )


def _quoted(text: str) -> str:
    """Return a CSS string (CSS Syntax 3, 4.3.7) in which nothing but ASCII letters and digits stands for itself."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'
