"""What a page says of whose it is: legal names and numbers, contacts, addresses of its own and of kin.

Facts only, each list short and in the order of the page; whether one proves anything is the reader's to
judge. An INN may be the bank's, a phone the hoster's, a policy's host anybody's. What instructions and
templates show (`8 800 000-00-00`, `info@example.com`, ООО «Название») is nobody's and left out.

The reader of the page hands over what it has at hand: the tags of its head, its text, its markup in
lower case. Rare words are looked for, a bounded number of places each, a bounded stretch around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from probes.kit.legal_ids import (
    find_home_phones,
    find_inns,
    find_ogrns,
    find_phones,
    phone,
    places,
)
from probes.kit.legal_links import legal_links
from probes.kit.mail_address import mail_domain
from probes.kit.page_data import said_in_data
from probes.kit.page_makers import maker_hosts
from probes.kit.page_profiles import chat_phones, profiles
from probes.kit.web_host import host_of

Attributes = dict[bytes, bytes]

_IDS: Final = 5
_CONTACTS: Final = 10
_HOSTS: Final = 40
_PLACES: Final = 60
_NAME_LENGTH: Final = 100
_POLICY_LENGTH: Final = 16_384
_POLICY_WORDS: Final = 200


class Relations(Struct, frozen=True, omit_defaults=True):
    """What a page says of whose it is. Empty where it says nothing."""

    site_name: str = ""
    """`og:site_name`, at most 100 characters."""
    open_graph_host: str = ""
    """The host that `og:url` calls the page's own."""
    legal_names: tuple[str, ...] = ()
    """`ООО «Ромашка»`, `ИП Иванов И. И.`; at most five."""
    inns: tuple[str, ...] = ()
    """Taxpayer numbers with valid control digits, at most five. Several: requisites of others too."""
    ogrns: tuple[str, ...] = ()
    """State registration numbers with a valid control digit, at most five."""
    phones: tuple[str, ...] = ()
    """In E.164, at most ten."""
    mail_domains: tuple[str, ...] = ()
    """Of the addresses shown, at most ten; none of a public mail provider."""
    mailboxes: tuple[str, ...] = ()
    """Whole addresses at public mail providers, at most ten: there the domain says nothing."""
    alternate_hosts: tuple[str, ...] = ()
    """Hosts of the same page in other languages or for other devices, at most forty."""
    policy_hosts: tuple[str, ...] = ()
    """Hosts that the page's security policy allows, at most forty; a leading `*.` is left out."""
    verifications: tuple[tuple[str, str], ...] = ()
    """Name and token of meta tags that prove to a service whose site it is, at most ten."""
    profiles: tuple[str, ...] = ()
    """Accounts elsewhere that it leads to, as `vk.com/romashka`, at most twenty."""
    maker_hosts: tuple[str, ...] = ()
    """Hosts that are linked with words that call them the site's makers, at most five."""
    part_hosts: tuple[str, ...] = ()
    """Hosts that pictures, styles, forms and frames of the page are at, at most forty."""
    icon: str = ""
    """Where the page's own icon lies, as written; at most 500 characters."""
    legal_pages: tuple[str, ...] = ()
    """Of a page that bears no number: addresses of its site's requisites, offers and policies, as written."""


def relations_of(
    head: Iterable[Attributes],
    text: str,
    markup: bytes,
    value: Callable[[bytes], str],
    scripts: Iterable[bytes] = (),
    frames: Iterable[bytes] = (),
) -> Relations:
    """Read the `link` and `meta` tags of a page, its folded text and its visible markup in lower case.

    `value` decodes what stands in an attribute; `scripts` stand within the page, and what it tells machines
    there of its firm counts as said on it. `frames` are the addresses of pages shown in it.
    """
    said = _Head(head, value)
    named = chain(said.part_hosts(), _parts(markup, frames, value))
    parts = _first((host for host in named if "." in host), _HOSTS)
    made_by = maker_hosts(text, markup, value)
    words, links = said_in_data(scripts)
    text, markup = (f"{text} {words}", markup + links) if words or links else (text, markup)
    domains, mailboxes = _mail(markup, value)
    inns, ogrns = _first(find_inns(text), _IDS), _first(find_ogrns(text), _IDS)
    return Relations(
        site_name=said.site_name,
        open_graph_host=said.open_graph_host,
        legal_names=_first(_legal_names(text), _IDS),
        inns=inns,
        ogrns=ogrns,
        phones=_first(chain(_dialled(markup), chat_phones(markup), find_phones(text)), _CONTACTS)
        or _first(find_home_phones(text), _CONTACTS),
        mail_domains=domains,
        mailboxes=mailboxes,
        alternate_hosts=_first(said.alternate_hosts(), _HOSTS),
        policy_hosts=_first(chain.from_iterable(map(policy_hosts, said.policies)), _HOSTS),
        verifications=tuple(said.verifications[:_CONTACTS]),
        profiles=profiles(markup),
        maker_hosts=made_by,
        part_hosts=parts,
        icon=said.icon,
        legal_pages=() if inns or ogrns else legal_links(markup, value),
    )


@lru_cache(maxsize=512)
def policy_hosts(policy: str) -> tuple[str, ...]:
    """Return the hosts that a Content-Security-Policy allows (CSP Level 3, 2.3.1), at most forty.

    Keywords, schemes, nonces and addresses are none; of `https://*.firm.ru:443/x` it is firm.ru.
    """
    words = re.split(r"[\s;,]+", policy[:_POLICY_LENGTH], maxsplit=_POLICY_WORDS)
    return _first(filter(None, map(_policy_host, words[:_POLICY_WORDS])), _HOSTS)


def _policy_host(word: str) -> str:
    if "." not in word or word[0] == "'":
        return ""
    scheme, slashes, rest = word.partition("://")
    if slashes and scheme.lower() not in ("http", "https", "ws", "wss"):
        return ""
    host = host_of("//" + (rest if slashes else word).removeprefix("*."))
    return host if "." in host else ""


class _Head:
    """The tags of a page's head, read."""

    def __init__(self, tags: Iterable[Attributes], value: Callable[[bytes], str]) -> None:
        self.value = value
        self.site_name = self.open_graph_host = self.icon = ""
        self.versions: list[bytes] = []
        self.parts: list[bytes] = []
        self.policies: list[str] = []
        self.verifications: list[tuple[str, str]] = []
        for tag in tags:
            if b"rel" in tag:
                self.link(tag)
            elif b"content" in tag:
                self.meta(tag)

    def link(self, tag: Attributes) -> None:
        rel = tag[b"rel"].lower().split()
        if b"alternate" in rel and (b"hreflang" in tag or b"media" in tag):
            if len(self.versions) < 4 * _HOSTS:
                self.versions.append(tag.get(b"href", b""))
        elif not _PARTS.isdisjoint(rel) and len(self.parts) < _HOSTS:
            self.parts.append(tag.get(b"href", b""))
        elif b"icon" in rel and not self.icon:
            address = self.value(tag.get(b"href", b""))
            self.icon = "" if address[:5].lower() == "data:" or len(address) > 500 else address

    def meta(self, tag: Attributes) -> None:
        name = (tag.get(b"property") or tag.get(b"name") or tag.get(b"http-equiv", b"")).lower()
        if name == b"og:site_name":
            self.site_name = self.site_name or " ".join(self.text(tag).split())[:_NAME_LENGTH]
        elif name == b"og:url":
            self.open_graph_host = self.open_graph_host or host_of(self.text(tag)[:2_000])
        elif name.startswith(b"content-security-policy"):
            if len(self.policies) < 5:
                self.policies.append(self.text(tag))
        elif b"verif" in name or name == b"msvalidate.01":
            token = self.text(tag)
            if _is_token(token) and len(self.verifications) < 3 * _CONTACTS:
                proof = (name[:60].decode("ascii", "replace"), token)
                if proof not in self.verifications:
                    self.verifications.append(proof)

    def alternate_hosts(self) -> Iterator[str]:
        return filter(None, (host_of(self.value(address)) for address in self.versions))

    def part_hosts(self) -> Iterator[str]:
        return filter(None, (host_of(self.value(address)) for address in self.parts))

    def text(self, tag: Attributes) -> str:
        return self.value(tag[b"content"])


_PARTS: Final = frozenset(
    {b"stylesheet", b"preconnect", b"dns-prefetch", b"preload", b"modulepreload"}
)
_PART: Final = tuple(
    re.compile(name + rb"\s{0,3}=\s{0,3}[\"']?(?:https?:)?(//[^\"'/\s<>]{1,300})")
    for name in (b"src", b"action")
)


def _parts(markup: bytes, frames: Iterable[bytes], value: Callable[[bytes], str]) -> Iterator[str]:
    """Yield the hosts of pictures, films, forms and frames; each distinct one is read once."""
    found = chain.from_iterable(islice(one.finditer(markup), 4 * _HOSTS) for one in _PART)
    met = dict.fromkeys(one[1] for one in found)
    met |= dict.fromkeys(islice(frames, _HOSTS))
    return filter(None, (host_of(value(one)) for one in met))


def _is_token(token: str) -> bool:
    """Say whether it may be somebody's token: long enough, of one piece, no placeholder."""
    plain = token.isascii() and token.isprintable() and not token.startswith(("<", "{", "["))
    low = token.lower()
    sample = len(set(low)) < 4 or any(word in low for word in ("your", "xxxx", "code", "token"))
    return plain and 6 <= len(token) <= 128 and " " not in token and not sample


def _dialled(markup: bytes) -> Iterator[str]:
    """Yield the numbers that `tel:` links dial (RFC 3966), without extension."""
    at = markup.find(b"tel:")
    for _ in range(_PLACES):
        if at < 0:
            return
        address = re.split(rb"[\"'<>;,?&]", markup[at + 4 : at + 44], maxsplit=1)[0]
        if number := phone(unquote(address.decode("ascii", "replace"))):
            yield number
        at = markup.find(b"tel:", at + 4)


_LOCAL_PART: Final = re.compile(rb"[a-z0-9][a-z0-9._%+-]{0,63}\Z")
_NO_LOCAL: Final = re.compile(rb"[^a-z0-9._%+-]")
_DOMAIN: Final = re.compile(
    rb"(?:[a-z0-9\x80-\xff][a-z0-9\x80-\xff-]{0,62}\.){1,5}[a-z\x80-\xff][a-z0-9\x80-\xff-]{1,30}"
)
_FILES: Final = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "css", "js"})
"""What follows the last dot of a picture for sharp screens: `logo@2x.png`."""
_PUBLIC = """
    mail.ru bk.ru list.ru inbox.ru internet.ru xmail.ru yandex.ru ya.ru yandex.com yandex.by yandex.kz
    yandex.ua yandex.uz narod.ru rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru gmail.com
    googlemail.com outlook.com hotmail.com live.com live.ru msn.com yahoo.com ymail.com icloud.com me.com
    mac.com aol.com gmx.com gmx.net gmx.de web.de mail.com proton.me protonmail.com zoho.com tut.by
    ukr.net i.ua meta.ua mail.ua qip.ru pochta.ru nm.ru hotbox.ru email.ru
"""
_SAMPLES = """
    example.com example.net example.org example.ru domain.com domain.ru site.com site.ru mysite.com
    mysite.ru yoursite.com yoursite.ru yourdomain.com yourdomain.ru yourcompany.com company.com test.com
    test.ru email.com sentry.io
"""
PUBLIC_MAIL: Final = frozenset(_PUBLIC.split())
"""Domains under which anybody may have a mailbox."""
_SAMPLE_MAIL: Final = frozenset(_SAMPLES.split())


def _mail(markup: bytes, value: Callable[[bytes], str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the domains of the addresses in the markup, and whole addresses at public providers."""
    domains: dict[str, None] = {}
    mailboxes: dict[str, None] = {}
    at = markup.find(b"@")
    for _ in range(_PLACES):
        if at < 0:
            break
        local = _LOCAL_PART.search(_word_before(markup, at))
        domain = _DOMAIN.match(markup, at + 1, at + 255)
        if local and domain:
            user = local[0].decode("ascii")
            name = mail_domain(f"{user}@{value(domain[0]).rstrip('»”’')}")
            if name in PUBLIC_MAIL:
                mailboxes[f"{user}@{name}"] = None
            elif name and name not in _SAMPLE_MAIL and name.rpartition(".")[2] not in _FILES:
                domains[name] = None
        at = markup.find(b"@", at + 1)
    return _first(domains, _CONTACTS), _first(mailboxes, _CONTACTS)


def _word_before(markup: bytes, at: int) -> bytes:
    """Return what may be a local part right before an `@`; `mailto:` and quotes end it."""
    return _NO_LOCAL.split(markup[max(0, at - 64) : at])[-1].removeprefix(b"%20")


_SHORT_FORMS = """
    ООО АО ПАО ОАО ЗАО НАО АНО НКО ЧОУ НОУ ЧУ МУП ГУП ФГУП МУ ГБУ МБУ ФГБУ ТОО ОДО ЧУП УП ТСЖ СНТ ПК СПК
"""
_FORMS: Final = frozenset(_SHORT_FORMS.split())
_LONG_FORMS: Final = {
    "ограниченной ответственностью": "ООО",
    "публичное акционерное общество": "ПАО",
    "закрытое акционерное общество": "ЗАО",
    "открытое акционерное общество": "ОАО",
    "акционерное общество": "АО",
}
_CLOSING: Final = {"«": "»", '"': '"', "“": "”", "„": "“"}
_QUOTES: Final = str.maketrans("", "", "«»\"“”„'")
_SAMPLE_NAMES: Final = frozenset({
    "название", "название компании", "наименование", "наименование организации", "компания",
    "ваша компания", "моя компания", "организация", "фирма", "рога и копыта", "пример", "тест",
})  # fmt: skip


def _legal_names(text: str) -> Iterator[str]:
    """Yield names with a legal form: in quotes after any form, without quotes after ООО and ИП."""
    for opening, closing in _CLOSING.items():
        for at in places(text, opening):
            if form := _form_before(text[max(0, at - 40) : at - 1]):
                end = text.find(closing, at, at + _NAME_LENGTH)
                name = " ".join(text[at:end].translate(_QUOTES).split()) if end > 0 else ""
                if name and name.casefold() not in _SAMPLE_NAMES:
                    yield f"{form} «{name}»"
    for form, words in (("ООО", 4), ("ИП", 3)):
        for at in places(text, form + " "):
            begins = not text[max(0, at - len(form) - 2) : at - len(form) - 1].isalpha()
            name = _capitalised(text[at : at + _NAME_LENGTH], words) if begins else ""
            if " " in name or (name and form == "ООО"):
                yield f"{form} {name}"


def _form_before(before: str) -> str:
    words = before.rstrip()
    last = words.rpartition(" ")[2].strip("(,;:\u00a0")
    if last in _FORMS:
        return last
    low = words.casefold()
    return next((form for long, form in _LONG_FORMS.items() if low.endswith(long)), "")


def _capitalised(text: str, most: int) -> str:
    """Return the words that begin with a capital, up to so many; none ends in a mark but the last."""
    found: list[str] = []
    for word in text.split(" ", most)[:most]:
        bare = word.rstrip(",;:)(|—–-")
        if not bare or not bare[0].isupper() or bare in _FORMS or bare in ("ИНН", "ОГРН", "ОГРНИП"):
            break
        found.append(bare)
        if bare != word or (bare.endswith(".") and len(bare) > 5):
            break
    name = " ".join(found).strip()
    return name.rstrip(".") if name[-3:-2].isalpha() else name


def _first(found: Iterable[str], most: int) -> tuple[str, ...]:
    """Return the first so many, each once."""
    return tuple(islice(dict.fromkeys(found), most))
