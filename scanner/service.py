"""One function for each thing the product can do. Entry points parse, call one of these, and print."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from probes.kit.catalog import all_probes
from probes.kit.net import Net
from probes.kit.net.live import LiveNet, NetSettings, resolver_places
from probes.kit.net.rates import Rates
from probes.kit.net.tape import Exchange, Player
from probes.kit.observation import Absent, AnyObservation, Seen, Unknown
from probes.kit.target import Address, Domain, Endpoint, Host, Target, canonical_name
from reports import document as doc
from reports.document import NotAnAudit
from reports.render import render
from reports.wording import LANGUAGES, Wording
from scanner import document
from scanner.assets import Advice, Asset, Estate, Kind, Ownership
from scanner.database import Busy, Database, SqlPace, StorageTrouble
from scanner.discovery import Frontier, GatheredLooks, Seeds, attribute
from scanner.evidence import Evidence, Run
from scanner.evidence.excerpt import excerpt_of, transcript_of
from scanner.intake.names import TYPED, Declared, UnreadableInput, from_file, typed
from scanner.registry import Client, Incoming, Registry, RegistryObject
from scanner.runs.doctor import Check, Health, examine
from scanner.runs.look import Clock
from scanner.runs.look import look as look_once
from scanner.runs.progress import ScanState, Tally, Waiting
from scanner.runs.reach import Reach, reach_of
from scanner.runs.scan import Scan
from scanner.runs.tape import load_tape
from scanner.settings import BadSettings, Settings
from scanner.verdicts import Verdict, judge

__all__ = [
    "AuditRequest",
    "AuditResult",
    "Busy",
    "NotAnAudit",
    "Settings",
    "StorageTrouble",
    "UnknownThing",
]

W = TypeVar("W", bound=StrEnum)

RESUMABLE = timedelta(hours=24)
URGENCY = (
    Advice.KEEP, Advice.NO_DATA, Advice.ASK, Advice.CONSOLIDATE, Advice.LET_EXPIRE,
    Advice.SWITCH_OFF, Advice.RENEW, Advice.TRANSFER, Advice.FIX,
)  # fmt: skip
"""The order `--fail-on` counts by: the farther right, the sooner somebody has to act."""


class UnknownThing(ValueError):
    """A client, probe, target, verdict or asset that does not exist; says what does."""


class Display(Protocol):
    """Somebody who watches an audit."""

    def saw(self, state: ScanState) -> None:
        """Take one picture of the scan."""

    def say(self, text: str) -> None:
        """Hear of a step that is not a look."""


class AuditRequest(Struct, frozen=True):
    """What a consultant asks for."""

    client: Client
    names: tuple[Declared, ...]
    labels: tuple[str, ...] = ()
    """Host labels to try under the client's own domains."""


class AuditResult(Struct, frozen=True):
    """What an audit ended in."""

    folder: str
    files: tuple[str, ...]
    complete: bool
    verdicts: dict[str, int]
    """How many of the client's assets got which verdict."""
    assets: int
    not_seen: int

    def reaches(self, threshold: Advice) -> bool:
        """Say whether a verdict is at or above the threshold."""
        floor = URGENCY.index(threshold)
        return any(self.verdicts.get(advice) for advice in URGENCY[floor:])

    def json(self) -> str:
        """Return the summary as JSON."""
        return msgspec.json.encode(self).decode()

    def text(self) -> str:
        """Return the summary for a person."""
        rows = [f"  {count:>5}  {advice}" for advice, count in self.verdicts.items()]
        state = "" if self.complete else "\nFinished incomplete: a required source did not answer."
        return (
            "\n".join(
                [f"{self.assets} assets of the client:", *rows, *(f"{file}" for file in self.files)]
            )
            + state
        )


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def threshold(word: str) -> Advice:
    """Read the verdict given to --fail-on."""
    try:
        return Advice(word)
    except ValueError:
        raise UnknownThing(
            f"{word!r} is not a verdict; --fail-on takes one of {', '.join(URGENCY)}."
        ) from None


_CYRILLIC: Mapping[str, str] = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_RESERVED = {"con", "nul", "prn", "aux"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}


def slug_of(client: str) -> str:
    """Return the client's name as a folder name, `ООО Ромашка` → `ooo-romashka`."""
    latin = "".join(_CYRILLIC.get(character, character) for character in client.lower())
    slug = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:80].strip("-")
    if not slug or slug in _RESERVED:
        raise UnknownThing(f"{client[:80]!r} is no name for a client; use letters and digits.")
    return slug


def request(
    *,
    client: str,
    typed: Sequence[str] = (),
    lists: Iterable[tuple[bytes, str]] = (),
    orgs: Sequence[str] = (),
    brands: Sequence[str] = (),
    inns: Sequence[str] = (),
    words: tuple[bytes, str] | None = None,
) -> AuditRequest:
    """Read what a consultant gave; raise a ValueError with one sentence for what cannot be used."""
    slug = slug_of(client)
    names = list(_typed(typed))
    for data, source in lists:
        names += from_file(data, "stdin" if source == "-" else Path(source).name)
    if not names:
        raise UnreadableInput(
            "no name to start from; type domains after the client, or give a list with --from FILE."
        )
    for inn in inns:
        if not (inn.isascii() and inn.isdigit() and len(inn) in (10, 12)):
            raise UnreadableInput(f"--inn {inn!r} is not a taxpayer number of 10 or 12 digits.")
    labels = _labels(*words) if words else ()
    best: dict[str, Declared] = {}
    for name in sorted(names, key=lambda name: name.paper):  # his own word outranks a paper
        best.setdefault(name.name, name)
    return AuditRequest(
        Client(slug=slug, name=client, org=tuple(orgs), brands=tuple(brands), inns=tuple(inns)),
        tuple(best.values()),
        labels,
    )


_typed = typed


def _labels(data: bytes, source: str) -> tuple[str, ...]:
    labels = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            labels.append(canonical_name(word))
        except ValueError as error:
            raise UnreadableInput(f"{source}, line {number}: {error}.") from error
    return tuple(dict.fromkeys(labels))


def _seeds(request: AuditRequest, words: Mapping[Asset, Ownership] | None = None) -> Seeds:
    said = {ownership: set[str]() for ownership in Ownership}
    for asset, ownership in (words or {}).items():
        said[ownership].add(str(asset))
    return Seeds(
        domains=tuple(n.name for n in request.names if not n.paper and n.source == TYPED),
        from_files={n.name: n.source for n in request.names if not n.paper and n.source != TYPED},
        from_papers={n.name: n.source for n in request.names if n.paper},
        confirmed=frozenset(said[Ownership.CONFIRMED]),
        foreign=frozenset(said[Ownership.FOREIGN]),
        orgs=request.client.org,
        inns=request.client.inns,
        brands=request.client.brands,
        labels=request.labels,
    )


def _frontier(request: AuditRequest, seeds: Seeds, settings: Settings) -> Frontier:
    return Frontier(seeds, depth=settings.depth, max_hosts=settings.max_hosts)


def reach(request: AuditRequest, settings: Settings) -> Reach:
    """Say what an audit would contact; sends nothing, opens nothing."""
    _usable(settings)
    looks = _frontier(request, _seeds(request), settings).start()
    return reach_of(len(request.names), looks, rates(settings))


def _usable(settings: Settings) -> None:
    """Raise, before anything is opened or asked, for settings that would fail later."""
    _languages(settings.lang)
    rates(settings)
    _net_settings(settings)


def _languages(words: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(words))
    for language in chosen:
        if language not in LANGUAGES:
            raise UnknownThing(
                f"there is no report in {language!r}; choose from {', '.join(LANGUAGES)}."
            )
    if not chosen:
        raise UnknownThing(f"no language is given; choose from {', '.join(LANGUAGES)}.")
    return chosen


def rates(settings: Settings) -> Rates:
    """Return the paces of the settings; raise BadSettings for one that cannot be read."""
    try:
        return Rates.of(settings.pace)
    except ValueError as error:
        raise BadSettings(f"[pace] in revizor.toml: {error}.") from error


def live_net(settings: Settings, database: Database | None) -> LiveNet:
    """Open the only door to the network as the settings say; raise BadSettings where they cannot be."""
    rates(settings)
    chosen = _net_settings(settings)
    try:
        resolver_places(settings.resolver)
        return LiveNet(chosen, SqlPace(database) if database is not None else None)
    except (ValueError, OSError) as error:
        raise BadSettings(
            f"{error}. Look at --resolver, revizor.toml and SSL_CERT_FILE."
        ) from error


def _net_settings(settings: Settings) -> NetSettings:
    networks = settings.networks()
    try:
        if settings.resolver:
            resolver_places(settings.resolver)
        return NetSettings(
            resolvers=settings.resolver,
            allow_nets=networks,
            contact=settings.contact,
            ehlo_name=settings.ehlo,
            trust_file=os.environ.get("SSL_CERT_FILE") or None,
            paces=settings.pace,
        )
    except ValueError as error:
        raise BadSettings(f"{error}. Look at --resolver and revizor.toml.") from error


async def audit(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    folder: Path | None = None,
) -> AuditResult:
    """Do the whole job: look, judge, register, and write audit.json and the reports.

    Goes on with an unfinished run of this client younger than 24 h. Raises Busy when another process
    audits the same client.
    """
    _usable(settings)
    database = Database.open(settings.db)
    try:
        with database.lock(f"audit {request.client.slug}"):
            async with live_net(settings, database) as net:
                waiting = partial(_waiting, net, clock)
                return await _audit(
                    request, settings, clock, display, database, net, folder, waiting
                )
    finally:
        database.close()


async def replay(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    net: Net,
    *,
    folder: Path | None = None,
) -> AuditResult:
    """Do the whole job over a net of recorded exchanges: real probes, rules and reports."""
    _usable(settings)
    database = Database.open(settings.db)
    try:
        with database.lock(f"audit {request.client.slug}"):
            return await _audit(request, settings, clock, display, database, net, folder)
    finally:
        database.close()


async def _audit(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    database: Database,
    net: Net,
    folder: Path | None,
    waiting: Callable[[], Iterable[Waiting]] = tuple,
) -> AuditResult:
    evidence, registry = Evidence(database), Registry(database)
    await registry.ensure_client(request.client, clock())
    seeds = _seeds(
        request, {word.asset: word.ownership for word in registry.owner_words(request.client.slug)}
    )
    run = evidence.unfinished(request.client.slug, clock() - RESUMABLE)
    if run is not None and run.options.get("names") == _options(request, settings)["names"]:
        display.say(f"Going on with the audit of {run.started_at:%Y-%m-%d %H:%M} UTC.")
    else:
        run = await evidence.begin(
            request.client.slug, _options(request, settings), settings.vantage, clock()
        )
    scan = Scan(
        _frontier(request, seeds, settings),
        evidence,
        net,
        clock,
        settings.vantage,
        display,
        waiting,
    )
    tally = await scan.run(run.id)
    display.say("Judging.")
    written, incoming = _judge(request, settings, run, seeds, tally, evidence, clock())
    received = await registry.receive(request.client.slug, run.id, incoming, clock())
    written = document.known_as(written, received.known_as)
    place = folder or _dated_folder(Path(settings.out) / request.client.slug, clock())
    files = _print(written, settings.lang, place)
    # Only now: where the files could not be written, the same command goes on and asks nobody again.
    await evidence.finish(run.id, clock(), written.run.complete)
    await evidence.prune_raw(clock() - timedelta(days=settings.keep_raw_days))
    return _result(written, place, files)


def _options(request: AuditRequest, settings: Settings) -> dict[str, Any]:
    return {
        "names": sorted(name.name for name in request.names),
        "labels": len(request.labels),
        "depth": settings.depth,
        "allow_net": list(settings.allow_net),
    }


def _judge(
    request: AuditRequest,
    settings: Settings,
    run: Run,
    seeds: Seeds,
    tally: Tally,
    evidence: Evidence,
    at: datetime,
) -> tuple[doc.Document, tuple[Incoming, ...]]:
    """Compute everything that follows from what the run has seen; needs no network."""
    looks = GatheredLooks.of(evidence.observations(run.id))
    estate = attribute(seeds, looks, run.started_at)
    verdicts = judge(estate, looks, run.started_at)
    written = document.write(
        client=request.client,
        run=run,
        scope=doc.Scope(
            names=tuple(sorted(name.name for name in request.names)),
            files=tuple(sorted({n.source for n in request.names if n.source != TYPED})),
            allow_nets=settings.allow_net,
            depth=settings.depth,
        ),
        estate=estate,
        verdicts=verdicts,
        looks=looks,
        tally=tally,
        evidence=evidence,
        at=at,
    )
    return written, tuple(_incoming(estate, verdicts, written))


def _incoming(
    estate: Estate, verdicts: Sequence[Verdict], written: doc.Document
) -> Iterable[Incoming]:
    """Yield what the registry is told of each of the client's assets."""
    for holding, verdict, asset in zip(estate.holdings, verdicts, written.assets, strict=True):
        if holding.ownership in (Ownership.CONFIRMED, Ownership.LIKELY):
            yield Incoming(
                asset=holding.asset,
                ownership=holding.ownership,
                use=verdict.use,
                state=verdict.state,
                advice=verdict.advice,
                confidence=verdict.confidence,
                display_name=asset.display_name,
                provider=asset.provider,
                registrar=asset.registrar,
                paid_until=asset.paid_until,
                hosts=holding.hosts,
                facts={**asset.facts, **_grounds(asset)},
            )


def _grounds(asset: doc.Asset) -> dict[str, Any]:
    """What `revizor why` explains an asset with: codes and parameters, no sentences."""
    return {
        "found_by": [
            {
                "code": step.code,
                "params": {
                    **step.params,
                    "from": "" if step.source in (asset.name, None) else step.source,
                },
            }
            for step in asset.found_by
        ],
        "ownership_reasons": [
            {"code": one.code, "params": one.params, "evidence": list(one.evidence)}
            for one in asset.ownership_reasons
        ],
        "reasons": [
            {"code": one.code, "params": one.params, "evidence": list(one.evidence)}
            for one in asset.reasons
        ],
    }


def _dated_folder(parent: Path, at: datetime) -> Path:
    day = at.astimezone().date().isoformat()
    folder, number = parent / day, 1
    while folder.exists():
        number += 1
        folder = parent / f"{day}-{number}"
    return folder


def _print(written: doc.Document, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    audit = folder / "audit.json"
    _replace(audit, doc.write(written))
    return (audit, *_print_reports(written, languages, folder))


def _print_reports(
    written: doc.Document, languages: Iterable[str], folder: Path
) -> tuple[Path, ...]:
    files = []
    for language in _languages(languages):
        files.append(folder / f"cleanup.{language}.html")
        _replace(files[-1], render(written, language).encode())
    return tuple(files)


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a full disk leaves the old one."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)


def _result(written: doc.Document, folder: Path, files: Iterable[Path]) -> AuditResult:
    own = [a for a in written.assets if a.ownership in (Ownership.CONFIRMED, Ownership.LIKELY)]
    counted = Counter(asset.verdict for asset in own)
    return AuditResult(
        folder=str(folder),
        files=tuple(str(file) for file in files),
        complete=written.run.complete,
        verdicts={advice: counted[advice] for advice in reversed(URGENCY) if counted[advice]},
        assets=len(own),
        not_seen=len(written.not_seen),
    )


def _waiting(net: LiveNet, clock: Clock) -> Iterable[Waiting]:
    for row in net.waiting():
        yield Waiting(
            row.server,
            {"turn": "its pace", "back_off": "it asked us to stay away"}[row.why],
            max(0.0, (row.until - clock()).total_seconds()),
        )


def report(audit: Path, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Print a saved audit again; return the files written. The audit itself is left as it is."""
    chosen = _languages(languages)
    try:
        content = audit.read_bytes()
    except OSError as error:
        raise NotAnAudit(
            f"{audit} cannot be read ({error.strerror}); give an audit.json."
        ) from error
    written = doc.read(content)
    folder.mkdir(parents=True, exist_ok=True)
    return _print_reports(written, chosen, folder)


class LookResult(Struct, frozen=True):
    """One observation with the exchanges it rests on."""

    observation: AnyObservation
    exchanges: tuple[Exchange, ...]

    def json(self) -> str:
        """Return the observation as JSON."""
        return msgspec.json.format(msgspec.json.encode(self.observation), indent=2).decode()

    def text(self, *, raw: bool) -> str:
        """Return the observation for a person; with `raw`, every exchange too."""
        seen = self.observation
        match seen.outcome:
            case Seen(fact):
                body = msgspec.json.format(msgspec.json.encode(fact), indent=2).decode()
                head = f"seen\n{body}"
            case Absent(authority):
                head = f"absent: {authority}"
            case Unknown(reason, detail):
                head = f"unknown: {reason}" + (f" ({detail})" if detail else "")
        lines = [
            f"{seen.probe} of {seen.target} at {seen.at:%Y-%m-%d %H:%M:%S} UTC",
            head,
            "evidence:",
        ]
        for exchange in self.exchanges:
            reading = excerpt_of(exchange)
            lines.append(f"  {exchange.id}  {reading.question}")
            if raw:
                lines += [f"      {line}" for line in reading.excerpt.splitlines()]
        return "\n".join(lines)


async def look(probe: str, target: str, settings: Settings, clock: Clock) -> LookResult:
    """Make one look and return it; nothing is stored."""
    chosen = all_probes().get(probe)
    if chosen is None:
        raise UnknownThing(f"there is no probe {probe!r}; choose from {', '.join(all_probes())}.")
    pointed = _target(chosen.looks_at, target)
    async with live_net(settings, None) as net:
        observation, exchanges = await look_once(chosen, pointed, net, clock, settings.vantage)
    return LookResult(observation, exchanges)


_POINTED: Mapping[type[Any], str] = {
    Domain: "a domain",
    Host: "a host name",
    Address: "an IP address",
    Endpoint: "a host name with a port, such as mx.romashka.ru:25",
}


def _target(kind: type[Any], text: str) -> Target:
    try:
        if kind is Endpoint:
            return _endpoint(text)
        if kind is Address:
            return Address.of(text)
        return Domain.of(text) if kind is Domain else Host.of(text)
    except ValueError as error:
        raise UnknownThing(f"this probe looks at {_POINTED[kind]}: {error}.") from error


def _endpoint(text: str) -> Endpoint:
    name, colon, port = text.rpartition(":")
    if not colon:
        return Endpoint(canonical_name(text), 443)
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    if not 0 < number < 65_536:
        raise ValueError(f"not a port: {port[:80]!r}")
    return Endpoint(canonical_name(name), number, "smtp" if number in (25, 587) else "")


def evidence(evidence_id: str, settings: Settings) -> str:
    """Return a recorded exchange as text: question, when, from where, the whole answer."""
    database = Database.open(settings.db)
    try:
        found = Evidence(database).exchange(evidence_id)
    finally:
        database.close()
    if found is None:
        raise UnknownThing(
            f"no exchange {evidence_id!r} in this database; it was never kept here, or has aged out."
        )
    return transcript_of(found)


async def doctor(settings: Settings, clock: Clock) -> tuple[Check, ...]:
    """Check settings, database and trust store here, and every way out."""
    checks = [Check("settings", Health.OK, f"vantage {settings.vantage}", "")]
    try:
        database = Database.open(settings.db)
        try:
            damage = database.check()
        finally:
            database.close()
        checks.append(_database_check(damage))
    except StorageTrouble as trouble:
        checks.append(Check("database", Health.FAIL, str(trouble), "No audit can be kept."))
    async with live_net(settings, None) as net:
        checks += await examine(net, clock)
    return tuple(checks)


def _database_check(damage: Sequence[str]) -> Check:
    if damage:
        found = f"damaged: {damage[0]}" + (f" and {len(damage) - 1} more" if damage[1:] else "")
        return Check("database", Health.FAIL, found, "Restore it from a backup copy.")
    return Check("database", Health.OK, "opens, is whole, schema is current", "")


async def say_ownership(
    client: str,
    asset: str,
    ours: bool,
    who: str,
    why: str,
    settings: Settings,
    clock: Clock,
) -> str:
    """Note a person's word on whose an asset is; return a confirmation for him."""
    thing = _asset_of(asset)
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        known = _client_of(book, client)
        ownership = Ownership.CONFIRMED if ours else Ownership.FOREIGN
        await book.say_ownership(known.slug, thing, ownership, who, why, clock())
    finally:
        database.close()
    relation = "is" if ours else "is not"
    return (
        f"Noted: {thing} {relation} {known.name}'s, says {who}. It counts from the next audit on."
    )


def why(asset: str, client: str | None, settings: Settings) -> str:
    """Explain an asset in the settings' first language: whose it is, the verdict, what people said, history."""
    wording = Wording(_languages(settings.lang)[0])
    thing = _asset_of(asset)
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        slugs = [_client_of(book, client).slug] if client else [c.slug for c in book.clients()]
        parts = [text for slug in slugs for text in _explanations(book, slug, thing, wording)]
    finally:
        database.close()
    if not parts:
        raise UnknownThing(
            f"{thing} is in no registry here; `revizor registry list CLIENT` shows what is."
        )
    return "\n\n".join(parts)


def _explanations(book: Registry, slug: str, thing: Asset, wording: Wording) -> Iterable[str]:
    for word in book.owner_words(slug):
        if word.asset == thing:
            yield (
                f"{slug}: {word.who} said on {word.at:%Y-%m-%d} that {thing} is "
                f"{'theirs' if word.ownership is Ownership.CONFIRMED else 'not theirs'}: {word.why}"
            )
    for found in book.objects(slug, kind=thing.kind):
        if found.asset == thing:
            yield _described(book, found, wording)


def _described(book: Registry, found: RegistryObject, wording: Wording) -> str:
    lines = [f"{found.client}: {found.asset} (object {found.id}, {found.lifecycle})"]
    for field in (
        "ownership",
        "use",
        "state",
        "verdict",
        "confidence",
        "provider",
        "registrar",
        "paid_until",
        "cost",
    ):
        value = getattr(found, field)
        if value is not None:
            lines.append(f"  {field:<11} {value}  [{found.origins.get(field, 'inferred')}]")
    for title, theme, grounds in (
        ("whose", "owner", "ownership_reasons"),
        ("found by", "found", "found_by"),
        ("because", "reason", "reasons"),
    ):
        for ground in found.facts.get(grounds, []):
            said = wording.say(f"{theme}.{ground['code']}", ground["params"])
            lines.append(f"  {title:<11} {said}")
            lines += [f"{'':<14}revizor evidence {id_}" for id_ in ground.get("evidence", [])]
    for change in book.history(found.id):
        lines.append(
            f"  {change.at:%Y-%m-%d %H:%M} {change.who}: {change.field} {change.before} → {change.after}"
            + (f" ({change.why})" if change.why else "")
        )
    return "\n".join(lines)


def registry_list(
    client: str, kind: str | None, verdict: str | None, settings: Settings, *, as_json: bool
) -> str:
    """Return a client's objects, a line each, or as JSON."""
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        found = book.objects(
            _client_of(book, client).slug,
            kind=_word(Kind, kind, "kind"),
            verdict=_word(Advice, verdict, "verdict"),
        )
    finally:
        database.close()
    if as_json:
        return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    if not found:
        return "Nothing yet: run `revizor audit` first, or loosen the filter."
    width = max(len(str(thing.asset)) for thing in found)
    return "\n".join(
        f"{thing.id:>5}  {thing.asset!s:<{width}}  {thing.use or '?':<8}  {thing.verdict or '?':<10}  "
        f"{thing.paid_until or ''}".rstrip()
        for thing in found
    )


def registry_show(number: int, settings: Settings) -> str:
    """Return one object with its values and history."""
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        found = book.object(number)
        if found is None:
            raise UnknownThing(f"there is no object {number}; see `revizor registry list CLIENT`.")
        return _described(book, found, Wording(_languages(settings.lang)[0]))
    finally:
        database.close()


async def registry_set(
    number: int, field: str, value: str, who: str, why: str, settings: Settings, clock: Clock
) -> str:
    """Set a field by a person's word; return a confirmation for him."""
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        try:
            said = None if value == "-" else value
            change = await book.set(number, field, said, who, why, clock())
        except (LookupError, ValueError) as error:
            raise UnknownThing(f"{error}.") from error
    finally:
        database.close()
    return f"Noted: {change.asset} {field} {change.before} → {change.after}, says {who}."


def _asset_of(text: str) -> Asset:
    try:
        asset = Asset.parse(text)
        if asset.kind in (Kind.DOMAIN, Kind.SITE, Kind.MAIL):
            return Asset(asset.kind, canonical_name(asset.key))
        return asset
    except ValueError as error:
        raise UnknownThing(f"{error}; write it like domain:romashka.ru.") from error


def _client_of(book: Registry, name: str) -> Client:
    found = book.client(slug_of(name))
    if found is None:
        known = ", ".join(client.slug for client in book.clients()) or "none yet"
        raise UnknownThing(f"there is no client {name!r} here; known: {known}.")
    return found


def _word(words: type[W], text: str | None, what: str) -> W | None:
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        raise UnknownThing(f"{text!r} is no {what}; choose from {', '.join(words)}.") from None


async def demo(folder: Path, display: Display) -> AuditResult:
    """Audit the recorded internet that comes with the package; nothing is left but the files."""
    tape = load_tape()
    asked = request(client=tape.client, typed=tape.names, orgs=tape.orgs)
    with tempfile.TemporaryDirectory(prefix="revizor-demo-") as scratch:
        settings = Settings(
            db=f"sqlite:///{scratch}/demo.db", vantage=tape.vantage, max_hosts=tape.max_hosts
        )
        net = Player(tape.exchanges)
        return await replay(asked, settings, lambda: tape.at, display, net, folder=folder)
