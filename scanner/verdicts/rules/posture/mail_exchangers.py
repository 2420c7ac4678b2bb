"""Whether the hosts that take a domain's mail can take it, and take it encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from probes.dns_records import DnsRecords
from probes.kit.dmarc import Handling, read_dmarc
from probes.kit.observation import Absent, Outcome, Seen, Unknown
from probes.kit.target import Domain, Endpoint
from probes.mail_policy import MailPolicy, SenderPolicy
from probes.tls_certificate import Trust
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY, TLS_CERTIFICATE
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.mail_hosts import Door, mail_hosts
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_OWN_NETS = tuple(
    ip_network(net)
    for net in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


@posture_rule(
    id="mail_exchangers",
    sentence="An MX names a host with an address of its own; a domain without mail says so outright.",
    authority="RFC 2181 10.3; RFC 3207; RFC 5321 5.1; RFC 7505; M3AAWG on parked domains; MX-01 to MX-04",
    kinds=(Kind.MAIL,),
    says=(
        "mx_missing_but_sends",
        "mx_is_alias",
        "mx_gone",
        "mx_is_address",
        "mx_is_local",
        "null_mx_beside_others",
        "parked_mail_open",
        "parked_mail_open_no_address",
        "smtp_no_starttls",
        "smtp_certificate",
    ),
)
def mail_exchangers(dossier: Dossier) -> Iterator[Finding]:
    """Read the MX records, then each host; a domain without any is asked whether it is closed."""
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    match records.outcome:
        case Unknown(reason):
            yield from unchecked("mail_servers", reason, records)
        case Seen(fact):
            match fact.mx:
                case Unknown(reason):
                    yield from unchecked("mail_servers", reason, records)
                case Absent():
                    yield from _without_mail(dossier, fact, records)
                case Seen(exchanges):
                    hosts = list(dict.fromkeys(one.host for one in exchanges))
                    if "" in hosts and len(hosts) > 1:
                        yield fault("null_mx_beside_others", records, hosts=[h for h in hosts if h])
                    if fact.null_mx:
                        yield from _without_mail(dossier, fact, records)
                    for host in filter(None, hosts):
                        yield from _host(dossier, host, records)
                    yield from _encryption(dossier)


def _host(dossier: Dossier, host: str, records: Sighting[DnsRecords]) -> Iterator[Finding]:
    if _is_address(host):
        yield fault("mx_is_address", records, host=host)
        return
    if host == "localhost" or host.endswith((".localhost", ".local")):
        yield fault("mx_is_local", records, host=host)
        return
    found = presence(dossier.looks, host)
    if found.chain:
        yield fault("mx_is_alias", records, found.sighting, host=host, target=found.chain[-1])
    if found.lives is Lives.NOWHERE:
        yield fault("mx_gone", records, found.sighting, host=host)
    elif found.addresses and all(map(_is_local, found.addresses)):
        yield fault("mx_is_local", records, found.sighting, host=host)
    elif found.lives is Lives.UNKNOWN:
        yield from unchecked("mail_servers", found.reason, found.sighting)


def _encryption(dossier: Dossier) -> Iterator[Finding]:
    for host in mail_hosts(dossier, dossier.asset.key):
        if host.door is not Door.OPEN or host.server is None:
            continue
        if not host.server.starttls:
            yield fault("smtp_no_starttls", host.sighting, host=host.name)
            continue
        served = dossier.see(TLS_CERTIFICATE, Endpoint(host.name, 25, "smtp"))
        match served.outcome:
            case Seen(certificate) if certificate.trust is not Trust.TRUSTED:
                told = {"host": host.name, "trouble": str(certificate.trust)}
                yield fault("smtp_certificate", served, **told)


def _without_mail(
    dossier: Dossier, fact: DnsRecords, records: Sighting[DnsRecords]
) -> Iterator[Finding]:
    """Ask whether others can pretend to write from a domain that neither takes nor sends mail."""
    policy = dossier.see(MAIL_POLICY, Domain(dossier.asset.key))
    match policy.outcome:
        case Unknown(reason):
            yield from unchecked("sender_policy", reason, policy)
            return
        case Absent():
            said: MailPolicy | None = None
        case Seen(seen):
            said = seen
    match said.spf if said else Absent("NXDOMAIN"):
        case Unknown(reason):
            yield from unchecked("sender_policy", reason, policy)
            return
        case Seen(spf) if not spf.denies_all:
            if isinstance(fact.mx, Absent):
                yield fault("mx_missing_but_sends", records, policy)
            return
    missing = [] if fact.null_mx else ["null_mx"]
    missing += ["spf"] if said is None or not _denies(said.spf) else []
    missing += ["dmarc"] if said is None or not _rejects(said.dmarc) else []
    if missing:
        apex = presence(dossier.looks, dossier.asset.key)
        code = "parked_mail_open" if apex.addresses else "parked_mail_open_no_address"
        yield fault(code, records, policy, missing=missing)


def _denies(spf: Outcome[SenderPolicy]) -> bool:
    return isinstance(spf, Seen) and spf.fact.denies_all


def _rejects(dmarc: Outcome[str]) -> bool:
    """Say whether forged mail is to be rejected; where that could not be read, nothing is missing."""
    match dmarc:
        case Seen(record):
            return read_dmarc(record).effective is Handling.REJECT
        case Absent():
            return False
        case Unknown():
            return True


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdigit()
    return True


def _is_local(ip: str) -> bool:
    address = ip_address(ip)
    return any(address.version == net.version and address in net for net in _OWN_NETS)
