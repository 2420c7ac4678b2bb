"""The names on the map and in its table. They make up most of both, and a template would take three times as long.

What they are put together from is our own markup, a word of a closed vocabulary, a number, or an escaped text.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from reports.foreign import shortened, visible
from reports.outline import USES, Outline
from reports.pictures.belongings import ROW, Account, Home
from reports.wording import Wording

_FACETS = ("domain", "site", "mail")
_TEXT, _MARK = 22, 11
"""Pixels from the top of a row to where its words stand and its signs begin."""
_LONGEST = 48
_COLUMN = 7
"""Percent of the width that the signs of one facet take."""


class MapRows:
    """The names of one report in one language."""

    def __init__(self, plan: Outline, wording: Wording) -> None:
        """Take the words once: the same few stand beside every name."""
        self._anchors = plan.anchors
        self._wording = wording
        self._facets = {what: wording.say(f"picture.map.{what}") for what in _FACETS}
        self._uses = {use: wording.say(f"use.{use}").lower() for use in USES}

    def homes(self, account: Account) -> Markup:
        """Return the boxes of an account's hostings and services, with their names and how they are used."""
        boxes = "".join(
            f'<rect class="box" x="27%" y="{ROW * home.row + 7}" width="25%" height="22" rx="4"/>'
            for home in account.homes
        )
        marks = "".join(
            _mark(home.entry.use, home.row) for home in account.homes if home.entry is not None
        )
        return Markup(f'{boxes}<svg x="49.5%" width="2.5%">{marks}</svg>')  # noqa: S704 - see above

    def names(self, account: Account) -> Markup:
        """Return the names of an account, and how many more there are, as texts below one another."""
        lines = []
        for home in account.homes:
            for name in home.names:
                said = shortened(name.entry.display_name, _LONGEST)
                lines.append(f'<text y="{ROW * name.row + _TEXT}">{_shown(said)}</text>')
            if home.left:
                said = self._wording.say("picture.map.more_names", count=home.left)
                row = home.row + home.rows - 1
                lines.append(f'<text class="sub" y="{ROW * row + _TEXT}">{_shown(said)}</text>')
        return Markup("".join(lines))  # noqa: S704 - see the top of the file

    def marks(self, account: Account) -> Markup:
        """Return how the domains, sites and mail of an account are used, as three columns of signs."""
        columns: dict[str, list[str]] = {what: [] for what in _FACETS}
        for home in account.homes:
            for name in home.names:
                for what, use in zip(_FACETS, (name.domain, name.site, name.mail), strict=True):
                    if use:
                        columns[what].append(_mark(use, name.row))
                if name.sites > 1:
                    at = ROW * name.row + _TEXT
                    columns["site"].append(
                        f'<text class="sub" x="18" y="{at}">×{name.sites}</text>'
                    )
        drawn = (
            f'<svg x="{82 + _COLUMN * number}%" width="{_COLUMN}%">{"".join(signs)}</svg>'
            for number, signs in enumerate(columns.values())
        )
        return Markup("".join(drawn))  # noqa: S704 - see the top of the file

    def told(self, home: Home) -> Markup:
        """Return the names of a hosting for the table: each with what it carries and how that is used."""
        lines = []
        for name in home.names:
            uses = zip(_FACETS, (name.domain, name.site, name.mail), strict=True)
            carried = ", ".join(
                f"{_shown(self._facets[what])} <small>{_shown(self._uses[use])}</small>"
                for what, use in uses
                if use
            )
            link = (
                f'<a href="#a{self._anchors[name.entry.id]}">{_shown(name.entry.display_name)}</a>'
            )
            lines.append(f"{link}: {carried}")
        more = self._wording.say("page.and_more", count=home.left) if home.left else ""
        return Markup("; ".join(lines) + f" {_shown(more)}")  # noqa: S704 - see the top of the file


def _mark(use: str, row: int) -> str:
    return f'<use href="#use-{use}" y="{ROW * row + _MARK}"/>'


def _shown(text: str) -> str:
    return str(escape(visible(text)))
