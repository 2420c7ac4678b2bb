"""An audit document printed as one self-contained HTML file: no request leaves it, no foreign string comes alive in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import phrases
from reports.audit_file import AuditFile
from reports.document import Document
from reports.foreign import readable_host, visible
from reports.outline import USES, VERDICTS, Outline, outline, telling_reasons
from reports.rows import Rows
from reports.wording import Wording


def render(document: Document, language: str, *, strict: bool = False) -> str:
    """Return the report in `ru` or `en`; equal documents give equal text.

    `strict` raises `NoText` for a code without a sentence, where readers get one in the code's own words.
    """
    audit = AuditFile.of(document)
    return "".join(pieces(audit, outline(audit), language, strict=strict))


def pieces(
    audit: AuditFile, plan: Outline, language: str, *, strict: bool = False
) -> Iterator[str]:
    """Yield the report piece by piece, however long it is; one outline serves every language."""
    wording = Wording(language, strict=strict)
    template = _environment().get_template("report.html")
    yield from template.generate(
        audit=audit,
        document=audit.frame,
        plan=plan,
        rows=Rows(audit, plan, wording),
        **_voice(wording),
    )
    yield "\n"


def _voice(wording: Wording) -> dict[str, Any]:
    """What the templates say things with."""
    said: dict[str, Callable[..., str]] = {
        name: partial(getattr(phrases, name), wording=wording)
        for name in (
            *(
                "needs",
                "price",
                "time_left",
                "source_name",
                "source_reason",
                "source_means",
                "changed",
                "vantage",
            ),
        )
    }
    return {
        "wording": wording,
        "language": wording.language,
        "say": wording.say,
        "day": wording.day,
        "moment": wording.moment,
        "money": wording.money,
        **said,
    }


@cache
def _environment() -> Environment:
    """Prepare the templates, once: compiling them takes longer than printing a small report."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = readable_host
    style, script = _own("style.css"), _own("script.js")
    environment.globals.update(
        telling_reasons=telling_reasons,
        USES=USES,
        VERDICTS=VERDICTS,
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    return environment


def _shown(value: object) -> object:
    """Pass every printed value: text that is not our own markup loses its invisible characters."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _own(name: str) -> Markup:
    """Read a file of ours that goes into the page as it is."""
    text = (files("reports") / "templates" / name).read_text(encoding="utf-8").strip()
    return Markup(text)  # noqa: S704 - our own style sheet and script, nothing foreign


def _policy(style: str, script: str) -> str:
    """Allow this style and this script by hash, images inside the file, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
