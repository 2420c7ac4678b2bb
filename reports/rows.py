"""Rows of the long tables. They make up nearly all of a report, and a template would take three times as long.

What a row is put together from is our own markup, a word of a closed vocabulary that was checked when the file was
read, a number, or a text that has passed `_shown`. Attributes whose values we make ourselves stand without quotes
(HTML 13.1.2.3): with thousands of rows that is a twentieth of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

from markupsafe import Markup, escape

from reports import phrases
from reports.audit_file import AuditFile, Entry, IfWrong
from reports.document import Asset, Finding
from reports.foreign import visible
from reports.outline import Outline, is_posture, merged, note_of, told_here
from reports.sign_off import Group
from reports.site_pictures import NONE, SitePictures
from reports.terms import Renewal
from reports.wording import Wording

IN_FULL_UP_TO = 600
"""Things of a report in which each says everything itself; a longer one says once what is true of nearly all."""
_UNSAID = {"ownership": "confirmed", "confidence": "likely"}
"""What a long report tells of only where it is otherwise."""
_TOLD_AMONG_REASONS = {
    *("site_down", "mail_broken", "domain_held", "name_servers_dead", "name_servers_failing"),
    *("certificate_wrong", "certificate_expires", "takeover_alias"),
}
_WITHOUT_A_TERM = ("site", "mail")
_YES_OR_NO = {True: "yes", False: "no", None: "not_known"}
_AT_ONCE = 4
"""Rows that go to the page together: each piece of a page costs the template some."""
_HARMLESS = re.compile(
    "[ !#-%(-;=?-~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u03ff\u0400-\u052f\u2010-\u2027\u2190-\u21ff]*"
)
"""Letters and signs that mean nothing to a browser: nearly every text has no others."""


class Rows:
    """The rows of one report in one language."""

    def __init__(
        self, audit: AuditFile, plan: Outline, wording: Wording, shots: SitePictures = NONE
    ) -> None:
        """Read the assets from `audit` as their rows are asked for."""
        self._audit = audit
        self._plan = plan
        self._wording = wording
        self._names = plan.named[wording.language]
        self.in_full = len(plan.ours) <= IN_FULL_UP_TO
        """Whether each row says everything itself."""
        self._word = lru_cache(maxsize=1024)(self._said)
        self._sureness = lru_cache(maxsize=64)(self._told_sureness)
        self._needs = lru_cache(maxsize=1024)(self._told_needs)
        self._alike: dict[str, str] = {}
        self._shots = {one.asset: one for one in shots.sites}
        self._stops = lru_cache(maxsize=256)(self._told_if_wrong)

    def inventory(self, entries: Iterable[Entry]) -> Iterator[Markup]:
        """Yield the client's things: name, proposal, use, reasons and term."""
        return _together(self._things(entries))

    def aside(self, entries: Iterable[Entry]) -> Iterator[Markup]:
        """Yield what is not, or not surely, the client's: name, kind, whose it is and why, how it was found."""
        return _together(self._others(entries))

    def renewals(
        self, lines: Iterable[Renewal], auto: bool, cost: bool, who: bool
    ) -> Iterator[Markup]:
        """Yield terms: day, time left, thing and proposal; if wanted, renewal, price, who pays and manages."""
        return _together(self._renewal(line, auto, cost, who) for line in lines)

    def links(self, entries: Iterable[Entry]) -> Markup:
        """Return links to things, by name alone, as one list in a line."""
        names, anchors = self._names, self._plan.anchors
        links = (f"<a href=#a{anchors[one.id]}>{_shown(names[one.id])}</a>" for one in entries)
        return Markup(",\n".join(links))  # noqa: S704 - see the top of the file

    def to_sign(self, group: Group) -> Iterator[Markup]:
        """Yield proposals: number, thing, day, and empty places for the three answers and a remark."""
        numbered = enumerate(group.entries, group.number)
        return _together(self._proposal(number, entry) for number, entry in numbered)

    def _proposal(self, number: int, entry: Entry) -> str:
        name, by = self._names[entry.id], self._plan.sheet.by(entry)
        told = f"{entry.kind}:{name}"
        # The script puts the id together from the page itself where it can: half of these rows' bytes.
        alike = entry.id == told == visible(told)
        id_ = "" if alike else f' data-id="{quote(entry.id, safe="/:@*+-._~,()")}"'
        until = ""
        if by:
            passed = by < self._plan.day
            until = self._wording.say("sign.passed" if passed else "sign.due", date=str(by))
        answer = self._plan.sheet.answers.get(entry.id)
        was = f"<small>{_shown(phrases.answered(answer, self._wording))}</small>" if answer else ""
        return (
            f"<tr{id_}{' data-was' if answer else ''}><td>{number}<th scope=row>"
            f"<a href=#a{self._plan.anchors[entry.id]}>{_shown(name)}</a>{was}"
            f"<td>{_shown(until)}<td><td><td><td>\n"
        )

    def _things(self, entries: Iterable[Entry]) -> Iterator[str]:
        for asset in self._audit.assets(entries):
            verdict, use = asset.verdict, asset.use
            yield (
                f"<tr id=a{self._plan.anchors[asset.id]}>"
                f"<th scope=row>{self._name(asset)}{self._sureness('ownership', asset.ownership)}\n"
                f'<td><b class="v {verdict}">{self._word("verdict", verdict)}</b>'
                f"{self._sureness('confidence', asset.confidence)}\n"
                f'<td><b class="u {use}">{self._word("use", use)}</b>'
                f"<small>{self._word(f'state.{asset.kind}', asset.state)}</small>{self._mark(asset)}\n"
                f"<td><div class=say>{self._hands(asset)}{self._reasons(asset)}"
                f"{self._needs(asset.needs, asset.work.done if asset.work else ())}"
                f"{self._if_wrong(asset)}</div>{self._details(asset)}"
                f"<td>{self._term(asset)}\n"
            )

    def _others(self, entries: Iterable[Entry]) -> Iterator[str]:
        nothing = f'<span class="faint">{self._word("inventory", "no_reasons")}</span>'
        title = self._word("inventory", "evidence_title")
        for asset in self._audit.assets(entries):
            signs = self._signed(phrases.owner_signs(asset, self._wording))
            quoted = self._quoted(asset)
            if quoted:
                quoted = f"<details><summary>{title}</summary><dl>\n{quoted}</dl></details>"
            yield (
                f"<tr id=a{self._plan.anchors[asset.id]}>"
                f"<th scope=row>{self._name(asset)}\n"
                f"<td>{self._word('kind', asset.kind)}\n"
                f"<td>{signs or nothing}{quoted}"
                f"<td>{self._trail(asset)}\n"
            )

    def _renewal(self, line: Renewal, auto: bool, cost: bool, who: bool) -> str:
        word, entry = self._word, line.asset
        tone = "late" if line.days_left < 0 else "near" if line.days_left <= 30 else ""
        row = f"<tr class={tone}>" if tone else "<tr>"
        if entry:
            thing, small = _shown(self._names[entry.id]), word("kind", line.kind)
            thing = f"<a href=#a{self._plan.anchors[entry.id]}>{thing}</a>"
            proposal = f'<b class="v {entry.verdict}">{word("verdict", entry.verdict)}</b>'
        else:
            thing = _shown(line.display_name)
            small = _shown(phrases.object_type(line, self._wording))
            proposal = "–"
        renews, price = "", ""
        if auto:
            said = word("page", _YES_OR_NO[line.auto_renew])
            renews = f"<td class=auto>{said}"
        if cost:
            said = _shown(phrases.price(line.cost, self._wording)) if line.cost else ""
            price = f"<td class=cost>{said or word('page', 'not_known')}"
        if who:
            said = word("who_pays", line.payer) if line.payer else ""
            said = ", ".join(filter(None, (said, _shown(line.manager))))
            price += f"<td class=who>{said or word('page', 'not_known')}"
        return (
            f"{row}<td><time datetime={line.on}>{_shown(self._wording.day(line.on))}</time>\n"
            f"<td>{_shown(phrases.time_left(line, self._wording))}\n"
            f"<th scope=row>{thing}<small>{small}</small>\n"
            f"<td>{proposal}{renews}{price}\n"
        )

    def _name(self, asset: Asset) -> str:
        name = _shown(self._names[asset.id])
        if "xn--" in asset.name and asset.name != asset.display_name:
            return f'{name}<i class="ascii">{_shown(asset.name)}</i>'
        return name

    def _reasons(self, asset: Asset) -> str:
        if not asset.reasons:
            return f"<p class=faint>{self._word('inventory', 'no_reasons')}</p>"
        items = [
            f"<li>{self._reason(one)}{self._cites(one.evidence)}\n"
            for one in merged(tuple(one for one in told_here(asset) if not is_posture(one)))
        ]
        return f"<ul class=why>{''.join(items)}</ul>"

    def _reason(self, reason: Finding) -> str:
        code, params = reason.code, reason.params
        if not code.startswith("verdict."):
            return _shown(self._wording.say(f"reason.{code}", params))
        key = f"{code}{params}"  # what conclusions rest on is the same for nearly all
        said = self._alike.get(key)
        if said is None:
            said = self._alike[key] = _shown(self._wording.say(f"reason.{code}", params))
        return said

    def _hands(self, asset: Asset) -> str:
        """What of it fails or can be taken over, where no reason beside it says so."""
        return "".join(
            f"<p class=hand>{_shown(self._wording.say(f'hand.{one.code}', one.params))}\n"
            for one in asset.hands
            if one.code not in _TOLD_AMONG_REASONS
        )

    def _mark(self, asset: Asset) -> str:
        word = self._word
        return f"<b class=hand>{word('inventory', 'in_hand')}</b>" if asset.hands else ""

    def _if_wrong(self, asset: Asset) -> str:
        """What stops if the proposal is wrong and how it is undone; in a long report, where that is said."""
        note = note_of(asset, self._plan)
        if note is None or asset.work is None:
            return ""
        until = _shown(phrases.undo_until(asset.work, self._wording))
        return f"{self._stops(note.if_wrong, note.number)}{until}\n"

    def _details(self, asset: Asset) -> str:
        lines = []
        if asset.found_by:
            lines.append(f"<dt>{self._word('inventory', 'found_by')}\n<dd>{self._trail(asset)}\n")
        if signs := self._signed(phrases.further_signs(asset, self._wording)):
            lines.append(f"<dt>{self._word('inventory', 'ownership')}\n<dd>{signs}\n")
        for key, said in phrases.known_facts(asset, self._names, self._wording):
            lines.append(f"<dt>{self._word('fact', key)}\n<dd>{_shown(said)}\n")
        summary = self._word("inventory", "details")
        return (
            f"<details><summary>{summary}</summary>\n<dl>\n"
            f"{''.join(lines)}{self._shot(asset)}{self._quoted(asset)}</dl></details>\n"
        )

    def _shot(self, asset: Asset) -> str:
        """How a site looked, or why there is no picture; nothing of what was not visited for one."""
        shot = self._shots.get(asset.id)
        if shot is None:
            return ""
        title = f"<dt>{self._word('site_picture', 'title')}\n"
        if not shot.webp:
            return f"{title}<dd>{self._word('no_site_picture', shot.why_not)}\n"
        name, on = self._names[asset.id], str(shot.at.astimezone(UTC).date())
        alt = _shown(self._wording.say("site_picture.alt", name=name, on=on))
        partly = "" if shot.whole else f" {self._word('site_picture', 'partly')}"
        return (
            f'{title}<dd class=shot><img src="data:image/webp;base64,{shot.webp}" alt="{alt}" '
            f"width={shot.width} height={shot.height}>"
            f"<small>{_shown(self._wording.stamp(shot.at))} · {_shown(shot.url)}{partly}</small>\n"
        )

    def _trail(self, asset: Asset) -> str:
        """How it was found: a chain of steps, drawn as one where there are several."""
        steps = [_shown(step) for step in phrases.steps(asset, self._wording)]
        return f"<ol><li>{'<li>'.join(steps)}</ol>" if len(steps) > 1 else "".join(steps)

    def _quoted(self, asset: Asset) -> str:
        """The evidence that is cited here first."""
        plan, run = self._plan, self._audit.frame.run
        if asset.id not in plan.quoted_at:
            return ""
        lines = [f"<dt>{self._word('inventory', 'evidence_title')}"]
        for id_ in plan.quoted_at[asset.id]:
            number, piece = plan.numbers[id_], self._audit.evidence(id_)
            made = self._wording.stamp(piece.at)
            if piece.vantage and piece.vantage != run.vantage:
                made = f"{made} · {phrases.vantage(piece.vantage, self._wording)}"
            excerpt = phrases.excerpt(piece, plan.excerpt_limit, self._wording)
            answer = f"<code>{_shown(excerpt, keep_lines=True)}</code>" if piece.excerpt else ""
            lines.append(
                f"<dd class=e id=e{number}><b>{number}</b> {_shown(piece.question)} "
                f"<small>{_shown(made)}</small>{answer}\n"
            )
        if self.in_full and asset.id in plan.left_out:
            left = self._wording.say("inventory.evidence_left", count=plan.left_out[asset.id])
            lines.append(f"<dd class=faint>{_shown(left)}\n")
        return "".join(lines)

    def _term(self, asset: Asset) -> str:
        """Until when it is paid, where, and for how much."""
        word, on = self._word, asset.paid_until
        parts = []
        if on:
            parts.append(f"<time datetime={on}>{_shown(self._wording.day(on))}</time>")
        elif asset.kind not in _WITHOUT_A_TERM:
            parts.append(f"<small>{word('inventory', 'no_date')}</small>")
        notes = []
        if asset.auto_renew is not None:
            notes.append(word("inventory", "auto_on" if asset.auto_renew else "auto_off"))
        if asset.registrar:
            notes.append(_shown(asset.registrar))
        if asset.provider and asset.provider != asset.registrar:
            called = asset.provider_names.get(self._wording.language)
            notes.append(_shown(called or asset.provider))
        if asset.cost:
            notes.append(_shown(phrases.price(asset.cost, self._wording)))
        if asset.projects:
            notes.append(f"{word('inventory', 'projects')}: {_shown(', '.join(asset.projects))}")
        return "".join((*parts, *(f"<small>{note}</small>" for note in notes)))

    def _signed(self, signs: Iterable[tuple[str, tuple[str, ...]]]) -> str:
        return "; ".join(f"{_shown(said)}{self._cites(evidence)}" for said, evidence in signs)

    def _cites(self, evidence: tuple[str, ...]) -> str:
        numbers = self._plan.numbers
        cited = [numbers[id_] for id_ in evidence if id_ in numbers]
        return "".join(f"\u00a0<a href=#e{number}>{number}</a>" for number in cited)

    def _said(self, theme: str, code: str) -> str:
        return _shown(self._wording.say(f"{theme}.{code}"))

    def _told_sureness(self, theme: str, code: str) -> str:
        if not self.in_full and code == _UNSAID[theme]:
            return ""
        word = self._wording.say(f"{theme}.{code}").lower()
        if theme == "confidence":
            return f"<small>{_shown(self._wording.say('inventory.concluded', word=word))}</small>"
        said = _shown(self._wording.say("inventory.owned", word=word))
        return f'<small class="own {code}">{said}</small>'

    def _told_needs(self, codes: tuple[str, ...], done: tuple[str, ...]) -> str:
        lines = []
        if codes:
            told = phrases.needs(codes, self._wording)
            lines.append(self._wording.say("inventory.needs", needs=told))
        if done:
            told = phrases.needs(done, self._wording)
            lines.append(self._wording.say("condition.done_line", needs=told))
        return f"<p class=needs>{_shown(' '.join(lines))}\n" if lines else ""

    def _told_if_wrong(self, said: IfWrong, number: int) -> str:
        word = self._word
        if not self.in_full:
            told = _shown(self._wording.say("if_wrong.see", number=number))
            return f"<p class=if><a href=#if-{number}>{told}</a>. "
        stops = self._wording.say(f"consequence.{said.consequence}")
        return (
            f"<p class=if><b>{word('if_wrong', 'title')}:</b> {_shown(stops)} "
            f"<b>{word('if_wrong', 'undo')}:</b> {_shown(phrases.undo(said, self._wording))} "
        )


def _together(rows: Iterator[str]) -> Iterator[Markup]:
    while some := "".join(islice(rows, _AT_ONCE)):
        yield Markup(some)  # noqa: S704 - see the top of the file


def _shown(text: str, *, keep_lines: bool = False) -> str:
    """Make any text fit to stand in the page: nothing of it is markup, nothing invisible."""
    if _HARMLESS.fullmatch(text):
        return text
    return str(escape(visible(text, keep_lines=keep_lines)))
