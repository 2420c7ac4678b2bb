"""What stands where in the report: groups, counts and dates. No words and no markup."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date

from msgspec import Struct
from msgspec.structs import replace

from reports.audit_file import AuditFile, Entry, IfWrong, if_wrong
from reports.changes import Overdue, Sort, overdue_of, sorts_of
from reports.departures import Departures, departures_of
from reports.document import Asset, Change, Finding, NotSeen, Params, RegistryObject
from reports.money import Money, money_of
from reports.order import Condition, Note, Stage, conditions, notes, stages
from reports.pictures import Pictures, pictures_of
from reports.proofs import Proofs, proofs_of
from reports.risks import Level, levels
from reports.saving import ENDING, Saving, saving_of
from reports.sign_off import Sheet, sheet_of
from reports.signs import Grounds, grounds_of
from reports.tallies import Tallies, tallies_of
from reports.terms import Calendar, calendar_of
from reports.wording import LANGUAGES

KINDS = ("domain", "site", "hosting", "mail", "certificate", "saas", "licence", "account", "other")
ALWAYS_SHOWN = ("domain", "site", "hosting", "mail", "certificate")
"""Kinds whose absence is worth a sentence."""
USES = ("used", "redirect", "idle", "broken", "unused", "lapsed", "unknown")
VERDICTS = (
    "fix", "transfer", "renew", "switch_off", "let_expire", "consolidate", "ask", "no_data", "keep",
)  # fmt: skip
"""Most pressing first."""
TO_DECIDE = VERDICTS[:-1]
EVERYWHERE = ("domains_unread", "name_servers_unseen")
"""Reasons of a doubt that many things share."""
LOUD = ("run_void", *EVERYWHERE)
"""Gaps that come before everything else in a report."""
SHOWN_PER_ACTION = 20

_EXCERPTS_IN_ALL = 120_000
_EXCERPT_LIMITS = (80, 700)
"""Characters: a report stays a file one can mail; whole answers stay in the database."""
_PIECES_IN_ALL = 3_000
_PIECES_LIMITS = (1, 8)


class Action(Struct, frozen=True):
    """Things with one proposal: those shown with their reason, and the rest by name only."""

    verdict: str
    shown: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    kinds: tuple[str, ...]
    """Those that occur among all of them."""
    conditions: tuple[Condition, ...]
    """What must be had before anybody acts, and what of it is had already."""
    notes: tuple[Note, ...]
    """What stops if the proposal is wrong, and how it is undone."""


class Outline(Struct, frozen=True):
    """The report's skeleton."""

    day: date
    ours: tuple[Entry, ...]
    kinds: tuple[tuple[str, tuple[Entry, ...]], ...]
    possible: tuple[Entry, ...]
    foreign: tuple[Entry, ...]
    by_use: dict[str, int]
    by_verdict: dict[str, int]
    actions: tuple[Action, ...]
    stages: tuple[Stage, ...]
    """The steps of the whole work, in their order."""
    notes: dict[tuple[str, IfWrong], Note]
    saving: Saving
    money: Money
    sheet: Sheet
    """What the client is asked to sign."""
    in_hand: int
    """How many things fail, or can be taken over, today."""
    loud: tuple[NotSeen, ...]
    """Gaps that cast doubt on many things at once: said before all else."""
    risks: tuple[Level, ...]
    """What is wrong with the client's things, what strangers may take over first."""
    calendar: Calendar
    pictures: Pictures
    tallies: Tallies
    grounds: dict[str, Grounds]
    """Asset id → what speaks for giving it up, of those whose proposal is shown with its reasons."""
    kept: tuple[tuple[str, int], ...]
    """Kind → how many things stay as they are."""
    unmatched: tuple[RegistryObject, ...]
    departures: Departures
    changes: tuple[Sort, ...]
    since: date | None
    """The day of the audit that the changes are counted from, where it was named."""
    overdue: tuple[Overdue, ...]
    proofs: tuple[Proofs, ...]
    numbers: dict[str, int]
    """Evidence id → its number in this report, in the order of first citation."""
    quoted_at: dict[str, tuple[str, ...]]
    """Asset id → the evidence that is quoted there, because it is cited there first."""
    left_out: dict[str, int]
    """Asset id → how many more pieces of evidence it rests on that a report of this size leaves out."""
    anchors: dict[str, int]
    named: dict[str, Mapping[str, str]]
    """Language → asset id → its name for people."""
    excerpt_limit: int


def outline(
    audit: AuditFile, *, changes: tuple[Change, ...] | None = None, since: date | None = None
) -> Outline:
    """Arrange an audit for printing, in whatever language.

    `changes` since the day of another audit stand in the place of the document's own.
    """
    frame = audit.frame
    day = frame.generated_at.astimezone(UTC).date()
    arranged = sorted(audit.entries, key=_order)
    ours = tuple(entry for entry in arranged if entry.ownership in ("confirmed", "likely"))
    possible = tuple(entry for entry in arranged if entry.ownership == "possible")
    foreign = tuple(entry for entry in arranged if entry.ownership == "foreign")
    names = {entry.id: title(entry) for entry in arranged}
    lines = {one.asset: one for one in frame.registry.objects if one.asset in names and one.asset}
    unmatched = tuple(o for o in frame.registry.objects if o.asset not in names and _lives(o))
    kinds, calendar = _by_kind(ours), calendar_of(ours, names, lines, unmatched, day)
    terms = ((line.on, line.asset.verdict if line.asset else "") for line in calendar.lines)
    # What needs most room while it is made comes before what is kept.
    pictures = pictures_of(audit, ours, kinds, terms, USES, day)
    noted = notes(entry for verdict in TO_DECIDE for entry in ours if entry.verdict == verdict)
    sheet = sheet_of(audit, ours, noted, day)
    numbers, quoted_at, left_out = _citations((*ours, *possible, *foreign), audit)
    actions, saving = _actions(ours, noted), saving_of(ours, day)
    ending = (entry for one in actions if one.verdict in ENDING for entry in one.shown)
    return Outline(
        day=day,
        ours=ours,
        kinds=kinds,
        possible=possible,
        foreign=foreign,
        by_use=_tally(USES, (entry.use for entry in ours)),
        by_verdict=_tally(VERDICTS, (entry.verdict for entry in ours)),
        actions=actions,
        stages=stages(ours, day),
        notes=noted,
        saving=saving,
        money=money_of(frame.savings, saving, frame.registry.objects, ours),
        sheet=sheet,
        in_hand=sum(entry.in_hand for entry in ours),
        loud=tuple(gap for gap in frame.not_seen if gap.code in LOUD),
        risks=levels(audit, ours),
        calendar=calendar,
        pictures=pictures,
        tallies=tallies_of(ours, kinds, lines, unmatched),
        grounds=grounds_of(audit, ending, ours),
        kept=tuple(Counter(entry.kind for entry in ours if entry.verdict == "keep").items()),
        unmatched=unmatched,
        departures=departures_of(frame.registry.objects, names),
        changes=sorts_of(frame.changes if changes is None else changes),
        since=since,
        overdue=overdue_of(sheet, lines, day),
        proofs=proofs_of(audit, numbers),
        numbers=numbers,
        quoted_at=quoted_at,
        left_out=left_out,
        anchors={entry.id: number for number, entry in enumerate(arranged, 1)},
        named={language: _named(names, arranged, language) for language in LANGUAGES},
        excerpt_limit=_between(_EXCERPT_LIMITS, _EXCERPTS_IN_ALL // max(1, len(numbers))),
    )


def _lives(line: RegistryObject) -> bool:
    """Say whether a line of the registry is still the client's: what is gone stands in the log alone."""
    return line.status not in ("deleted", "not_ours", "transferred", "lost", "archived")


def _named(names: dict[str, str], entries: list[Entry], language: str) -> Mapping[str, str]:
    """Return the names of things in a language: the same but where a provider has another."""
    others = {one.id: title(one, language) for one in entries if language in one.provider_names}
    return ChainMap(others, names) if others else names


def note_of(asset: Asset, plan: Outline) -> Note | None:
    """Return what a mistake with a thing would mean; None where nothing is proposed."""
    said = if_wrong(asset.work)
    return plan.notes.get((asset.verdict, said)) if said else None


_POINTS = {
    "renew": ("expires_soon",),
    "transfer": ("holder_is_another_organisation", "holder_is_private_person"),
    "fix": (
        *("certificate_trouble", "dangling_cname", "some_name_servers_lame", "untrusted"),
        *("wrong_name", "self_signed", "incomplete"),
    ),
}
"""Remarks that are the point of a proposal on a thing in use."""


def telling_reasons(asset: Asset) -> tuple[Finding, ...]:
    """Return the reason that says most about the proposal, and the doubt that keeps a question open."""
    wanted = _POINTS.get(asset.verdict, ())
    reasons = [one for one in told_here(asset) if not is_posture(one)]
    main = next((one for one in reasons if one.code.rpartition(".")[2] in wanted), None)
    if main is None and asset.verdict == "fix":
        main = next((one for one in asset.reasons if one.severity == "critical"), None)
    main = main or next((one for one in reasons if one.leans == asset.use), None)
    main = main or next(iter(reasons), None)
    if main is None:
        return ()
    if asset.verdict == "ask" and main.leans != "unknown":
        doubt = next((one for one in reasons if one.leans == "unknown"), None)
        return (main, doubt) if doubt else (main,)
    return (main,)


def is_posture(reason: Finding) -> bool:
    """Say whether a reason tells how well a thing is kept: told among the risks, not beside the proposal."""
    return reason.code.startswith("posture.") and bool(reason.severity)


_SAID_ABOVE = Finding(code="facet.everywhere", leans="unknown")


def told_here(asset: Asset) -> tuple[Finding, ...]:
    """Return the reasons told beside a thing: gaps that many share are told once, at the head.

    Where such a gap is what keeps a question open, that much is said.
    """
    here = tuple(one for one in asset.reasons if not _is_everywhere(one))
    if len(here) == len(asset.reasons) or asset.verdict not in ("ask", "no_data"):
        return here
    return (*here, _SAID_ABOVE)


def _is_everywhere(reason: Finding) -> bool:
    return reason.code == "facet.unknown" and reason.params.get("reason") in EVERYWHERE


_EACH = ("host", "domain", "address")
"""Parameters by which a rule tells the same of several names, one finding each."""


def merged(reasons: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the reasons with those that say the same of different names made one."""
    if len(reasons) < 2 or len({one.code for one in reasons}) == len(reasons):
        return reasons
    together: dict[object, list[Finding]] = {}
    for one in reasons:
        rest = sorted((k, str(v)) for k, v in one.params.items() if k not in _EACH)
        together.setdefault((one.code, one.leans, tuple(rest)), []).append(one)
    return tuple(same[0] if len(same) == 1 else _one_of(same) for same in together.values())


def _one_of(same: list[Finding]) -> Finding:
    params: Params = dict(same[0].params)
    for name in _EACH:
        told = dict.fromkeys(str(one.params[name]) for one in same if name in one.params)
        if told:
            params[name] = list(told)
    evidence = dict.fromkeys(id_ for one in same for id_ in one.evidence)
    return replace(same[0], params=params, evidence=tuple(evidence))


def title(asset: Asset | Entry, language: str = "") -> str:
    """Return what people call the thing; what is bought is called by its provider and what it is known by."""
    head, slash, rest = asset.display_name.partition("/")
    bought = asset.kind in ("saas", "licence") and asset.provider
    if not slash or not (bought or asset.kind == "hosting"):
        return asset.display_name
    called = asset.provider_names.get(language) or asset.provider
    provider = called or ("" if head == "unknown" else head)
    return f"{provider}, {rest}" if provider else rest


def _order(asset: Entry) -> tuple[int, str, int, str, str]:
    kind = KINDS.index(asset.kind) if asset.kind in KINDS else len(KINDS)
    return kind, asset.kind, VERDICTS.index(asset.verdict), asset.display_name, asset.id


def _between(limits: tuple[int, int], number: int) -> int:
    return max(limits[0], min(limits[1], number))


def _tally(words: tuple[str, ...], met: Iterable[str]) -> dict[str, int]:
    counted = Counter(met)
    return {word: counted[word] for word in words}


def _by_kind(assets: tuple[Entry, ...]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    tables: dict[str, list[Entry]] = {kind: [] for kind in ALWAYS_SHOWN} if assets else {}
    for asset in assets:
        tables.setdefault(asset.kind, []).append(asset)
    return tuple((kind, tuple(rows)) for kind, rows in tables.items())


def _actions(ours: tuple[Entry, ...], noted: dict[tuple[str, IfWrong], Note]) -> tuple[Action, ...]:
    actions = []
    for verdict in TO_DECIDE:
        assets = tuple(asset for asset in ours if asset.verdict == verdict)
        if not assets:
            continue
        actions.append(
            Action(
                verdict=verdict,
                shown=assets[:SHOWN_PER_ACTION],
                rest=assets[SHOWN_PER_ACTION:],
                kinds=tuple(dict.fromkeys(asset.kind for asset in assets)),
                conditions=conditions(assets),
                notes=tuple(note for (of, _), note in noted.items() if of == verdict),
            )
        )
    return tuple(actions)


def _citations(
    entries: tuple[Entry, ...], audit: AuditFile
) -> tuple[dict[str, int], dict[str, tuple[str, ...]], dict[str, int]]:
    """Number the evidence that is cited, say beside which asset each piece is quoted, and what is left out."""
    most = _between(_PIECES_LIMITS, _PIECES_IN_ALL // max(1, len(entries)))
    numbers: dict[str, int] = {}
    quoted_at: dict[str, tuple[str, ...]] = {}
    left_out: dict[str, int] = {}
    for entry in entries:
        fresh = [id_ for id_ in audit.cited(entry) if id_ not in numbers]
        for id_ in fresh[:most]:
            numbers[id_] = len(numbers) + 1
        if fresh:
            quoted_at[entry.id] = tuple(fresh[:most])
        if len(fresh) > most:
            left_out[entry.id] = len(fresh) - most
    return numbers, quoted_at, left_out
