"""The plain head: read at once, and never otherwise than h11 reads it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.kit.net.http_head import PlainHead, plain_head
from probes.kit.net.http_talk import Fetch
from probes.kit.net.question import NetTrouble

_STATUS = (
    "HTTP/1.1 200 OK",
    "HTTP/1.0 301 Moved",
    "HTTP/1.1 404",
    "HTTP/1.1 204 No",
    "HTTP/1.1 99 x",
)
_NAMES = (
    "Content-Length",
    "content-length",
    "Transfer-Encoding",
    "Content-Encoding",
    "X-y",
    "a b",
    "",
)
_VALUES = (
    "5",
    "0",
    "5, 5",
    "+5",
    "²",
    "9" * 20,
    "chunked",
    "gzip",
    "br",
    "",
    " a\tb ",
    "caf\xe9",
    "\x01",
)
_BREAKS = ("\r\n", "\r\n", "\r\n", "\n", "\r\n ", "\r")


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """Heads between plain and hopeless, each before a few octets of body."""
    lines = [draw(st.sampled_from(_STATUS))]
    fields = st.tuples(st.sampled_from(_NAMES), st.sampled_from(_VALUES))
    lines += [f"{name}: {value}" for name, value in draw(st.lists(fields, max_size=4))]
    text = "".join(line + draw(st.sampled_from(_BREAKS)) for line in lines)
    return f"{text}\r\n".encode("latin-1") + draw(st.binary(max_size=8))


@given(responses())
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
@example(b"HTTP/1.1 301 Moved\r\nContent-Length: 2\r\nContent-Encoding: br\r\n\r\nxx")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\nxx")
def test_a_head_read_at_once_says_what_it_says_in_pieces(response: bytes) -> None:
    at_once = _fetched([response, b""])
    in_pieces = _fetched([response[:1], response[1:], b""])

    assert at_once == in_pieces


def test_names_are_in_lower_case_and_values_bare() -> None:
    head = plain_head(b"HTTP/1.1 200 OK\r\nX-One: \t caf\xe9 \r\nCONTENT-LENGTH:3\r\n\r\nabcd")

    fields = (("x-one", "caf\xe9"), ("content-length", "3"))
    assert head == PlainHead(200, fields, 3, b"abcd")


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 3\r\n\r\n",
    ],
)
def test_what_is_not_plain_is_left_alone(response: bytes) -> None:
    assert plain_head(response) is None


def _fetched(pieces: list[bytes]) -> object:
    fetch = Fetch(6)
    try:
        for piece in pieces:
            if not fetch.take(piece):
                break
    except NetTrouble as trouble:
        return trouble.reason, trouble.detail
    return fetch.status, fetch.headers, fetch.body, fetch.truncated
