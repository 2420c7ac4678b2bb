"""JSON and what passes for it: answers of registries and certificate logs about hostile domains."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.internet.peers import odd_web
from tests.internet.peers.hostile_pages import IMAGE, SCRIPT
from tests.internet.peers.web import Response, as_json

Trick = Callable[[Response], Response]
"""Makes a hostile answer of an honest one."""

RDAP = "application/rdap+json"
DEEP = 100_000


def _raw(text: str | bytes) -> Trick:
    body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return lambda honest: Response(body, type=RDAP)


def _with(**fields: Any) -> Trick:
    """The honest object, some members of it replaced."""
    return lambda honest: as_json(json.loads(honest.body) | fields, media=RDAP)


def _rows(**fields: Any) -> Trick:
    """The honest list, each row of it changed."""
    return lambda honest: as_json([row | fields for row in json.loads(honest.body)])


def _leads(to: str) -> Trick:
    return lambda honest: Response(b"", 302, headers={"Location": to})


def _bomb(honest: Response) -> Response:
    return Response(odd_web.bomb(), type=RDAP, headers={"Content-Encoding": "gzip"})


def _endless(honest: Response) -> Response:
    return Response(b'{"ldhName": "', endless=b"zlo" * 20_000)


def _slowly_cut(honest: Response) -> Response:
    return Response(honest.body[:40], type=RDAP, cut=1_000_000)


_PERSON = {
    "objectClassName": "entity",
    "handle": SCRIPT,
    "roles": ["registrar", "registrant"],
    "publicIds": [{"type": "IANA Registrar ID", "identifier": IMAGE}],
    "vcardArray": [
        "vcard",
        [["version", {}, "text", "4.0"], ["fn", {}, "text", SCRIPT], ["org", {}, "text", IMAGE]],
    ],
}


def _nested_entities(depth: int) -> dict[str, Any]:
    entity: dict[str, Any] = {"objectClassName": "entity", "roles": ["registrar"]}
    for _ in range(depth):
        entity = {"objectClassName": "entity", "roles": [], "entities": [entity]}
    return entity


def _dates(*days: str) -> list[dict[str, str]]:
    return [{"eventAction": "expiration", "eventDate": day} for day in days]


RDAP_TRICKS: dict[str, Trick] = {
    "deep": _raw('{"ldhName":' + "[" * DEEP + "]" * DEEP + "}"),
    "deep_objects": _raw('{"entities":[' * DEEP),
    "huge_number": _raw('{"ldhName": "zlo.com", "errorCode": ' + "9" * 5_000 + "}"),
    "not_a_number": _raw('{"ldhName": "zlo.com", "port": NaN, "x": Infinity}'),
    "lone_surrogate": _raw('{"ldhName": "zlo.com", "handle": "\\ud800", "\\udfff": 1}'),
    "not_utf8": _raw(b'{"ldhName": "zlo.com", "handle": "\xff\xfe\xed\xa0\x80"}'),
    "twice_the_key": _raw('{"ldhName": "zlo.com", "ldhName": ["x"], "ldhName": null}'),
    "wrong_types": _with(
        ldhName=["x"], status={"a": 1}, events="x", nameservers=7, entities=[1, None, [], "x"],
        links=[{"rel": 1, "href": []}], secureDNS=[], notices=[[]], handle={}, redacted=3,
    ),
    "names_script": _with(entities=[_PERSON], status=[SCRIPT], handle=IMAGE),
    "nested_entities": _with(entities=[_nested_entities(300)]),
    "hundred_thousand": _with(entities=[{"roles": []}] * 40_000, status=["x"] * 40_000),
    "dates_beyond_time": _with(
        events=_dates("99999-01-01T00:00:00Z", "-1-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01")
    ),
    "link_inside": _with(
        entities=[], links=[{"rel": "related", "href": "https://169.254.169.254/domain/zlo.com"}]
    ),
    "leads_inside": _leads("http://127.0.0.1/domain/zlo.com"),
    "leads_to_metadata": _leads("https://169.254.169.254/domain/zlo.com"),
    "leads_nowhere": _leads("http://xn--0.test/"),
    "leads_to_itself": _leads("/com/v1/domain/zlo.com"),
    "bomb": _bomb,
    "endless": _endless,
    "cut": _slowly_cut,
    "page_instead": lambda honest: Response(f"<html>{SCRIPT}".encode()),
    "empty_arrays": _raw("[" + "[]," * 340_000 + "[]]"),
}  # fmt: skip

_NAMES = "\n".join(
    [
        f"{SCRIPT}.zlo.ru", "../../etc/passwd", "127.0.0.1", "::1", "*.*.zlo.ru", "a\x00b.ru",
        "\u202eur.olz", "zlo..ru", "-zlo.ru", "zlo.ru" * 100, "xn--0.zlo.ru", "localhost", "*", "",
    ]
)  # fmt: skip

LOG_TRICKS: dict[str, Trick] = {
    "deep": _raw("[" * DEEP),
    "not_a_number": _raw('[{"id": NaN, "name_value": "zlo.ru"}]'),
    "lone_surrogate": _raw('[{"id": 1, "name_value": "\\ud800.ru", "issuer_name": "\\udfff"}]'),
    "wrong_types": _raw('[1, null, [], "zlo", {"name_value": 7, "id": [], "not_before": {}}]'),
    "object_instead": _raw('{"zlo": 1}'),
    "names_script": _rows(name_value=_NAMES, common_name=SCRIPT, issuer_name=f"O={IMAGE}"),
    "half_a_megabyte_name": _rows(name_value="zlo" * 200_000 + ".ru"),
    "hundred_thousand_names": _rows(
        name_value="\n".join(f"n{number}.zlo.ru" for number in range(100_000))
    ),
    "dates": _rows(not_before="0000-00-00", not_after="9" * 4_000, entry_timestamp=-1),
    "million_rows": _raw("[" + "{}," * 1_000_000 + "{}]"),
    "million_arrays": _raw("[" + "[]," * 2_700_000 + "[]]"),
    "leads_inside": _leads("http://10.66.0.1/"),
    "bomb": _bomb,
    "endless": _endless,
    "page_instead": lambda honest: Response(f"<html>{SCRIPT}".encode()),
}
"""For crt.sh."""


def _pages_for_ever(honest: Response) -> Response:
    """As many new rows as one asks for, each time."""
    _pages_for_ever.page += 1  # type: ignore[attr-defined]
    rows = [
        {
            "id": f"{_pages_for_ever.page}{number:04}",  # type: ignore[attr-defined]
            "dns_names": [f"n{number}.zlo.ru"],
            "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2027-01-01T00:00:00Z",
            "issuer": {"friendly_name": SCRIPT},
        }
        for number in range(200)
    ]
    return as_json(rows)


_pages_for_ever.page = 0  # type: ignore[attr-defined]

SPOTTER_TRICKS: dict[str, Trick] = {
    "pages_for_ever": _pages_for_ever,
    "wrong_types": _raw('[{"id": {}, "dns_names": "zlo", "issuer": 5}, null, [[]], -1]'),
    "names_script": _rows(
        dns_names=_NAMES.split("\n"), issuer={"friendly_name": SCRIPT, "name": IMAGE}
    ),
    "deep": _raw("[" * DEEP + "]" * DEEP),
}
"""For Cert Spotter."""
