"""Lists of `tag=value;` as DKIM, DMARC, MTA-STS and TLS-RPT records write them (RFC 6376 section 3.2)."""

from __future__ import annotations

from msgspec import Struct

_MOST_PARTS = 100
_LONGEST_NAME = 64


class TagList(Struct, frozen=True):
    """The tags of a record in the order they stand; white space around names and values taken away."""

    tags: tuple[tuple[str, str], ...]
    broken: tuple[str, ...] = ()
    """Parts that are no tag at all, each cut to 80 characters."""
    repeated: tuple[str, ...] = ()
    """Names that stand twice: then nobody knows which is meant."""

    def get(self, name: str) -> str | None:
        """Return the first value of a tag; None where it is not there, which is not the empty value."""
        return next((value for key, value in self.tags if key == name), None)

    @property
    def first(self) -> str:
        """The name of the first tag, which names the version in every record that has one."""
        return self.tags[0][0] if self.tags else ""


def read_tags(text: str, *, fold: bool = True) -> TagList:
    """Read a record of at most a hundred tags; names in lower case, unless `fold` is false."""
    tags: list[tuple[str, str]] = []
    broken: list[str] = []
    parts = text.split(";", _MOST_PARTS)
    for part in parts[:_MOST_PARTS]:
        name, equals, value = part.partition("=")
        name = name.strip(" \t\r\n")
        if equals and name and len(name) <= _LONGEST_NAME and _is_name(name):
            tags.append((name.lower() if fold else name, value.strip(" \t\r\n")))
        elif part.strip(" \t\r\n"):
            broken.append(part.strip()[:80])
    names = [name for name, _ in tags]
    repeated = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return TagList(tuple(tags), tuple(broken), repeated)


def _is_name(text: str) -> bool:
    plain = text.replace("_", "a").replace("-", "a")
    return text.isascii() and text[0].isalpha() and plain.isalnum()
