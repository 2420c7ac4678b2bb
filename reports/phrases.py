"""Pieces of the document said as short lines: a trail, an owner, a price, a time left, the known facts."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from reports.audit_file import Entry, IfWrong
from reports.document import Answer, Asset, Change, Cost, Evidence, RegistryObject, Source, Work
from reports.foreign import shortened
from reports.pictures.belongings import Account, Home
from reports.saving import ENDING, UNPAID, a_year
from reports.terms import Renewal
from reports.wording import Wording

_NAMES = (
    *("addresses", "name_servers", "hosts", "names", "served_at", "seen_at", "statuses", "serves"),
    "unclear",
)
_FACTS = (
    *("serves", "addresses", "created", "free_date", "holder", "name_servers", "statuses"),
    *("final_url", "title", "status", "names", "issuer", "not_before", "not_after", "served_at"),
    *("trust", "hosts", "spf", "dmarc", "seen_at"),
    *("account", "payments", "papers", "unclear", "differing"),
)
"""What is told of the facts, in this order; the page shows the provider elsewhere."""


def trail(asset: Asset, wording: Wording) -> str:
    """Say how the thing was found, the consultant's own word first."""
    return " → ".join(steps(asset, wording))


def steps(asset: Asset, wording: Wording) -> list[str]:
    """Say the same step by step."""
    return [
        wording.say(
            f"found.{step.code}",
            {**step.params, "from": "" if step.source in (asset.name, None) else step.source},
        )
        for step in asset.found_by
    ]


def owner_signs(
    asset: Asset, wording: Wording, *, told: Container[str] = ()
) -> list[tuple[str, tuple[str, ...]]]:
    """Say why we think the thing is, or is not, the client's, each sign with its evidence.

    Signs whose codes are `told` already are left out.
    """
    return [
        (wording.say(f"owner.{sign.code}", sign.params), sign.evidence)
        for sign in asset.ownership_reasons
        if sign.code not in told
    ]


def further_signs(asset: Asset, wording: Wording) -> list[tuple[str, tuple[str, ...]]]:
    """Say the same, without what the trail already tells."""
    return owner_signs(asset, wording, told={step.code for step in asset.found_by})


def needs(codes: tuple[str, ...], wording: Wording) -> str:
    """Say what must be had before anyone acts."""
    return "; ".join(wording.say(f"needs.{code}") for code in codes)


def undo(said: IfWrong, wording: Wording) -> str:
    """Say how a proposal is undone."""
    return wording.say(f"undo.{said.undo}", {} if said.days is None else {"days": said.days})


def undo_until(work: Work, wording: Wording) -> str:
    """Say until which day a proposal can still be undone; empty where that is no matter of days."""
    key = f"undo_until.{work.undo.code}" if work.undo else ""
    return wording.say(key, work.undo.params) if work.undo and wording.has(key) else ""


def saving(entry: Entry | Asset, day: date, wording: Wording) -> str:
    """Say what giving a thing up saves and from when; empty for what is not given up."""
    if entry.verdict not in ENDING:
        return ""
    cost, until = entry.cost, entry.paid_until
    if cost is None:
        return "" if entry.kind in UNPAID else wording.say("saving.unknown")
    total = wording.money(a_year(cost), cost.currency)
    if until is None:
        return wording.say("saving.undated", sum=total)
    if until < day:
        return wording.say("saving.now", sum=total)
    return wording.say("saving.from", sum=total, date=until.isoformat())


def price(cost: Cost, wording: Wording) -> str:
    """Say what a period costs and who says so."""
    total = wording.money(cost.amount, cost.currency)
    match cost.period_months:
        case 12:
            said = wording.say("money.per_year", sum=total)
        case 1:
            said = wording.say("money.per_month", sum=total)
        case months:
            said = wording.say("money.per_months", sum=total, count=months)
    return f"{said}, {wording.say(f'cost_source.{cost.source}')}" if cost.source else said


def object_type(line: RegistryObject | Renewal, wording: Wording) -> str:
    """Say what a line of the registry is to those who renew it."""
    own = line.type_names.get(wording.language)
    return own or wording.say(f"object_type.{line.type}")


def time_left(line: Renewal, wording: Wording) -> str:
    """Say how long a renewal can wait, or how late it is."""
    if line.days_left == 0:
        return wording.say("renewals.today")
    key = "in_days" if line.days_left > 0 else "days_ago"
    return wording.say(f"renewals.{key}", count=abs(line.days_left))


def source_name(source: Source, wording: Wording) -> str:
    """Say a source's name: in words where we have them, as it is otherwise."""
    key = f"source.{source.name}"
    return wording.say(key) if wording.has(key) else source.name


def source_shows(source: Source, wording: Wording) -> str:
    """Say what a source tells of; empty for one that we have no words for."""
    key = f"source_shows.{source.name}"
    return wording.say(key) if wording.has(key) else ""


def source_reason(source: Source, wording: Wording) -> str:
    """Say why a source did not answer in full; a person's remark stays as it was written."""
    if " " in source.reason or not source.reason:
        return source.reason
    return wording.say(f"unknown.{source.reason}")


def source_means(source: Source, wording: Wording) -> str:
    """Say what it means for the audit that a source did not answer in full; empty where it did."""
    known = wording.has(f"source_shows.{source.name}")
    if source.status == "completed" or source.reason == "nothing_to_ask" or not known:
        return ""
    code = "no_key" if source.reason == "no_key" else source.status
    return wording.say(
        f"source_means.{code}",
        {"asked": source.asked, "answered": source.answered, "shows": source.name},
    )


def changed(change: Change, names: Mapping[str, str], wording: Wording) -> str:
    """Say what is different from the previous audit."""
    subject = names.get(change.asset, change.asset) if change.asset else ""
    return wording.say(f"change.{change.code}", {"name": subject, **change.params})


def named_first(change: Change, names: Mapping[str, str], wording: Wording) -> tuple[str, str]:
    """Say the same in two parts: the thing's name, and what is said of it; the name is empty if it is not first.

    Of what is new there is nothing to say but its name.
    """
    said = changed(change, names, wording)
    name = wording.value(names.get(change.asset or "", ""))
    if name and change.code == "appeared":
        return name, ""
    if name and said.startswith(f"{name}: "):
        return name, said.removeprefix(f"{name}: ")
    return "", said


def answered(answer: Answer, wording: Wording) -> str:
    """Say what the client answered to a proposal before: when, what, who, and until when it is put off."""
    if answer.decision == "deferred":
        until = answer.until.isoformat() if answer.until else ""
        return wording.say("sign.put_off", {"on": answer.on.isoformat(), "until": until})
    word = wording.say(f"sign.{answer.decision}.{answer.verdict}")
    return wording.say("sign.answered", {"on": answer.on.isoformat(), "word": word})


def vantage(name: str, wording: Wording) -> str:
    """Say where a look was made from."""
    key = f"vantage.{name}"
    return wording.say(key) if wording.has(key) else name


def account_name(account: Account, wording: Wording) -> str:
    """Say whose account it is on the map: the provider's name."""
    if not account.provider:
        return wording.say("picture.map.unhosted")
    if account.provider == "unknown":
        return wording.say("picture.map.no_provider")
    of = account.of
    if of and of.provider:
        return of.provider_names.get(wording.language) or of.provider
    return wording.value(account.provider, "provider?")


def login_name(account: Account, wording: Wording) -> str:
    """Say which of the provider's accounts it is; empty where that is not known."""
    return wording.say("picture.map.login", login=account.login) if account.login else ""


def home_name(home: Home, wording: Wording) -> str:
    """Say a hosting's or a service's name on the map, where its provider stands beside it."""
    entry = home.entry
    if entry is None:
        return wording.say(f"picture.map.{home.unhosted}")
    known = entry.display_name.partition("/")[2]
    return known or entry.display_name.removeprefix(f"{entry.provider}, ")


def excerpt(evidence: Evidence, limit: int, wording: Wording) -> str:
    """Say what was answered: registries' terms of use left out, our own reason for no answer in words."""
    text = _telling(evidence.excerpt)
    code, colon, rest = text.partition(":")
    if colon and wording.has(f"unknown.{code}"):
        text = f"{wording.say(f'unknown.{code}')}:{rest}"
    return shortened(text, limit)


@lru_cache(maxsize=32)
def _telling(excerpt: str) -> str:
    lines = [line for line in excerpt.split("\n") if line.strip()]
    return "\n".join([line for line in lines if not line.startswith(("%", "#", ">>>"))] or lines)


def known_facts(
    asset: Asset, names: Mapping[str, str], wording: Wording
) -> Iterator[tuple[str, str]]:
    """Say the facts a reader may want to check, each with its code."""
    facts = asset.facts
    if "holder" in facts or "holder_kind" in facts:
        facts = {**facts, "holder": _holder(facts, wording)}
    for key in _FACTS:
        if key in facts and (said := _fact(key, facts[key], names, wording)):
            yield key, said


def _holder(facts: Mapping[str, Any], wording: Wording) -> str:
    # A private person is named by the role only: the report travels further than the registry's page.
    kind = str(facts.get("holder_kind") or "")
    if kind in ("organisation", "") and facts.get("holder"):
        return str(facts["holder"])
    return wording.say(f"holder_kind.{kind}") if kind else ""


def _fact(key: str, value: object, names: Mapping[str, str], wording: Wording) -> str:
    if isinstance(value, list) and key in _NAMES:
        scalars = [str(one) for one in value if isinstance(one, (str, int))]
        return wording.items(scalars, lambda one: wording.value(names.get(one, one)))
    if key == "differing" and isinstance(value, list):
        return "; ".join(_differing(one, wording) for one in value if isinstance(one, dict))
    if key == "trust":
        return wording.say(f"trust.{value}") if value else ""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return wording.value(value, "plain")
    return ""


def _differing(claim: Mapping[str, Any], wording: Wording) -> str:
    told = {name: value for name, value in claim.items() if isinstance(value, str)}
    return wording.say(f"differs.{told.get('field', 'term')}", told)
