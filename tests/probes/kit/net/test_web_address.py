"""URLs from strangers: read in one way, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.question import NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason

MALFORMED, NOT_ALLOWED = Reason.MALFORMED, Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://romashka.ru", "http://romashka.ru/"),
        ("HTTPS://Romashka.RU./a?b#c", "https://romashka.ru/a?b"),
        ("http://ромашка.рф/путь?q=ё", "http://xn--80aa3agjl3d.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?q=%D1%91"),
        ("http://romashka.ru:80/", "http://romashka.ru/"),
        ("http://romashka.ru:443/", "http://romashka.ru:443/"),
        ("http://romashka.ru?x=%2f", "http://romashka.ru/?x=%2f"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        ("http://[::1]/", "http://[::1]/"),
        ("http://１２７.０.０.１/", "http://127.0.0.1/"),
    ],
)  # fmt: skip
def test_a_url_has_one_plain_spelling(url: str, plain: str) -> None:
    assert str(WebAddress.of(url)) == plain


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", NOT_ALLOWED),
        ("file:///etc/passwd", NOT_ALLOWED),
        ("gopher://romashka.ru/", NOT_ALLOWED),
        ("javascript:alert(1)", NOT_ALLOWED),
        ("http://user@romashka.ru/", NOT_ALLOWED),
        ("http://romashka.ru@127.0.0.1/", NOT_ALLOWED),
        ("http://", MALFORMED),
        ("http:///path", MALFORMED),
        ("http://127.1/", MALFORMED),
        ("http://2130706433/", MALFORMED),
        ("http://0x7f000001/", MALFORMED),
        ("http://0x7f.1/", MALFORMED),
        ("http://017700000001/", MALFORMED),
        ("http://0177.0.0.1/", MALFORMED),
        ("http://%31%32%37.0.0.1/", MALFORMED),
        ("http://[::1/", MALFORMED),
        ("http://[zz::1]/", MALFORMED),
        ("http://[::ffff:1.2.3.4.5]/", MALFORMED),
        ("http://romashka.ru:99999/", MALFORMED),
        ("http://romashka.ru:8x/", MALFORMED),
        ("http://xn--0.test/", MALFORMED),
        ("http://" + "a" * 64 + ".ru/", MALFORMED),
        ("http://a..b/", MALFORMED),
        ("http://-a.ru/", MALFORMED),
        ("http://romashka.ru\\@127.0.0.1/", MALFORMED),
        ("http://romashka.ru/\r\nHost: x", MALFORMED),
        ("http://romashka.ru/a b", MALFORMED),
        (" http://romashka.ru/", MALFORMED),
        ("http://romashka.ru/" + "a" * 9000, MALFORMED),
    ],
)
def test_nonsense_and_what_is_not_ours_is_refused(url: str, reason: Reason) -> None:
    with pytest.raises(NetTrouble) as met:
        WebAddress.of(url)

    assert met.value.reason is reason


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/ru/", "https://romashka.ru/ru/"),
        ("//other.ru/x", "https://other.ru/x"),
        ("http://other.ru", "http://other.ru/"),
        ("?a=1", "https://romashka.ru/shop/?a=1"),
        (" /ru/ ", "https://romashka.ru/ru/"),
    ],
)
def test_a_location_is_read_from_where_it_was_said(location: str, leads_to: str) -> None:
    assert str(WebAddress.of("https://romashka.ru/shop/").join(location)) == leads_to


@given(st.text(max_size=60) | st.from_regex(r"https?://[^ ]{0,50}", fullmatch=True))
def test_any_text_is_a_url_or_a_trouble(text: str) -> None:
    try:
        address = WebAddress.of(text)
        joined = WebAddress.of("https://romashka.ru/").join(text)
    except NetTrouble:
        return

    assert str(WebAddress.of(str(address))) == str(address)
    assert address.target.isascii()
    assert joined.port


@given(
    host=st.text("abcxyz019.-_", min_size=1, max_size=24),
    path=st.text("/aZ09._~-", max_size=24).map(lambda text: f"/{text}" if text else ""),
)
def test_a_plain_url_reads_as_the_same_one_spelled_at_length(host: str, path: str) -> None:
    def read(url: str) -> WebAddress | str:
        try:
            return WebAddress.of(url)
        except NetTrouble as trouble:
            return trouble.reason

    assert read(f"http://{host}{path}") == read(f"HTTP://{host}:80{path}")
