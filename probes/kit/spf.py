"""The grammar of one SPF record (RFC 7208 sections 3 to 7 and 12). Pure; what it names is asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from msgspec import Struct

from probes.kit.target import canonical_name

_QUALIFIERS = "+-~?"
_MACRO_LETTERS = "slodiphv"
"""What may stand in a mechanism; c, r and t only in an explanation (section 7.2)."""
_DELIMITERS = frozenset(".-+,/_=")
_ESCAPES = {"%%": "%", "%_": " ", "%-": "%20"}
_MOST_TERMS = 200
_LONGEST_NAME = 253
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
    """Return a name with the macros `d` and `o` put in; None when it depends on the sender (section 7).

    An empty name stands for the domain of the record itself. `o`, the sender's domain, is the domain
    in question. A name that grows too long loses labels on the left (section 7.3).
    """
    if not name:
        return domain
    values = {"d": domain, "o": root}
    said: list[str] = []
    for literal, macro in _pieces(name):
        said.append(literal)
        if macro in _ESCAPES:
            said.append(_ESCAPES[macro])
        elif macro:
            if macro[0].lower() not in values:
                return None
            said.append(_transformed(values[macro[0].lower()], macro[1:]))
    text = "".join(said)
    while len(text) > _LONGEST_NAME and "." in text:
        text = text.partition(".")[2]
    return _plain_name(text)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield each stretch of text with the macro behind it: `d2r`, an escape `%_`, or nothing at the end."""
    at = 0
    while (start := text.find("%", at)) >= 0:
        if text[start + 1 : start + 2] == "{":
            end = text.find("}", start)
            end = len(text) if end < 0 else end
            yield text[at:start], text[start + 2 : end]
            at = end + 1
        else:
            yield text[at:start], text[start : start + 2]
            at = start + 2
    yield text[at:], ""


def _transformed(value: str, how: str) -> str:
    """Split a value at the delimiters, turn it round, keep the last so many parts (section 7.3)."""
    digits, reverse, delimiters = _transformers(how)
    if not digits and not reverse and not delimiters:
        return value
    for delimiter in delimiters:
        value = value.replace(delimiter, ".")
    parts = value.split(".")
    if reverse:
        parts.reverse()
    return ".".join(parts[-int(digits) :] if digits else parts)


def _transformers(how: str) -> tuple[str, bool, str]:
    digits = how[: len(how) - len(how.lstrip("0123456789"))]
    rest = how[len(digits) :]
    reverse = rest[:1] in ("r", "R")
    return digits, reverse, rest[1:] if reverse else rest


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
    return _good_macros(text) and _good_end(text)


def _good_macros(text: str) -> bool:
    """Say whether every macro is one: a letter, digits, `r`, delimiters; or an escape (section 7.1)."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        return False
    if text.count("%{") > text.count("}"):
        return False
    *macros, _ = (macro for _, macro in _pieces(text))
    return all(macro in _ESCAPES or _is_macro(macro) for macro in macros)


def _is_macro(macro: str) -> bool:
    if macro[:1].lower() not in tuple(_MACRO_LETTERS):
        return False
    digits, _, delimiters = _transformers(macro[1:])
    counted = not digits or (len(digits) <= 3 and int(digits) > 0)
    return counted and _DELIMITERS.issuperset(delimiters)


def _good_end(text: str) -> bool:
    """Say whether a name with macros ends in one, or in a top-level label (`domain-end`)."""
    if text.endswith("}"):
        return True
    label = text.removesuffix(".").rpartition(".")[2]
    plain = "%" not in label and "}" not in label
    return plain and "." in text and label.replace("-", "a").isalnum() and not label.isdigit()


def _plain_name(text: str) -> str | None:
    if "%" in text or not text.isascii():
        return None
    try:
        name = canonical_name(text)
    except ValueError:
        return None
    return name if "." in name else None
