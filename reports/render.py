"""An audit document printed as one self-contained HTML file: no request leaves it, no foreign string comes alive in it."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import phrases
from reports.document import Document
from reports.foreign import readable_host, visible
from reports.outline import USES, VERDICTS, merged, outline, telling_reasons
from reports.wording import Wording


def render(document: Document, language: str, *, strict: bool = False) -> str:
    """Return the report in `ru` or `en`; equal documents give equal text.

    `strict` raises `NoText` for a code without a sentence, where readers get one in the code's own words.
    """
    wording = Wording(language, strict=strict)
    environment = _environment(wording)
    plan = outline(document)
    page = environment.get_template("report.html").render(
        document=document,
        plan=plan,
        facts=lambda asset: phrases.known_facts(asset, plan.names, wording),
        excerpt=lambda evidence: _lines(phrases.excerpt(evidence, plan.excerpt_limit, wording)),
    )
    return page + "\n"


def _environment(wording: Wording) -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = readable_host
    style, script = _own("style.css"), _own("script.js")
    environment.globals.update(
        wording=wording,
        language=wording.language,
        say=wording.say,
        day=wording.day,
        moment=wording.moment,
        stamp=wording.stamp,
        money=wording.money,
        telling_reasons=telling_reasons,
        merged=merged,
        USES=USES,
        VERDICTS=VERDICTS,
        style=style,
        script=script,
        policy=_policy(style, script),
        **{
            name: partial(getattr(phrases, name), wording=wording)
            for name in (
                *("trail", "owner_signs", "further_signs", "needs", "price", "time_left"),
                *("source_name", "source_reason", "changed", "vantage"),
            )
        },
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


def _lines(text: str) -> Markup:
    return escape(visible(text, keep_lines=True))
