"""An audit document printed as one self-contained HTML file: no request leaves it, no foreign string comes alive in it."""

from __future__ import annotations

import importlib.metadata
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import phrases
from reports.audit_file import AuditFile
from reports.decisions import PROPOSED
from reports.document import Document
from reports.editions import edition_of
from reports.foreign import readable_host, shortened, visible
from reports.map_rows import MapRows
from reports.outline import USES, VERDICTS, Outline, note_of, outline, telling_reasons
from reports.paper import paper_style
from reports.rows import Rows
from reports.saving import a_year
from reports.wording import Wording

STYLES = ("style.css", "sign.css", "pictures.css")
SCRIPTS = ("script.js", "sign.js")
GAINS_SHOWN = 60
"""Proposals with a price that get a line of their own among the money."""


def render(
    document: Document, language: str, *, edition: str = "internal", strict: bool = False
) -> str:
    """Return the report in `ru` or `en`; equal documents give equal text.

    `edition` is `client` or `internal` (see `reports.editions`). `strict` raises `NoText` for a code without a
    sentence, where readers get one in the code's own words.
    """
    audit = edition_of(AuditFile.of(document), edition)
    return "".join(pieces(audit, outline(audit), language, strict=strict))


def pieces(
    audit: AuditFile,
    plan: Outline,
    language: str,
    *,
    strict: bool = False,
    pages: Mapping[str, int] | None = None,
) -> Iterator[str]:
    """Yield the report piece by piece, however long it is; one outline serves every language.

    With `pages`, section → page, it is for paper: no script, and contents with these numbers.
    """
    wording = Wording(language, strict=strict)
    template = _environment().get_template("report.html")
    yield from template.generate(
        **({} if pages is None else _on_paper(paper_style(audit, plan, wording))),
        pages=pages or {},
        audit=audit,
        document=audit.frame,
        plan=plan,
        names=plan.named[language],
        rows=Rows(audit, plan, wording),
        map_rows=MapRows(plan, wording),
        version=version(),
        **_voice(wording),
    )
    yield "\n"


def _voice(wording: Wording) -> dict[str, Any]:
    """What the templates say things with."""
    said: dict[str, Callable[..., str]] = {
        name: partial(getattr(phrases, name), wording=wording)
        for name in (
            *(
                "price",
                "saving",
                "undo",
                "undo_until",
                "time_left",
                "source_name",
                "source_reason",
                "source_means",
                "changed",
                "vantage",
                "account_name",
                "login_name",
                "home_name",
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
    environment.filters["shortened"] = shortened
    style, script = _own(*STYLES), _own(*SCRIPTS)
    environment.globals.update(
        telling_reasons=telling_reasons,
        PROPOSED=PROPOSED,
        a_year=a_year,
        note_of=note_of,
        GAINS_SHOWN=GAINS_SHOWN,
        USES=USES,
        VERDICTS=VERDICTS,
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    return environment


def _on_paper(own: str) -> dict[str, str]:
    """What stands in the place of the page's style, script and policy where it is printed by ourselves."""
    style = Markup("\n").join((_own(*STYLES, "paper.css"), Markup(own)))  # noqa: S704 - escaped there
    return {"style": style, "script": "", "policy": _policy(style, "")}


@cache
def version() -> str:
    try:
        return importlib.metadata.version("revizor")
    except importlib.metadata.PackageNotFoundError:  # run from a bare checkout
        return ""


def _shown(value: object) -> object:
    """Pass every printed value: text that is not our own markup loses its invisible characters."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _own(*names: str) -> Markup:
    """Read files of ours that go into the page as they are, as one."""
    folder = files("reports") / "templates"
    text = "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)
    return Markup(text)  # noqa: S704 - our own style sheet and script, nothing foreign


def _policy(style: str, script: str) -> str:
    """Allow this style and this script by hash, images inside the file, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
