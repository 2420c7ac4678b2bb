"""Tokens of services among TXT records: whose they are, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.text_tokens import TextToken, all_token_services, tokens_in


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ",
         ("google", "google-site-verification", "rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ")),
        ("yandex-verification: 2bccd09858554e85", ("yandex", "yandex-verification", "2bccd09858554e85")),
        ("mailru-verification: 43e81e646c1675e5", ("mailru", "mailru-verification", "43e81e646c1675e5")),
        ("mailru-domain: 1RL7p3tqtIWJMkos", ("vk_workspace", "mailru-domain", "1RL7p3tqtIWJMkos")),
        ("MS=ms75457885", ("microsoft", "ms", "ms75457885")),
        ("ZOOM_verify_W4AuTEx9ROGD4kK", ("zoom", "zoom_verify_", "W4AuTEx9ROGD4kK")),
        ("pardot813133=a90e85640d4bb5a4", ("pardot", "pardot", "813133=a90e85640d4bb5a4")),
        ("anthropic-domain-verification-x1y2z3=ymGP6KhyvFPcXIZ7",
         ("anthropic", "anthropic-domain-verification", "ymGP6KhyvFPcXIZ7")),
        (' "docusign=087098e3-3d46-47b7-9b4e-8a23028154cd" ',
         ("docusign", "docusign", "087098e3-3d46-47b7-9b4e-8a23028154cd")),
        ("_globalsign-domain-verification=lD5kjh_n", ("globalsign", "_globalsign-domain-verification", "lD5kjh_n")),
        ("apple-domain-verification = RyQhdzTl6Z6x8ZP4", ("apple", "apple-domain-verification", "RyQhdzTl6Z6x8ZP4")),
        ("amazonses:CxAO0EM1odef6TrFP0hDQh=", ("amazon_ses", "amazonses", "CxAO0EM1odef6TrFP0hDQh=")),
    ],
)  # fmt: skip
def test_a_token_is_known_by_what_it_begins_with(text: str, token: tuple[str, str, str]) -> None:
    assert tokens_in([text]) == (TextToken(*token),)


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 include:_spf.yandex.net -all",
        "v=DMARC1; p=none",
        "hello",
        "",
        "=",
        "google-site-verification=",
        "google-site-verification=short",
        "google-site-verification=example",
        "google-site-verification=two words here",
        "google-site-verification=тайна-тайна",
        "google-site-verification=" + "x" * 300,
        "my-google-site-verification=rXOxyZounnZasA8Z",
        "x" * 4_000 + "=rXOxyZounnZasA8Z",
    ],
)
def test_other_texts_are_no_tokens(text: str) -> None:
    """Nor what a set-up page gives as an example, nor what anybody's may look like."""
    assert tokens_in([text]) == ()


def test_tokens_are_told_once_and_sorted() -> None:
    texts = ["ms=ms12345678", "docusign=087098e3-3d46", "MS=ms12345678"]

    assert [token.service for token in tokens_in(texts)] == ["docusign", "microsoft"]


@given(some.lists(some.text(), max_size=5))
def test_no_text_is_too_odd_to_be_read(texts: list[str]) -> None:
    tokens_in(texts)


def test_the_data_are_whole() -> None:
    """Every key is lower case, of one service only, and where it is from is said."""
    services = all_token_services().values()
    keys = [key for service in services for key in service.keys + service.starts]

    assert len(services) >= 40
    assert len(keys) == len(set(keys))
    assert [key for key in keys if key != key.lower().strip("=:") or " " in key] == []
    assert {service.source for service in services} <= {"own", "records"}
    assert all(service.keys or service.starts for service in services)
