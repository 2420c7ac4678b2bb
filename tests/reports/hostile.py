"""Strings that want to be more than text, and documents full of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from reports.document import Document, read, write

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title><script>alert(2)</script>",
    "</style><script>alert(3)</script>",
    "</script><script>alert(4)</script>",
    "<img src=x onerror=alert(5)>",
    '"><svg onload=alert(6)>',
    "' onmouseover='alert(7)",
    '" autofocus onfocus="alert(8)" x="',
    "<iframe srcdoc='<script>alert(9)</script>'>",
    "<a href=javascript:alert(10)>x</a>",
    "<base href=http://127.0.0.1:9/>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "<style>*{background:url(http://127.0.0.1:9/x)}</style>",
    "<form action=http://127.0.0.1:9/><button>ok</button></form>",
    "<!--",
    "--><script>alert(17)</script>",
    "<![CDATA[<script>alert(18)</script>]]>",
    "{{ 7 * 7 }}{% raw %}",
    "{0.__class__}{code}%s%(x)s",
    "&lt;script&gt;alert(21)&lt;/script&gt;",
    "&#60;script&#62;alert(22)",
    "\u202egpj.exe\u202c\u2066\u200b\u2028",
    "\u0000\u001b[31m\u009b31m\u0007\r\n",
    "</table></section></main><h1>Paid</h1>",
    "<details open ontoggle=alert(26)>",
    "javascript:alert(27)//",
    "＜script＞alert(28)＜/script＞",
    "\\u003cscript\\u003ealert(29)",
    "'-alert(30)-'`${alert(30)}`",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(31)>",
    "<svg><animate onbegin=alert(32) attributeName=x dur=1s>",
    "<object data=javascript:alert(33)></object><embed src=javascript:alert(33)>",
    "<template><script>alert(34)</script></template><noscript><p title='</noscript><img src=x onerror=alert(34)>'>",
    "</td></tr></table><textarea><select><option>",
    "</textarea></select></button></fieldset></label><input autofocus onfocus=alert(36)>",
    "</summary></details></dl></ol></ul></li>",
    "\u2067\u2068abc\u2069\u061c\u200d\ufeff\u00ad\u034f\u3164",
    "W" * 300,
    "Z̷̛̖͙a̵̡̛l̶̨g̴̢o̷͎ " * 12 + "‮👩‍💻󠁁" + "ﷺ" * 20,
)

_KEPT = {"use", "verdict", "confidence", "ownership", "status", "amount", "steps", "severity"}
_KEPT |= {"payer", "holder", "decision", "step", "left", "gain", "saved"}
"""Closed vocabularies and numbers: no place for text."""
_CODES = {"kind", "code", "needs", "done", "source", "currency"}
_LINKS = {"schema", "id", "asset", "from", "to", "evidence"}
_TIMES = {"at", "generated_at", "started_at", "finished_at", "paid_until", "decide_by"}
_TIMES |= {"asked_on"}


def spoiled(document: Document, payload: Callable[[int], str], *, ids: bool = False) -> Document:
    """Return the document with a payload at the end of every text in it, links between parts kept.

    With `ids` every id has the same one at its end, and so the links still hold.
    """
    places = count()
    tail = payload(0) if ids else ""

    def linked(value: Any) -> Any:
        if isinstance(value, list):
            return [linked(one) for one in value]
        return value + tail if isinstance(value, str) and value else value

    def spoil(value: Any, key: str = "") -> Any:
        if key == "evidence" and isinstance(value, dict):
            return {linked(id_): spoil(piece) for id_, piece in value.items()}
        if key == "steps" and value and isinstance(value[0], dict):
            return [spoil(step) for step in value]
        if key in _LINKS and key != "schema":
            return linked(value)
        if key in _KEPT | _TIMES or key == "schema":
            return value
        if isinstance(value, dict):
            # Days of an answer and of a step; elsewhere these are names of parameters.
            days = {"on", "until"} if value.keys() & {"decision", "step"} else set()
            return {n: inner if n in days else spoil(inner, n) for n, inner in value.items()}
        if isinstance(value, list):
            return [spoil(inner, key) for inner in value]
        if not isinstance(value, str) or not value:
            return value
        # One payload for whatever things are grouped by: equal ones must stay equal.
        return value + payload(0 if key in _CODES else next(places))

    return read(json.dumps(spoil(json.loads(write(document)))).encode())
