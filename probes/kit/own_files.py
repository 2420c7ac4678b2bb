"""The user's own signs: files of the same form as ours, `fingerprints`, `signs` and `products`.

What he writes stands in place of ours where the id is the same, and beside ours where it is new.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from probes.kit import fingerprints, products, signs
from probes.kit.fingerprints import Fingerprint
from probes.kit.knowledge import own, take_own
from probes.kit.products import ProductGroup
from probes.kit.sign import Sign, SignGroup

_LARGEST: Final = 4_194_304
_TABLES: Final[dict[str, Any]] = {
    "fingerprints": Fingerprint,
    "signs": SignGroup,
    "products": ProductGroup,
}
_CONDEMN: Final = frozenset({"unused", "expired"})


class BadFile(ValueError):
    """A file of signs that cannot be used; the message says which, where in it and why."""


def install(paths: Sequence[Path]) -> None:
    """Read the user's files, in place of those read before; raise BadFile and change nothing.

    Call it before the first look: what a page said is not read again.
    """
    before: list[Mapping[str, Any]] = [{table: list(own(table)) for table in _TABLES}]
    contents = [_content(path) for path in paths]
    if not any(rows for content in (*before, *contents) for rows in content.values()):
        return
    _take(contents)
    try:
        for path, content in zip(paths, contents, strict=True):
            _check(path, content)
    except BadFile:
        _take(before)
        raise


def _take(contents: list[Mapping[str, Any]]) -> None:
    take_own(contents)
    for module in (fingerprints, products, signs):
        module.forget()


def _content(path: Path) -> Mapping[str, Any]:
    try:
        raw = path.read_bytes()
        if len(raw) > _LARGEST:
            raise BadFile(f"{path} is larger than {_LARGEST // 1_048_576} MB; signs never are.")
        content = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(f"{path} cannot be read as TOML: {error}.") from error
    for table, rows in content.items():
        if table not in _TABLES or not isinstance(rows, list):
            raise BadFile(f"{path}: `{table}` is no table of {', '.join(_TABLES)}.")
        for number, row in enumerate(rows, 1):
            _convert(f"{path}: {table} number {number}", row, _TABLES[table])
    return content


def _convert(where: str, row: object, shape: Any) -> None:
    try:
        read = msgspec.convert(row, shape)
        if isinstance(read, ProductGroup):
            list(read.each())
        elif isinstance(read, SignGroup):
            for one in read.each():
                _possible(where, one)
        elif isinstance(read, Fingerprint) and read.signal == "status":
            int(read.text)
    except msgspec.ValidationError as error:
        raise BadFile(f"{where}: {error}.") from error
    except ValueError as error:
        raise error if isinstance(error, BadFile) else BadFile(f"{where}: {error}.") from error


def _possible(where: str, one: Sign) -> None:
    if one.match == "network":
        ipaddress.ip_network(one.pattern)
    if not one.pattern.strip():
        raise BadFile(f"{where}: an empty pattern fits everything.")
    held = one.pattern.lower()
    for name in signs.collisions():
        if one.effect in _CONDEMN and (held == name or name.endswith(f".{held}")):
            raise BadFile(
                f"{where}: {one.pattern} is ordinary, {name} says; it proves nobody idle."
            )


def _check(path: Path, content: Mapping[str, Any]) -> None:
    """Every product that is named is in the catalogue, now that all of it is."""
    for row in content.get("signs", ()):
        for one in msgspec.convert(row, SignGroup).each():
            _known(path, one.id, one.product)
    for row in content.get("fingerprints", ()):
        page = msgspec.convert(row, Fingerprint)
        _known(path, page.id, page.provider)


def _known(path: Path, sign: str, product: str) -> None:
    if product and products.product(product) is None:
        raise BadFile(f"{path}: {sign} names the product {product!r}, which no file describes.")
