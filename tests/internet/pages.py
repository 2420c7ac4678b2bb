"""Fills the page templates of `pages/` with what a site says."""

from __future__ import annotations

import functools
from pathlib import Path
from string import Template

from tests.internet.population import Site

FOLDER = Path(__file__).with_name("pages")

COUNTER = """<script>
(function(m,e,t,r,i,k,a){{m[i]=m[i]||function(){{(m[i].a=m[i].a||[]).push(arguments)}};
k=e.createElement(t),a=e.getElementsByTagName(t)[0],k.async=1,k.src=r,a.parentNode.insertBefore(k,a)}})
(window, document, "script", "https://mc.yandex.ru/metrika/tag.js", "ym");
ym({0}, "init", {{ clickmap:true, trackLinks:true }});
</script>
<noscript><img src="https://mc.yandex.ru/watch/{0}" alt=""></noscript>"""


def render(site: Site) -> str:
    """The page of a site."""
    sentences = [part.strip() for part in site.text.split(". ")]
    links = "".join(f'<a href="{link}">{link}</a>\n' for link in site.links)
    return Template(text(site.page)).safe_substitute(
        title=site.title,
        text=site.text,
        paragraphs="\n".join(f"<p>{part.rstrip('.')}.</p>" for part in sentences),
        links=links,
        footer=site.footer or site.title,
        counter=COUNTER.format(site.counter) if site.counter else "",
    )


@functools.cache
def text(name: str) -> str:
    """A template as it is."""
    return next(FOLDER.glob(f"{name}.*")).read_text("utf-8")
