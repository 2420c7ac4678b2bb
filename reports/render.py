"""An audit document printed as one self-contained HTML file: no request leaves it, no foreign string comes alive in it."""

from __future__ import annotations

import importlib.metadata
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import phrases
from reports.audit_file import AuditFile
from reports.changes import SHOWN_OF_A_SORT
from reports.decisions import PROPOSED
from reports.document import Document
from reports.editions import edition_of
from reports.foreign import readable_host, shortened, visible
from reports.labels import labels_style
from reports.map_rows import MapRows
from reports.money import DEDUCTED
from reports.outline import USES, VERDICTS, Outline, note_of, outline, telling_reasons
from reports.paper import paper_style
from reports.rows import Rows
from reports.saving import a_year
from reports.site_pictures import NONE, SitePictures
from reports.wording import Wording

STYLES = ("style.css", "sections.css", "sign.css", "pictures.css")
SCRIPTS = ("script.js", "sign.js")
SECTIONS = (
    *("summary", "order", "decide", "sign", "risks", "sources", "unseen", "map", "renewals"),
    *("money", "changes", "departures", "registry", "inventory", "possible", "foreign"),
    *("glossary", "next", "proofs"),
)
"""In their order on the page; the last is for ourselves."""
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
    paper: str = "",
    page: str = "report.html",
    shots: SitePictures = NONE,
) -> Iterator[str]:
    """Yield the report piece by piece, however long it is; one outline serves every language.

    `page` is the whole report, or `changed.html`: what changed, as a page of its own. With `paper`, one of `reports.paper.PAPERS`, it is to be printed at once: that size, and no script.
    `shots` are pictures of its sites.
    """
    wording = Wording(language, strict=strict)
    template = _environment().get_template(page)
    labels = labels_style(wording)
    clothes = _on_paper(paper_style(audit, plan, wording, paper)) if paper else _on_screen(labels)
    yield from template.generate(
        **clothes,
        contents=contents(audit, language),
        audit=audit,
        document=audit.frame,
        plan=plan,
        names=plan.named[language],
        rows=Rows(audit, plan, wording, shots),
        shots=shots,
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
                "object_type",
                "source_name",
                "source_reason",
                "source_shows",
                "source_means",
                "answered",
                "named_first",
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


def contents(audit: AuditFile, language: str) -> dict[str, str]:
    """Return what an edition's contents list: the place in the page → what it is called."""
    wording = Wording(language)
    shown = SECTIONS if audit.edition == "internal" else SECTIONS[:-1]
    return {id_: wording.say(f"section.{id_}") for id_ in shown}


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
    environment.globals.update(
        telling_reasons=telling_reasons,
        PROPOSED=PROPOSED,
        a_year=a_year,
        note_of=note_of,
        DEDUCTED=DEDUCTED,
        GAINS_SHOWN=GAINS_SHOWN,
        SHOWN_OF_A_SORT=SHOWN_OF_A_SORT,
        USES=USES,
        VERDICTS=VERDICTS,
    )
    return environment


@cache
def _on_screen(labels: str) -> dict[str, str]:
    """Return the page's style, script and policy, with what the style says in the report's language."""
    style, script = _styled(STYLES, labels), _own(*SCRIPTS)
    return {"style": style, "script": script, "policy": _policy(style, script)}


def _on_paper(own: str) -> dict[str, str]:
    """Return the same where it is printed by ourselves."""
    style = _styled((*STYLES, "paper.css"), own)
    return {"style": style, "script": "", "policy": _policy(style, "")}


def _styled(names: Iterable[str], more: str) -> Markup:
    return Markup("\n").join((_own(*names), Markup(more)))  # noqa: S704 - its strings are CSS of our making


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
