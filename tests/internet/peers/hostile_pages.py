"""Pages and heads of answers that want to be more than text, or more than a reader can bear.

Every payload carries the word `zlo`: wherever it stands in a report as anything but text, it got out.
"""

from __future__ import annotations

from collections.abc import Callable

SCRIPT = "<script>alert('zlo')</script>"
IMAGE = "\"><img src=x onerror=alert('zlo')>"

_WORDS = "Обычный текст о заборах, калитках и воротах, чтобы странице было что показать. " * 8


def _page(title: str = "Страница", head: str = "", body: str = "") -> str:
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title}</title>{head}'
        f"</head><body><h1>Заборы</h1><p>{_WORDS}</p>{body}</body></html>"
    )


PAGES: dict[str, Callable[[], str]] = {
    "title_script": lambda: _page(title=SCRIPT),
    "title_image": lambda: _page(title=IMAGE),
    "title_breaks_out": lambda: _page(title="--&gt;]]&gt;&lt;/script&gt;&lt;svg onload=zlo()&gt;"),
    "title_template": lambda: _page(title="{{7*7}}{% raw %}${7*7}#{zlo}%(zlo)s"),
    "title_direction": lambda: _page(title="\u202ezlo\u2066\u200b\u2028\x1b]52;c;emxv\x07\x9b2J"),
    "title_references": lambda: _page(
        title="&#60;script&#62;zlo&#0;&#xD800;&#x110000;&#9999999999;"
    ),
    "title_endless": lambda: _page(title="zlo " * 120_000),
    "generator": lambda: _page(head=f'<meta name="generator" content="{SCRIPT}">'),
    "language": lambda: f'<html lang="&quot;&gt;{SCRIPT}"><title>zlo</title><p>{_WORDS}</p>',
    "refresh_javascript": lambda: (
        "<meta http-equiv=refresh content=\"0;url=javascript:alert('zlo')\"><title>zlo</title>"
    ),
    "refresh_data": lambda: (
        f'<meta http-equiv=refresh content="0;url=data:text/html,{SCRIPT}"><title>zlo</title>'
    ),
    "refresh_inside": lambda: (
        '<meta http-equiv=refresh content="0;url=http://127.0.0.1/"><title>zlo</title>'
    ),
    "jump_inside": lambda: '<script>location="http://169.254.169.254/latest/meta-data/"</script>',
    "canonical": lambda: _page(head=f'<link rel=canonical href="https://{IMAGE}/\'>">'),
    "links": lambda: _page(
        body="".join(
            f'<a href="{url}">zlo</a>'
            for url in (
                "javascript:alert('zlo')",
                "//xn--0.test/",
                "https://[::1]/",
                "http://zlo\u202e.example/",
                "https://" + "zlo." * 200 + "ru/",
                "http://127.0.0.1:80/",
                'https://zlo"onmouseover=alert(1)//',
            )
        )
    ),
    "counter": lambda: _page(body='<script>ym("<script>zlo", "init")</script><script>gtag("zlo")'),
    "charset_lie": lambda: _page(title="+ADw-script+AD4-alert('zlo')", head="<meta charset=utf-7>"),
    "nested": lambda: "<title>zlo</title>" + "<div>" * 90_000,
    "open_brackets": lambda: "<title>zlo</title>" + "<" * 400_000,
    "attribute_bait": lambda: "<title>zlo</title><meta " + "a='" * 150_000,
    "comment_bait": lambda: "<title>zlo</title>" + "<!--" * 100_000,
    "entity_flood": lambda: "<title>zlo</title>" + "&amp" * 110_000,
    "unclosed_scripts": lambda: "<title>zlo</title>" + "<script " * 60_000,
}
"""What the body of an ordinary answer holds."""

Head = list[tuple[str, str]]

HEADS: dict[str, Head] = {
    "server_header": [("Server", f"nginx {SCRIPT}")],
    "content_type": [("Content-Type", f"text/html; charset={SCRIPT}")],
    "cookie_names": [("Set-Cookie", f"{IMAGE}{number}=zlo") for number in range(40)],
    "ten_thousand_headers": [(f"X-Zlo-{number}", "zlo") for number in range(10_000)],
    "megabyte_header": [("X-Zlo", "z" * 1_000_000)],
    "brotli_unasked": [("Content-Encoding", "br")],
    "many_encodings": [("Content-Encoding", ", ".join(["gzip"] * 12))],
    "gzip_junk": [("Content-Encoding", "gzip")],
    "two_lengths": [("Content-Length", "5"), ("Content-Length", "50000")],
    "negative_length": [("Content-Length", "-1")],
    "control_characters": [("X-Zlo", "a\x00b\x1b[2J\x7f")],
    "header_injection": [("Server", "zlo\nSet-Cookie: zlo=1\nX: y")],
    "refresh_header": [("Refresh", "0;url=http://127.0.0.1/")],
}
"""What stands in the head of an ordinary answer besides, or instead of, the usual."""
