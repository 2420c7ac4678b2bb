"""Cuts a WHOIS answer into labelled lines. One pass, no dialect knows the server: tables do the rest.

The same tokenizer reads flat `label: value` answers, RIPE-like blocks, headings with indented or bare
lines below them, `[Label] value`, `label.......: value` and sentences such as `Record expires on …`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from probes.kit.registry.vocabulary import (
    canonical_label,
    field_of,
    is_ambiguous,
    likely_section,
    section_of,
    vocabulary,
)

MOST_LINES = 5_000
LONGEST_LINE = 1_000
LONGEST_LABEL = 64
MOST_HEADING_WORDS = 9

CONTACTS = frozenset({"admin", "tech", "billing", "reseller"})


# Labels that at the head of a paragraph begin another object than the domain.
_OBJECTS = frozenset(
    {
        "contact", "nic hdl", "nic hdl br", "person", "role", "registrar", "nsset", "keyset", "ns list",
        "key group", "domain registrant", "registrant", "administrative contact", "technical contact",
        "contact type", "contact id", "org", "organisation", "billing contact", "irt",
    }
)  # fmt: skip


class Line(NamedTuple):
    """One line of an answer, with the section it stands in."""

    section: str
    """`holder`, `registrar`, `nameservers` … or empty outside every section."""
    label: str
    """In canonical spelling; empty for a bare line."""
    value: str
    block: int
    """Number of the paragraph it stands in."""


class _Cutter:
    """The state that decides which section a line stands in."""

    def __init__(self) -> None:
        self.section = ""
        self.opened_at = 0
        """Indent of the heading."""
        self.inner: int | None = None
        """Indent of the first line below the heading."""
        self.block = 0
        self.after_gap = True
        self.domain_named = False
        self.last_label = ""
        self.last_indent = 0
        self.awaited = ""
        """A label whose value stands on the lines below it (`Domain name:`)."""

    def gap(self) -> None:
        if not self.after_gap:
            self.block += 1
            self.awaited = ""
        self.after_gap = True
        self.last_label = ""

    def open(self, section: str, indent: int) -> None:
        self.section, self.opened_at, self.inner = section, indent, None
        self.after_gap = False
        self.last_label = ""
        self.awaited = ""

    def place(self, indent: int, label: str = "") -> None:
        """Leave the section when the line at this indent cannot belong to it any more."""
        if self.section and indent <= self.opened_at:
            if self.inner is not None:
                left = self.after_gap or indent < self.inner
            else:
                # A heading with nothing below it: `Reseller:` in a flat list of labels.
                left = self.after_gap and _is_domain_label(label)
            if left or (label and _is_domain_label(label) and not is_ambiguous(label)):
                self.leave(label)
        if self.section and self.inner is None:
            self.inner = indent
        self.after_gap = False

    def leave(self, label: str) -> None:
        """Close the section, unless the label is one that gets its sense there."""
        if label not in vocabulary().inside.get(self.section, {}):
            self.section = ""


def _is_domain_label(label: str) -> bool:
    field = field_of(label) if label else ""
    return bool(field) and not field.startswith(("holder_", "handle"))


def cut(text: str) -> Iterator[Line]:
    """Yield the lines of an answer that say something, in order."""
    state = _Cutter()
    for raw in text.split("\n", MOST_LINES)[:MOST_LINES]:
        line = raw[:LONGEST_LINE].rstrip()
        body = line.lstrip()
        if not body:
            state.gap()
            continue
        indent = len(line) - len(body)
        if body[0] in "%#":
            _comment(body, state)
            continue
        if body.startswith((">>>", "<<<", "--", "==", "**********")):
            continue
        body = body.lstrip("*").strip() if body[0] == "*" else body
        body = body[2:].lstrip() if body.startswith("- ") else body
        found = _line(body, indent, state) if body else None
        if found is not None:
            yield found


def _comment(body: str, state: _Cutter) -> None:
    """Headings may hide in comments (`% Registrant:`); nothing else there is data."""
    words = body.strip("%# ")
    if not words:
        return
    if words.endswith(":"):
        section = section_of(canonical_label(words))
        if section:
            state.open(section, 0)


def _line(body: str, indent: int, state: _Cutter) -> Line | None:
    label, value = _split(body)
    if label is not None and state.section == "nameservers" and "." in label.strip("."):
        label = None  # `ns1.example.ch<TAB>[192.0.2.1]`: a host, not a label
    if label is None:
        return _bare(body, indent, state)
    name = canonical_label(label)
    state.awaited = ""
    if not value:
        section = section_of(name)
        if section and not (section == "domain" and field_of(name)):
            state.open(section, indent)
            return None
        if field_of(name):
            state.open("", indent)
            state.awaited = name
            return None
        if section := likely_section(name):
            state.open(section, indent)
            return None
    elif state.after_gap and state.domain_named and name in _OBJECTS:
        state.open(section_of(name) or "admin", indent)
        state.inner = indent
    state.place(indent, name)
    if value and not state.domain_named and field_of(name) == "domain":
        state.domain_named = True
        if state.section not in ("domain", "dates", "nameservers"):
            state.section = ""
    state.last_label, state.last_indent = name, indent
    return Line(state.section, name, value, state.block)


def _bare(body: str, indent: int, state: _Cutter) -> Line | None:
    sentence = _sentence(body)
    if sentence is not None:
        state.place(indent)
        return Line(state.section, sentence[0], sentence[1], state.block)
    heading = len(body) <= LONGEST_LABEL and body.count(" ") < MOST_HEADING_WORDS
    name = canonical_label(body) if heading else ""
    section = section_of(name) if name else ""
    if section and not (state.section and state.inner is not None and indent > state.opened_at):
        state.open(section, indent)
        return None
    continues = bool(state.last_label) and indent > state.last_indent
    state.place(indent)
    if continues:
        return Line(state.section, state.last_label, body, state.block)
    if state.awaited:
        return Line("", state.awaited, body, state.block)
    return Line(state.section, "", body, state.block) if state.section else None


def _split(body: str) -> tuple[str | None, str]:
    """Return label and value of a line; the label of a bare line is None."""
    if body[0] == "[":
        end = body.find("]")
        if 1 < end <= LONGEST_LABEL:
            return body[1:end], body[end + 1 :].lstrip(" :\t")
    start = body.find("[", 0, 5)
    if start > 0 and body[:1].isalnum():  # `a. [Domain Name]`, `a [Domain Name]`
        end = body.find("]")
        if start < end <= LONGEST_LABEL:
            return body[start + 1 : end], body[end + 1 :].strip()
    colon = body.find(":")
    if (
        colon > 0
        and body[colon - 1].isdigit()
        and body[colon + 1 : colon + 2].isdigit()
        and _sentence(body)
    ):
        return None, ""  # the colon of a clock: `Record created on 2018-02-05 22:59:12`
    if 0 < colon <= LONGEST_LINE // 4:
        label, value = body[:colon], body[colon + 1 :]
        # A remark in parentheses may make a label long; it is no part of it.
        fits = colon <= LONGEST_LABEL or len(label.partition("(")[0].rstrip(" .")) <= LONGEST_LABEL
        if fits and value[:2] != "//":
            return _inner_label(label, value.strip())
    for mark in ("#. ", "\t", ". . "):
        at = body.find(mark)
        if 0 < at <= LONGEST_LABEL:
            return body[:at], body[at + len(mark) :].strip(" .\t")
    gap = body.find("   ")
    if 0 < gap <= LONGEST_LABEL and field_of(canonical_label(body[:gap])):
        return body[:gap], body[gap:].strip()
    dots = body.find("....")
    if 0 < dots <= LONGEST_LABEL:
        return body[:dots], body[dots:].strip(" .:\t")
    return None, ""


def _inner_label(label: str, value: str) -> tuple[str, str]:
    """Take `domain:Created:20090324` (RWhois, RFC 2167) apart, and drop filling dots."""
    if label == "domain" and ":" in value:
        inner, _, rest = value.partition(":")
        if field_of(canonical_label(inner.partition(";")[0])):
            return inner.partition(";")[0], rest.strip()
    if value[:1] == "!" and value[1:].isalnum():
        return label, ""  # a YAML tag: `registrar: !Registrar`, and a block below it
    return label, value.lstrip(". ") if value[:1] == "." else value


def _sentence(body: str) -> tuple[str, str] | None:
    """Read `Record expires on 2021-02-05` and the like: field and the rest from its first digit."""
    words = body.split(None, 2)
    if len(words) < 3:
        return None
    field = vocabulary().sentences.get(f"{words[0]} {words[1]}".lower())
    if field is None:
        return None
    rest = body[len(words[0]) + 1 :]
    for index, sign in enumerate(rest[:80]):
        if sign.isdigit():
            return field, _whole_words(rest, index)
    return None


def _whole_words(rest: str, index: int) -> str:
    """Return the text from the word before a digit, so that `May 22 2014` stays whole."""
    head = rest[:index].split()
    return " ".join([*head[-1:], rest[index:]]) if head else rest[index:]
