"""What hangs on what: the client's accounts, the hostings and services in them, the names that live there.

The map is bounded: what has no room is counted where it would stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from reports.audit_file import AuditFile, Entry

ROWS = 130
"""Names that the whole map shows."""
ACCOUNTS = 24
ROWS_OF_ACCOUNT = 36
NAMES = (6, 24)
"""Names shown of one hosting at least, where it has more than one more, and at most …"""
NAMES_IN_ALL = 90
"""… and how many those of all hostings should come to."""
UNHOSTED = ("sites", "no_site")
"""Names on no known hosting: those with a site, and those without."""
_HOMES = ("hosting", "saas")
_LIVING = ("domain", "site", "mail")
_LIVES_ON = ("on_hosting", "on_service", "mail_on_hosting")


class Name(Struct, frozen=True):
    """A domain with what belongs to it in one place, or a site or mail whose domain is not the client's."""

    entry: Entry
    domain: str
    """Its use; empty where the domain is told elsewhere."""
    site: str
    """The best use of its sites here; empty where it has none."""
    sites: int
    mail: str
    row: int


class Home(Struct, frozen=True):
    """A hosting or a service, or names that are on none."""

    entry: Entry | None
    unhosted: str
    """One of UNHOSTED where there is no entry; empty otherwise."""
    names: tuple[Name, ...]
    left: int
    """How many more names it has than are shown."""
    row: int
    rows: int


class Account(Struct, frozen=True):
    """One account at one provider; with no login where none is known, and with no provider for the unhosted."""

    provider: str
    """The provider's code, as in the ids of its things."""
    login: str
    entry: Entry | None
    """The account itself, where it is one of the things."""
    holder: str
    """Its state, which says who holds it; empty where it is not known."""
    of: Entry | None
    """One thing of the provider, for its name."""
    homes: tuple[Home, ...]
    homes_left: int
    names_left: int
    """Names of the homes that are left out."""
    count: int
    """Names in all."""
    rows: int
    ties: str
    """Lines from the account to its homes and from these to their names, as the data of an SVG path."""


class Belongings(Struct, frozen=True):
    """The map."""

    accounts: tuple[Account, ...]
    accounts_left: int
    names_left: int
    """Names of the accounts that are left out."""
    not_drawn: int
    """Things that are bound to nothing here: certificates, licences and the like."""


class _Group:
    """The things of one domain in one place."""

    __slots__ = ("domain", "entry", "mail", "sites")

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.domain: Entry | None = None
        self.sites: list[Entry] = []
        self.mail: Entry | None = None


ROW = 24
"""Pixels."""
MIDDLE = 18
"""Of the first row, from the top of an account's picture."""
_ACCOUNT, _HOME, _NAME = (0, 240), (270, 520), (548, 1000)
"""From where to where the columns go, in thousandths of the width."""
_BEST_FIRST = ("used", "redirect", "unknown", "broken", "idle", "unused", "lapsed")
"""A thing's use is the best of what it carries."""
_Groups = dict[str, _Group]


def belongings(audit: AuditFile, ours: Iterable[Entry]) -> Belongings:
    """Draw the client's things from their relations."""
    entries = {entry.id: entry for entry in ours}
    groups = _together(entries, *_related(audit, entries))
    accounts = _accounts(audit, entries, groups)
    shown: list[Account] = []
    rows = 0
    for one in accounts:
        if shown and (rows + one.rows > ROWS or len(shown) == ACCOUNTS):
            break
        shown.append(one)
        rows += one.rows
    drawn = (*_LIVING, *_HOMES, "account")
    return Belongings(
        accounts=tuple(shown),
        accounts_left=len(accounts) - len(shown),
        names_left=sum(one.count for one in accounts[len(shown) :]),
        not_drawn=sum(entry.kind not in drawn for entry in entries.values()),
    )


def _related(
    audit: AuditFile, entries: Mapping[str, Entry]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the homes of sites, mail and domains, and the domains that sites and mail belong to."""
    homes: dict[str, list[str]] = defaultdict(list)
    domain_of: dict[str, str] = {}
    for one in audit.relations():
        if one.source not in entries or one.target not in entries:
            continue
        if one.kind in _LIVES_ON and entries[one.target].kind in _HOMES:
            if one.target not in homes[one.source]:
                homes[one.source].append(one.target)
        elif one.kind == "of_domain":
            domain_of[one.source] = one.target
    return homes, domain_of


def _together(
    entries: Mapping[str, Entry], homes: Mapping[str, list[str]], domain_of: Mapping[str, str]
) -> dict[str, _Groups]:
    """Return the names of each home, and under an empty id those on none."""
    found: dict[str, _Groups] = defaultdict(lambda: defaultdict(_Group))
    seats: dict[str, list[str]] = {}
    """Where sites and mail of a domain are: the site of its own name first, mail last."""
    mails = []
    for entry in entries.values():
        if entry.kind == "site":
            domain = domain_of.get(entry.id) or _own_domain(entry, entries)
            here = homes.get(entry.id) or [""]
            for home in here:
                found[home][domain].sites.append(entry)
            seat = seats.setdefault(domain, [])
            apex = domain == f"domain:{entry.name}"
            seats[domain] = [*here, *seat] if apex else [*seat, *here]
        elif entry.kind == "mail":
            mails.append(entry)
    for entry in mails:
        domain = domain_of.get(entry.id) or _own_domain(entry, entries)
        here = homes.get(entry.id) or seats.get(domain, [""])[:1]
        for home in here:
            found[home][domain].mail = entry
        seats.setdefault(domain, here)
    for entry in entries.values():
        if entry.kind == "domain":
            here = seats.get(entry.id) or homes.get(entry.id) or [""]
            found[here[0]][entry.id].domain = entry
    for named in found.values():
        for key, group in named.items():
            group.entry = entries.get(key) or group.mail or group.sites[0]
    return found


def _own_domain(entry: Entry, entries: Mapping[str, Entry]) -> str:
    """Return the domain of the same name, if it is the client's, or the thing itself."""
    domain = f"domain:{entry.name}"
    return domain if domain in entries else entry.id


def _accounts(
    audit: AuditFile, entries: Mapping[str, Entry], groups: Mapping[str, _Groups]
) -> list[Account]:
    """Return the accounts, the one with most names first and the unhosted names last."""
    homes: dict[tuple[str, str], list[Entry]] = {}
    known: dict[tuple[str, str], Entry] = {}
    for entry in entries.values():
        provider, _, key = entry.id.partition(":")[2].partition("/")
        if entry.kind == "account":
            homes.setdefault((provider, key), [])
            known[provider, key] = entry
        elif entry.kind in _HOMES:
            login = audit.asset(entry).facts.get("account")
            login = login if isinstance(login, str) else ""
            homes.setdefault((provider, login), []).append(entry)
    most = max(NAMES[0], min(NAMES[1], NAMES_IN_ALL // max(1, len(groups))))
    found = []
    for (provider, login), here in homes.items():
        drawn = [_home(entry, "", groups.get(entry.id, {}), most) for entry in here]
        itself = known.get((provider, login))
        account = _account(provider, login, here[0] if here else None, drawn)
        if itself:
            account = replace(account, entry=itself, holder=audit.asset(itself).state)
        found.append(account)
    found.sort(key=lambda one: (-one.count, one.provider, one.login))
    if unhosted := [*_unhosted(groups.get("", {}), most)]:
        found.append(_account("", "", None, unhosted))
    return found


def _unhosted(groups: _Groups, most: int) -> Iterator[Home]:
    sites = {key: one for key, one in groups.items() if one.sites}
    others = {key: one for key, one in groups.items() if not one.sites}
    for code, some in zip(UNHOSTED, (sites, others), strict=True):
        if some:
            yield _home(None, code, some, most)


def _home(entry: Entry | None, unhosted: str, groups: _Groups, most: int) -> Home:
    ranked = sorted(groups.values(), key=_rank)
    shown = ranked if len(ranked) <= most + 1 else ranked[:most]
    left = len(ranked) - len(shown)
    names = tuple(map(_name, shown))
    return Home(entry, unhosted, names, left, 0, max(1, len(shown) + bool(left)))


def _rank(group: _Group) -> tuple[int, str, str]:
    assert group.entry is not None  # set for every group as soon as all are known
    things = (group.domain, group.mail, *group.sites)
    best = min(_BEST_FIRST.index(one.use) for one in things if one)
    return best, group.entry.display_name, group.entry.id


def _name(group: _Group) -> Name:
    assert group.entry is not None
    uses = [site.use for site in group.sites]
    return Name(
        entry=group.entry,
        domain=group.domain.use if group.domain else "",
        site=min(uses, key=_BEST_FIRST.index) if uses else "",
        sites=len(uses),
        mail=group.mail.use if group.mail else "",
        row=0,
    )


def _account(provider: str, login: str, of: Entry | None, homes: list[Home]) -> Account:
    """Put homes below one another as far as there is room, those with most names first."""
    homes.sort(key=lambda one: (-_names(one), one.entry.id if one.entry else ""))
    shown: list[Home] = []
    row = 0
    for home in homes:
        if shown and row + home.rows > ROWS_OF_ACCOUNT:
            break
        names = tuple(replace(one, row=row + at) for at, one in enumerate(home.names))
        shown.append(replace(home, names=names, row=row))
        row += home.rows
    left = homes[len(shown) :]
    return Account(
        provider=provider,
        login=login,
        entry=None,
        holder="",
        of=of,
        homes=tuple(shown),
        homes_left=len(left),
        names_left=sum(map(_names, left)),
        count=sum(map(_names, homes)),
        rows=max(2 if login else 1, row + bool(left)),
        ties=_ties(shown, row if left else None),
    )


def _names(home: Home) -> int:
    return len(home.names) + home.left


def _ties(homes: list[Home], left_at: int | None) -> str:
    rows = [home.row for home in homes] + ([] if left_at is None else [left_at])
    drawn = _tie(_ACCOUNT[1], _HOME[0], 0, rows)
    for home in homes:
        if home.names:
            drawn += _tie(_HOME[1], _NAME[0], home.row, range(home.row, home.row + home.rows))
    return drawn


def _tie(start: int, end: int, row: int, rows: Sequence[int]) -> str:
    """Draw lines from the right edge of a box to what stands beside it, in the given rows."""
    if not rows:
        return ""
    half = (start + end) // 2
    drawn = f"M{start} {_middle(row)}H{half}V{_middle(rows[-1])}"
    return drawn + "".join(f"M{half} {_middle(at)}H{end}" for at in rows)


def _middle(row: int) -> int:
    return MIDDLE + row * ROW
