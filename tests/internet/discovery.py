"""How much of an estate is found, and whose it is said to be: `python -m tests.internet.discovery [CLIENT…]`.

The consultant hands over three names, the firm, its tax number, its brands and the registries' lists of names.
The table shows for every hidden name how it was found and what it was taken for, or by which path it should
have been found; and for every stranger's name that was met, what it was taken for.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tests.internet import population
from tests.internet.lab import Lab, obstacles
from tests.internet.population import Population
from tests.internet.scenes import Asset, Audit, audit, owner_of, tenants

OURS = {"confirmed", "likely"}
PATHS = {
    "ns_host_of",
    "mx_host_of",
    "soa_mailbox_of",
    "spf_include_of",
    "dmarc_report_of",
    "tls_report_of",
    "caa_contact_of",
    "srv_host_of",
    "cname_of",
    "transferred_from_zone",
    "listed_in_zone_chain_of",
    "reverse_name_of",
    "named_in_certificate_of",
    "named_in_certificate_log_of",
    "certificate_issued_to",
    "linked_from",
    "redirect_from",
    "canonical_of",
    "alternate_of",
    "allowed_by_policy_of",
    "in_sitemap_of",
    "in_security_txt_of",
    "mail_domain_on_page_of",
    "registered_like",
    "archived_below",
    "found_by_label_below",
}
"""The ways to a name that a search of all sources has; each hidden name says which of them is its own."""
PATIENCE = 1200.0
"""Seconds that the audit of an estate may take on a small machine."""


class Sought(Struct, frozen=True):
    """A name, what is true of it, and what the audit says."""

    name: str
    true: str
    """Of a hidden name the path by which it can be found; of a stranger's the reason to mistake it."""
    said: str = ""
    """The ownership that the audit gives; empty: the name is not in the audit."""
    chain: str = ""
    """How the audit came to it."""
    reasons: str = ""
    """The reasons for the ownership, with their groups."""

    @property
    def ours(self) -> bool:
        """Whether the audit calls it the client's."""
        return self.said in OURS


class Measured(Struct, frozen=True):
    """One audited estate."""

    client: str
    domains: list[Sought]
    """Registered names that were to be found."""
    hosts: list[Sought]
    """Hosts that were to be found."""
    strangers: list[Sought]
    """Strangers' registered names that were laid out as traps."""
    claimed: list[Sought]
    """Everything of anybody else's that the audit calls the client's."""
    sources: list[str]
    """What each source is said to have given."""


def discover(lab: Lab, client: str, folder: Path) -> Audit:
    """Audit an estate from what the consultant was handed."""
    estate = lab.world.estates[client]
    more: list[str | Path] = ["--org", estate.org, "--inn", estate.inn]
    for brand in estate.brands:
        more += ["--brand", brand]
    for names in sorted((lab.folder / "zones").glob("*.gz")):
        more += ["--from", names]
    return audit(lab, client, folder, more=more, patience=PATIENCE)


def measure(world: Population, done: Audit) -> Measured:
    """Hold an audit against the truth about its estate."""
    client = done.client
    assets = {asset["id"]: asset for asset in done.assets}
    owned = [domain for domain in world.owned(client) if domain.hidden]
    return Measured(
        client=client,
        domains=[_sought(one.name, one.hidden, assets.get(f"domain:{one.name}")) for one in owned],
        hosts=[
            _sought(one.host(label), path, assets.get(f"site:{one.host(label)}"))
            for one in world.owned(client)
            for label, path in one.hidden_hosts.items()
        ],
        strangers=[
            _sought(one.name, one.trap, assets.get(f"domain:{one.name}"))
            for one in world.strangers(client)
            if one.trap
        ],
        claimed=list(_claimed(world, done)),
        sources=[_source(one) for one in done.document["run"]["sources"]],
    )


def recall(sought: list[Sought]) -> float:
    """The share of the names that the audit calls the client's."""
    return sum(one.ours for one in sought) / len(sought)


def table(measured: Measured) -> Iterator[str]:
    """The lines of the table."""
    yield f"=== {measured.client}"
    for title, sought in (("registered names", measured.domains), ("hosts", measured.hosts)):
        found = sum(one.ours for one in sought)
        yield f"\n{title}: {found} of {len(sought)} found, {recall(sought):.1%}"
        for one in sought:
            mark = "  " if one.ours else "- "
            yield f"{mark}{one.name:<38} {one.said or 'not listed'}"
            yield f"     {one.chain or 'missed; to be found: ' + one.true}"
            if one.said and not one.ours:
                yield f"     to be found: {one.true}"
            if one.reasons:
                yield f"     because {one.reasons}"
    listed = [one for one in measured.strangers if one.said]
    yield f"\nstrangers: {len(measured.strangers)} laid out, {len(listed)} met"
    for one in listed:
        mark = "! " if one.ours else "  "
        yield f"{mark}{one.name:<38} {one.said:<10} ({one.true})"
        yield f"     {one.chain}"
        if one.reasons:
            yield f"     because {one.reasons}"
    yield f"\ncalled the client's and is not: {len(measured.claimed)}"
    yield from (f"! {one.name} {one.said}: {one.chain}" for one in measured.claimed)
    yield "\nsources"
    yield from (f"  {line}" for line in measured.sources)


def _sought(name: str, true: str, asset: Asset | None) -> Sought:
    if asset is None:
        return Sought(name, true)
    given = [
        f"{reason['code']} ({reason.get('group') or 'no group'})"
        for reason in asset["ownership_reasons"]
    ]
    return Sought(name, true, asset["ownership"], _chain(asset), ", ".join(given))


def _chain(asset: Asset) -> str:
    """The steps to an asset, the first one last."""
    steps = [f"{step['code']} {step.get('from') or ''}".strip() for step in asset["found_by"]]
    return " <- ".join(steps)


def _claimed(world: Population, done: Audit) -> Iterator[Sought]:
    his = tenants(done.client, world)
    for asset in done.assets:
        kind, _, name = asset["id"].partition(":")
        if kind not in {"domain", "site", "mail"} or asset["ownership"] not in OURS:
            continue
        if owner_of(name, world) != done.client and name not in his:
            yield _sought(asset["id"], "", asset)


def _source(one: dict[str, object]) -> str:
    count = f"{one['answered']} of {one['asked']} answered"
    return f"{one['name']:<28} {one['status']:<10} {count}  {one.get('reason') or ''}".rstrip()


def main() -> int:
    """Audit the estates and print the table of each; 1 if something is missed or wrongly claimed."""
    estates = population.load(lab="discovery").estates
    known = [name for name, estate in estates.items() if estate.brands]
    parser = argparse.ArgumentParser(prog="python -m tests.internet.discovery", description=__doc__)
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=f"of {', '.join(known)}; all")
    clients = parser.parse_args().clients or known
    if strange := [name for name in clients if name not in known]:
        parser.error(f"no such estate: {', '.join(strange)}")
    reasons = obstacles()
    if reasons:
        print(f"No lab here: {'; '.join(reasons)}.", file=sys.stderr)
        return 1
    lab = Lab.start(which="discovery")
    short = False
    try:
        for client in clients:
            with tempfile.TemporaryDirectory() as folder:
                done = measure(lab.world, discover(lab, client, Path(folder)))
            print("\n".join(table(done)), end="\n\n")
            short |= bool(done.claimed) or min(recall(done.domains), recall(done.hosts)) < 0.95
    finally:
        lab.stop()
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
