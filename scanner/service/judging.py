"""Verdicts of one run, each weighed by all looks at the thing: of earlier runs, and from elsewhere."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from scanner.assets import Asset, Estate, Holding, Kind, Ownership
from scanner.evidence import Run, Standing, Vantages
from scanner.evidence.standings import Earlier
from scanner.verdicts.agreement import Stand
from scanner.verdicts.coverage import is_looked_at, looked_from
from scanner.verdicts.judging import judge_iter
from scanner.verdicts.verdict import Verdict
from scanner.verdicts.views import View, seen_from_all
from scanner.verdicts.weigh import VOID, weigh


class Moment(Struct, frozen=True):
    """The run that is judged, and when."""

    run: Run
    at: datetime
    """When its last look was over."""
    again: Container[Asset] | None = None
    """What it looked at, under the registry's keys; None for everything."""
    void: bool = False
    """True when it found out too little to propose anything …"""
    why: str = VOID
    """… or when its proposals are too many to be true: the code that says so."""


class Judging:
    """Judges an estate once; afterwards `new` holds what was learnt for later runs to agree with."""

    def __init__(
        self,
        estate: Estate,
        seen: Vantages,
        moment: Moment,
        earlier: Earlier,
        known_as: Mapping[Asset, Asset],
    ) -> None:
        """Judge what is `seen`; `known_as` gives the registry's key of a hosting that has another."""
        self._estate, self._seen, self._moment = estate, seen, moment
        self._earlier, self._known_as = earlier, known_as
        self.new: list[Standing] = []

    def verdicts(self) -> Iterator[Verdict]:
        """Yield a verdict on every holding, in the estate's order."""
        as_of = self._moment.run.started_at
        ours = judge_iter(self._estate, self._seen.ours, as_of)
        theirs = [judge_iter(self._estate, looks, as_of) for _, looks in self._seen.others]
        for holding, verdict, *others in zip(self._estate.holdings, ours, *theirs, strict=True):
            yield self._weighed(holding, verdict, others)

    def _weighed(self, holding: Holding, ours: Verdict, others: list[Verdict]) -> Verdict:
        names = [name for name, _ in self._seen.others]
        views = [View(name, verdict) for name, verdict in zip(names, others, strict=True)]
        verdict = seen_from_all(View(self._seen.home, ours), views, holding.ownership)
        if holding.ownership is Ownership.FOREIGN:
            return verdict
        if not is_looked_at(holding):
            at, void, why = self._moment.run.started_at, self._moment.void, self._moment.why
            return weigh(verdict, (), at, void=void, why=why)
        asset = self._known_as.get(holding.asset, holding.asset)
        stands = {(one.vantage, one.began): one for one in self._earlier(asset)}
        fresh = {(one.vantage, one.began): one for one in self._stands(holding, asset, ours, views)}
        moment = self._moment
        weighed = weigh(
            verdict,
            {**stands, **fresh}.values(),
            moment.run.started_at,
            void=moment.void,
            why=moment.why,
        )
        self.new += (
            Standing(
                asset=asset,
                stand=one,
                run=moment.run.id,
                judged_at=moment.at,
                needs=weighed.needs,
                names=names_of(holding) if weighed.needs else (),
            )
            for key, one in fresh.items()
            if key not in stands
        )
        return weighed

    def _stands(
        self, holding: Holding, asset: Asset, ours: Verdict, views: list[View]
    ) -> Iterator[Stand]:
        """Yield what the looks at hand say of a thing, one for each vantage that looked at all of it."""
        moment = self._moment
        mine = moment.run.vantage == self._seen.home
        if mine and (moment.again is None or asset in moment.again):
            began = moment.run.started_at
            yield Stand(self._seen.home, began, moment.at, ours.use, ours.state)
        for view, (_, looks) in zip(views, self._seen.others, strict=True):
            span = looked_from(holding, looks, view.vantage)
            if span:
                state = view.verdict.state
                yield Stand(view.vantage, span.began, span.ended, view.verdict.use, state)


def names_of(holding: Holding) -> tuple[str, ...]:
    """Return the names to look at again for a thing: `*.` before one means with everything below it."""
    key = holding.asset.key
    match holding.asset.kind:
        case Kind.DOMAIN:
            return tuple(dict.fromkeys((f"*.{key}", key, *holding.hosts)))
        case Kind.SITE | Kind.MAIL:
            return tuple(dict.fromkeys((key, *holding.hosts)))
        case _:
            return holding.hosts
