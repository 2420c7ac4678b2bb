"""The grammar of one SPF record (RFC 7208 sections 3 to 7 and 12). Pure; what it names is asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from msgspec import Struct

from probes.kit.target import canonical_name

_QUALIFIERS = "+-~?"
_MOST_TERMS = 200
_MODIFIER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


class Term(Struct, frozen=True):
    """One mechanism, or the redirect: `-include:_spf.example.ru` has qualifier `-`, no prefix length."""

    kind: str
    """all, include, a, mx, ptr, ip4, ip6, exists or redirect."""
    qualifier: str = "+"
    name: str = ""
    """The name to look up, macros as written; empty stands for the domain itself."""
    network: str = ""
    """For ip4 and ip6: an address, or a network in CIDR notation."""


class SpfRecord(Struct, frozen=True):
    """A record taken apart, up to and including `all`; a redirect counts only where there is no `all`."""

    terms: tuple[Term, ...]
    syntax_errors: tuple[str, ...]
    """The terms that break the grammar; one is a permanent error for the whole record."""
    whole: bool = True
    """False when it has more terms than are read."""

    @property
    def all(self) -> str:
        """The qualifier of `all`, or empty."""
        return next((term.qualifier for term in self.terms if term.kind == "all"), "")


def is_spf(text: str) -> bool:
    """Say whether a TXT record is an SPF record (section 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def read_spf(text: str) -> SpfRecord:
    """Take a record apart; whatever breaks the grammar is listed, the rest still counts."""
    words = [word for word in text.split(" ")[1:] if word]
    errors: list[str] = []
    terms: list[Term] = []
    redirects: list[Term] = []
    for word in words[:_MOST_TERMS]:
        term = _modifier(word) if _is_modifier(word) else _mechanism(word)
        if term is None:
            errors.append(word[:80])
        elif term.kind == "redirect":
            redirects.append(term)
        elif term.kind and not any(known.kind == "all" for known in terms):
            terms.append(term)
    errors.extend(term.name[:80] for term in redirects[1:])
    if not any(term.kind == "all" for term in terms):
        terms.extend(redirects[:1])
    return SpfRecord(tuple(terms), tuple(errors), len(words) <= _MOST_TERMS)


def expand(name: str, domain: str, root: str) -> str | None:
    """Return a name with `%{d}` and `%{o}` put in; None when it depends on the sender (section 7).

    An empty name stands for the domain of the record itself.
    """
    if not name:
        return domain
    text = name
    for letter, value in (("d", domain), ("o", root)):
        text = text.replace(f"%{{{letter}}}", value).replace(f"%{{{letter.upper()}}}", value)
    return _plain_name(text)


def names_in(record: str) -> tuple[str, ...]:
    """Return the names that a record itself gives, each once: what an included record names is another's.

    Of a name with macros in it, that is the part behind the last one: whoever is asked has that.
    """
    named = (_fixed_part(term.name) for term in read_spf(record).terms)
    return tuple(dict.fromkeys(name for name in named if name))


def _fixed_part(name: str) -> str:
    if "%" not in name:
        return _plain_name(name) or "" if name else ""
    tail = name[max(name.rfind("}"), name.rfind("%") + 1) + 1 :]
    return _plain_name(tail[1:]) or "" if tail.startswith(".") else ""


def _is_modifier(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals and name and name[0].isalpha()) and _MODIFIER.issuperset(name.lower())


def _modifier(word: str) -> Term | None:
    name, _, value = word.partition("=")
    if name.lower() == "redirect":
        return Term("redirect", "", value.lower()) if _names_something(value) else None
    return Term("")  # exp and every unknown modifier change nothing (section 6)


def _mechanism(word: str) -> Term | None:
    qualifier = word[0] if word[0] in _QUALIFIERS else "+"
    body = word[1:] if word[0] in _QUALIFIERS else word
    cut = min((at for at in (body.find(":"), body.find("/")) if at >= 0), default=len(body))
    kind, rest = body[:cut].lower(), body[cut:]
    match kind:
        case "all":
            return Term(kind, qualifier) if not rest else None
        case "ip4" | "ip6":
            network = _network(kind, rest[1:]) if rest.startswith(":") else ""
            return Term(kind, qualifier, network=network) if network else None
        case "include" | "exists":
            good = rest.startswith(":") and _names_something(rest[1:])
            return Term(kind, qualifier, rest[1:].lower()) if good else None
        case "a" | "mx":
            return _with_prefix(kind, qualifier, rest)
        case "ptr":
            good = not rest or (rest.startswith(":") and _names_something(rest[1:]))
            return Term(kind, qualifier, rest[1:].lower()) if good else None
    return None


def _with_prefix(kind: str, qualifier: str, rest: str) -> Term | None:
    name, slash, lengths = _split_prefix(rest)
    if slash and not _good_prefix(lengths):
        return None
    if not name:
        return Term(kind, qualifier)
    if not name.startswith(":") or not _names_something(name[1:]):
        return None
    return Term(kind, qualifier, name[1:].lower())


def _split_prefix(rest: str) -> tuple[str, str, str]:
    # A macro may hold a slash as its delimiter, `%{d/}`: only one after the last brace is a prefix.
    start = rest.rfind("}") + 1
    cut = rest.find("/", start)
    return (rest, "", "") if cut < 0 else (rest[:cut], "/", rest[cut + 1 :])


def _good_prefix(lengths: str) -> bool:
    four, double, six = (
        lengths.partition("//") if not lengths.startswith("/") else ("", "//", lengths[1:])
    )
    if double and not _number_up_to(six, 128):
        return False
    return _number_up_to(four, 32) if four or not double else True


def _number_up_to(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= most


def _network(kind: str, text: str) -> str:
    address, slash, length = text.partition("/")
    most = 32 if kind == "ip4" else 128
    if slash and not _number_up_to(length, most):
        return ""
    try:
        whole = (IPv4Network if kind == "ip4" else IPv6Network)(
            f"{address}/{length or most}", strict=False
        )
    except ValueError:
        return ""
    return str(whole.network_address) if whole.prefixlen == most else str(whole)


def _names_something(text: str) -> bool:
    """Say whether a text can be a domain-spec: macros well formed, or a name of two labels or more."""
    if "%" not in text:
        return _plain_name(text) is not None
    return text.isascii() and _good_macros(text.split("%")[1:])


def _good_macros(pieces: Iterable[str]) -> bool:
    escaped = False
    for piece in pieces:
        if escaped:
            escaped = False
            continue
        if piece == "":
            escaped = True  # `%%`
        elif piece[0] == "{":
            if piece[1:2].lower() not in tuple("slodiphcrtv") or "}" not in piece:
                return False
        elif piece[0] not in "_-":
            return False
    return not escaped


def _plain_name(text: str) -> str | None:
    if "%" in text or not text.isascii():
        return None
    try:
        name = canonical_name(text)
    except ValueError:
        return None
    return name if "." in name else None
