"""The tables of a report: every thing and its registry line, what is to be signed, terms, reasons and the rest.

Ids are those of audit.json. A workbook holds all of them; separated values hold the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports import phrases
from reports.audit_file import AuditFile, if_wrong
from reports.document import Asset, Cost, Finding, RegistryObject, StepDone
from reports.foreign import shortened
from reports.money import DEDUCTED
from reports.outline import Outline, merged, telling_reasons
from reports.saving import a_year
from reports.table import Cell, Row, Table
from reports.wording import Wording

_OBJECTS = (
    *("name", "id", "ascii", "kind", "ownership", "verdict", "use", "state", "confidence", "why"),
    *("needs", "done", "stops", "undo", "decide_by", "paid_until", "auto_renew", "registrar"),
    *("provider", "amount", "currency", "months", "price_source", "a_year", "projects"),
    *("registry_id", "registry_type", "registry_status", "manager", "found_by", "owner_signs"),
)
_MONEY = ("amount", "currency", "months", "price_source")
_SIGNED = ("name", "id", "verdict", "decide_by", "answered_before", "stops", "undo")
_RENEWED = ("name", "id", "kind", "verdict", "auto_renew", *_MONEY)
_REASONED = ("name", "id", "reason", "leans", "severity", "standard", "at", "evidence")
_MONEYED = ("what", "price_source", "amount", "currency", "percent", "last_day", "unpriced")
_LOGGED = (
    *("name", "id", "registry_id", "verdict", "agreed_on", "agreed_by"),
    *("step", "step_on", "step_who", "step_note", "state", "next", "watched_until"),
)
_CHANGED = ("sort", "name", "id", "kind", "change")
_RELATED = ("name", "id", "relation", "to_name", "to_id")
_EXCERPT = 2_000
"""Characters of an answer; the whole of it stays in the database."""


def objects(audit: AuditFile, plan: Outline, wording: Wording) -> Table:
    """Return every thing that the edition shows, then the registry's lines that match none of them."""
    return Sheets(audit, plan, wording).objects()


def tables(audit: AuditFile, plan: Outline, wording: Wording, *, version: str) -> Iterator[Table]:
    """Yield every table that the edition has."""
    sheets = Sheets(audit, plan, wording)
    yield sheets.objects()
    yield sheets.to_sign()
    yield sheets.renewals()
    yield sheets.money()
    yield sheets.log()
    yield sheets.reasons()
    yield sheets.relations()
    yield sheets.changes()
    yield sheets.unseen()
    yield sheets.sources()
    if audit.evidence_ids:
        yield sheets.evidence()
    yield sheets.about(version)


class Sheets:
    """The tables of one edition in one language; their rows are read when they are written."""

    def __init__(self, audit: AuditFile, plan: Outline, wording: Wording) -> None:
        """Read the things from `audit` as their rows are asked for."""
        self._audit, self._plan, self._wording = audit, plan, wording
        self._names = plan.named[wording.language]
        self._lines: dict[str, list[RegistryObject]] = {}
        for line in audit.frame.registry.objects:
            if line.asset:
                self._lines.setdefault(line.asset, []).append(line)

    def objects(self) -> Table:
        """Return things, then lines of the registry."""
        return self._table("objects", _OBJECTS, self._things_and_lines())

    def to_sign(self) -> Table:
        """Return the proposals under their numbers on the list to sign."""
        return self._table("to_sign", ("number", *_SIGNED), self._proposals())

    def renewals(self) -> Table:
        """Return the terms of the calendar."""
        return self._table("renewals", ("paid_until", "days_left", *_RENEWED), self._terms())

    def reasons(self) -> Table:
        """Return every reason of every thing."""
        return self._table("reasons", _REASONED, self._reasons())

    def relations(self) -> Table:
        """Return what hangs on what."""
        return self._table("relations", _RELATED, self._relations())

    def money(self) -> Table:
        """Return the rows of the money table, and how far prices are known."""
        return self._table("money", _MONEYED, self._sums())

    def log(self) -> Table:
        """Return what is on its way out: a row for each step that was done, one for what nobody began."""
        return self._table("log", _LOGGED, self._steps())

    def changes(self) -> Table:
        """Return what is different from the previous audit, and what nobody decided in time."""
        return self._table("changes", _CHANGED, self._changes())

    def unseen(self) -> Table:
        """Return what the audit could not see."""
        gaps = self._audit.frame.not_seen
        said = ((self._wording.say(f"unseen.{gap.code}", gap.params),) for gap in gaps)
        return self._table("unseen", ("gap",), said)

    def sources(self) -> Table:
        """Return who was asked, and how it answered."""
        headings = ("source", "source_status", "asked", "answered", "not_in_full", "means")
        return self._table("sources", headings, self._sources())

    def evidence(self) -> Table:
        """Return the exchanges that conclusions rest on."""
        return self._table("evidence", ("id", "at", "vantage", "question", "answer"), self._kept())

    def about(self, version: str) -> Table:
        """Return what the cover says."""
        frame, say = self._audit.frame, self._wording.say
        told: tuple[tuple[str, Cell], ...] = (
            (say("cover.organisation"), "; ".join((frame.client.name, *frame.client.org))),
            (say("cover.valid_on"), self._plan.day),
            (say("cover.checked"), frame.run.started_at),
            (say("sheet.whole"), frame.run.complete),
            (say("cover.prepared_by"), frame.prepared_by),
            (say("cover.report_id"), frame.run.id),
            (say("cover.edition"), say(f"edition.{self._audit.edition}")),
            (say("cover.audit_hash"), self._audit.sha256),
            (say("sheet.list_hash"), self._plan.sheet.sha256),
            (say("cover.printed_by"), say("cover.version", version=version) if version else None),
        )
        return self._table("about", ("what", "value"), told)

    def _table(self, name: str, columns: tuple[str, ...], rows: Iterable[Row]) -> Table:
        say = self._wording.say
        headings = tuple(say(f"sheet_column.{column}") for column in columns)
        return Table(say(f"sheet.{name}"), headings, rows)

    def _things_and_lines(self) -> Iterator[Row]:
        plan = self._plan
        for asset in self._audit.assets((*plan.ours, *plan.possible, *plan.foreign)):
            yield self._thing(asset)
        for line in plan.unmatched:
            yield self._line(line)

    def _thing(self, asset: Asset) -> Row:
        word, wording = self._word, self._wording
        known = if_wrong(asset.work)
        lines = self._lines.get(asset.id, [])
        called = asset.provider_names.get(wording.language) or asset.provider
        cells: dict[str, Cell] = {
            "name": self._names[asset.id],
            "id": asset.id,
            "ascii": asset.name,
            "kind": word("kind", asset.kind),
            "ownership": word("ownership", asset.ownership),
            "verdict": word("verdict", asset.verdict),
            "use": word("use", asset.use),
            "state": word(f"state.{asset.kind}", asset.state),
            "confidence": word("confidence", asset.confidence),
            "why": " ".join(map(self._reason, telling_reasons(asset))) or None,
            "needs": phrases.needs(asset.needs, wording) or None,
            "done": phrases.needs(asset.work.done, wording) or None if asset.work else None,
            "stops": word("consequence", known.consequence) if known else None,
            "undo": phrases.undo(known, wording) if known else None,
            "decide_by": next((one.decide_by for one in lines if one.decide_by), None),
            "paid_until": asset.paid_until,
            "auto_renew": asset.auto_renew,
            "registrar": asset.registrar,
            "provider": called,
            **self._money(asset.cost),
            "projects": "; ".join(asset.projects) or None,
            "registry_id": "; ".join(one.id for one in lines) or None,
            "registry_type": self._types(lines),
            "registry_status": self._each("lifecycle", (one.status for one in lines)),
            "manager": "; ".join(dict.fromkeys(o.manager for o in lines if o.manager)) or None,
            "found_by": phrases.trail(asset, wording) or None,
            "owner_signs": "; ".join(s for s, _ in phrases.owner_signs(asset, wording)) or None,
        }
        return tuple(cells.get(column) for column in _OBJECTS)

    def _line(self, line: RegistryObject) -> Row:
        cells: dict[str, Cell] = {
            "name": line.name,
            "id": line.id,
            "decide_by": line.decide_by,
            "paid_until": line.paid_until,
            "auto_renew": line.auto_renew,
            **self._money(line.cost),
            "projects": "; ".join(line.projects) or None,
            "registry_id": line.id,
            "registry_type": self._types([line]),
            "registry_status": self._each("lifecycle", (line.status,)),
            "manager": line.manager or None,
        }
        return tuple(cells.get(column) for column in _OBJECTS)

    def _money(self, cost: Cost | None) -> dict[str, Cell]:
        if cost is None:
            return {}
        source = self._word("cost_source", cost.source) if cost.source else None
        told: tuple[Cell, ...] = (cost.amount, cost.currency, cost.period_months, source)
        return {**dict(zip(_MONEY, told, strict=True)), "a_year": a_year(cost)}

    def _proposals(self) -> Iterator[Row]:
        sheet = self._plan.sheet
        for part in sheet.parts:
            for group in part.groups:
                known = group.if_wrong
                stops = self._word("consequence", known.consequence) if known else None
                undo = phrases.undo(known, self._wording) if known else None
                for number, entry in enumerate(group.entries, group.number):
                    said = self._word("verdict", part.verdict)
                    name, was = self._names[entry.id], sheet.answers.get(entry.id)
                    before = phrases.answered(was, self._wording) if was else None
                    yield (number, name, entry.id, said, sheet.by(entry), before, stops, undo)

    def _terms(self) -> Iterator[Row]:
        word = self._word
        for line in self._plan.calendar.lines:
            money = self._money(line.cost)
            kind = (
                word("kind", line.kind) if line.asset else phrases.object_type(line, self._wording)
            )
            verdict = word("verdict", line.asset.verdict) if line.asset else None
            name = self._names.get(line.id, line.display_name)
            yield (
                line.on, line.days_left, name, line.id, kind, verdict, line.auto_renew,
                *(money.get(column) for column in _MONEY),
            )  # fmt: skip

    def _sums(self) -> Iterator[Row]:
        say, savings = self._wording.say, self._audit.frame.savings
        known = {
            "spending": ("coverage", savings.priced, savings.total),
            "proposed": ("proposed_coverage", savings.proposed_priced, savings.proposed_total),
        }
        for row in self._plan.money.rows:
            what, unpriced = say(f"money_row.{row.code}"), row.unpriced or None
            for line in row.lines:
                source = self._word("cost_source", line.source) if line.source else None
                amount = -line.amount if row.code in DEDUCTED else line.amount
                yield (what, source, amount, line.currency, line.percent, line.until, unpriced)
            if not row.lines:
                yield (what, say(f"money_none.{row.code}"), None, None, None, None, unpriced)
            if row.code in known:
                code, priced, total = known[row.code]
                told = say(f"money.{code}", priced=priced, total=total)
                yield (say(f"money_row.{code}"), told, None, None, None, None, total - priced)

    def _steps(self) -> Iterator[Row]:
        for one in self._plan.departures.all:
            line, answer = one.line, one.line.answer
            agreed: Row = (None, None, None)
            if answer:
                agreed = (self._word("verdict", answer.verdict), answer.on, answer.by or None)
            state = self._word("departures.state", one.state)
            following = self._word("step_next", one.next) if one.next else None
            head = (self._names.get(line.asset or "", one.name), line.asset or line.id, line.id)
            done: list[Row] = [
                (self._step(step), step.on, step.who or None, step.note or None)
                for step in line.steps
            ]
            for told in done or [(None, None, None, None)]:
                yield (*head, *agreed, *told, state, following, one.watched_until)

    def _step(self, step: StepDone) -> str:
        said = self._word("step_done", step.step)
        return f"{said} ({self._word('needs', step.need)})" if step.need else said

    def _changes(self) -> Iterator[Row]:
        say, names, wording = self._wording.say, self._names, self._wording
        for one in self._plan.overdue:
            said = say("changes.put_off" if one.deferred else "changes.was_due", date=str(one.by))
            id_, kind = one.entry.id, self._word("kind", one.entry.kind)
            yield (say("changes.overdue"), names[id_], id_, kind, said)
        for sort in self._plan.changes:
            for change in sort.all:
                of = change.asset
                kind_of = self._word("kind", of.partition(":")[0]) if of else None
                told = phrases.changed(change, names, wording)
                yield (say(f"changes.sort.{sort.id}"), names.get(of or ""), of, kind_of, told)

    def _reasons(self) -> Iterator[Row]:
        plan = self._plan
        for asset in self._audit.assets((*plan.ours, *plan.possible, *plan.foreign)):
            for one in merged(asset.reasons):
                severity = self._word("severity", one.severity) if one.severity else None
                leans = self._word("use", one.leans) if one.leans else None
                cited = ", ".join(one.evidence) or None
                yield (
                    self._names[asset.id], asset.id, self._reason(one), leans, severity,
                    one.standard or None, one.at, cited,
                )  # fmt: skip

    def _relations(self) -> Iterator[Row]:
        for one in self._audit.relations():
            yield (
                self._names.get(one.source), one.source, self._word("relation", one.kind),
                self._names.get(one.target), one.target,
            )  # fmt: skip

    def _sources(self) -> Iterator[Row]:
        wording = self._wording
        for one in self._audit.frame.run.sources:
            yield (
                phrases.source_name(one, wording),
                self._word("source_status", one.status),
                one.asked,
                one.answered,
                phrases.source_reason(one, wording) or None,
                phrases.source_means(one, wording) or None,
            )

    def _kept(self) -> Iterator[Row]:
        for id_ in self._audit.evidence_ids:
            piece = self._audit.evidence(id_)
            place = phrases.vantage(piece.vantage, self._wording) if piece.vantage else None
            yield id_, piece.at, place, piece.question, shortened(piece.excerpt, _EXCERPT) or None

    def _word(self, theme: str, code: str) -> str:
        return self._wording.say(f"{theme}.{code}")

    def _reason(self, reason: Finding) -> str:
        return self._wording.say(f"reason.{reason.code}", reason.params)

    def _types(self, lines: Iterable[RegistryObject]) -> str | None:
        return (
            "; ".join(dict.fromkeys(phrases.object_type(o, self._wording) for o in lines)) or None
        )

    def _each(self, theme: str, codes: Iterable[str]) -> str | None:
        told = dict.fromkeys(self._word(theme, code) for code in codes if code)
        return "; ".join(told) or None
