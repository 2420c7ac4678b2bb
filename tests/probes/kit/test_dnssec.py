"""Keys, DS records and signatures put together: RFC 4034, 4035."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.dnssec import (
    SignedSet,
    ZoneKey,
    iterations_of,
    keys_of,
    read_signed,
    signers_of,
    verified,
)
from probes.kit.observation import Absent, Seen, Unknown

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZONE = dns.name.from_text("d.ru")
PRIVATE = ec.generate_private_key(ec.SECP256R1())
KEY = dns.dnssec.make_dnskey(PRIVATE.public_key(), 13, flags=257)
OTHER = ec.generate_private_key(ec.SECP256R1())
SOA = dns.rrset.from_text(ZONE, 300, "IN", "SOA", "ns.d.ru. a.d.ru. 1 7200 3600 1209600 3600")


def keys(*more) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(ZONE, 300, [KEY, *more])


def signed(
    rrset, private=PRIVATE, key=KEY, starts=NOW - timedelta(days=1), ends=NOW + timedelta(days=7)
):
    return dns.dnssec.sign(
        rrset, private, ZONE, key, inception=starts.timestamp(), expiration=ends.timestamp()
    )


def answer(rrset, *signatures, flags="AA", rcode=0) -> bytes:
    kind = "SOA" if rrset is None else dns.rdatatype.to_text(rrset.rdtype)
    message = dns.message.make_response(dns.message.make_query(ZONE, kind, want_dnssec=True))
    message.flags |= dns.flags.from_text(flags) if flags else 0
    message.set_rcode(rcode)
    if rrset is not None:
        message.answer.append(rrset)
    for one in signatures:
        message.answer.append(dns.rrset.from_rdata(ZONE, 300, one))
    return message.to_wire(max_size=65535)


def read(rrset, *signatures) -> SignedSet:
    outcome = read_signed(answer(rrset, *signatures), "d.ru", dns.rdatatype.to_text(rrset.rdtype))
    assert isinstance(outcome, Seen)
    return outcome.fact


def ds(key=KEY, digest="SHA256") -> str:
    policy = dns.dnssec.allow_all_policy
    return dns.dnssec.make_ds(ZONE, key, digest, policy=policy, validating=True).to_text()


def test_a_good_zone_hangs_together():
    """The DS is the digest of the key, which signed the keys and the SOA."""
    own = read(keys(), signed(keys()))
    signers = signers_of([ds()], "d.ru", own)
    over_keys = verified(own, "d.ru", "DNSKEY", own, signers)
    over_soa = verified(read(SOA, signed(SOA)), "d.ru", "SOA", own, signers)

    assert [(one.matches, one.weak) for one in signers] == [(True, False)]
    assert [(one.verifies, one.by_ds, one.ends) for one in (*over_keys, *over_soa)] == [
        (True, True, NOW + timedelta(days=7))
    ] * 2
    assert keys_of(own) == (ZoneKey(dns.dnssec.key_id(KEY), 13, 0),)
    assert not keys_of(own)[0].weak


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(-30, -1), (1, 8), (-1, 400)],
    ids=["expired", "not yet valid", "very long"],
)
def test_whether_a_signature_holds_does_not_depend_on_the_hour(starts, ends):
    """Its term is told; who judges compares it with his own clock."""
    term = {"starts": NOW + timedelta(days=starts), "ends": NOW + timedelta(days=ends)}
    own = read(keys(), signed(keys(), **term))
    (one,) = verified(own, "d.ru", "DNSKEY", own)

    assert (one.verifies, one.starts, one.ends) == (True, term["starts"], term["ends"])


def test_a_signature_by_a_stranger_does_not_verify():
    """A key that merely has the same tag, or changed records, do not either."""
    forged = signed(SOA, OTHER)
    changed = dns.rrset.from_text(
        ZONE, 300, "IN", "SOA", "ns.e.ru. a.d.ru. 1 7200 3600 1209600 3600"
    )
    own = read(keys(), signed(keys()))

    assert [one.verifies for one in verified(read(SOA, forged), "d.ru", "SOA", own)] == [False]
    assert [one.verifies for one in verified(read(changed, signed(SOA)), "d.ru", "SOA", own)] == [
        False
    ]


def test_a_signature_by_an_algorithm_that_nobody_here_computes_is_left_open():
    text = signed(SOA).to_text().split()
    text[1] = "23"
    odd = dns.rdata.from_text("IN", "RRSIG", " ".join(text))
    strange = dns.rdata.from_text("IN", "DNSKEY", "257 3 23 " + KEY.to_text().split()[3])
    text[6] = str(dns.dnssec.key_id(strange))
    odd = dns.rdata.from_text("IN", "RRSIG", " ".join(text))
    own = read(dns.rrset.from_rdata_list(ZONE, 300, [strange]))

    assert [one.verifies for one in verified(read(SOA, odd), "d.ru", "SOA", own)] == [None]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([ds()], [(True, False)]),
        ([ds(digest="SHA384")], [(True, False)]),
        ([ds(digest="SHA1")], [(True, True)]),
        (["1234 13 2 " + "ab" * 32], [(False, False)]),
        ([ds().replace(" 13 2 ", " 8 2 ")], [(False, False)]),
        (["nonsense", ds()], [(True, False)]),
        (["1 2 3"], []),
    ],
)
def test_a_ds_is_the_digest_of_a_key(texts, told):
    """RFC 4034 section 5; each hash in use."""
    own = read(keys())

    assert [(one.matches, one.weak) for one in signers_of(texts, "d.ru", own)] == told
    assert not any(one.matches for one in signers_of(texts, "d.ru", None))


@pytest.mark.parametrize(
    ("flags", "protocol", "signs"), [(256, 3, True), (257, 3, True), (0, 3, False), (385, 3, False)]
)
def test_only_zone_keys_that_are_not_revoked_sign(flags, protocol, signs):
    """RFC 4034 section 2.1.1, RFC 5011 section 2.1."""
    key = dns.rdata.from_text("IN", "DNSKEY", f"{flags} {protocol} 13 {KEY.to_text().split()[3]}")
    own = read(dns.rrset.from_rdata_list(ZONE, 300, [key]))

    assert bool(keys_of(own)) is signs


@pytest.mark.parametrize(("algorithm", "weak"), [(5, True), (7, True), (8, False), (10, False)])
def test_the_length_of_an_rsa_key_is_told(algorithm, weak):
    """RFC 3110; SHA-1 is not to be signed with."""
    public = rsa.generate_private_key(65537, 1024).public_key()
    key = dns.dnssec.make_dnskey(public, 8)
    text = key.to_text().split()
    text[2] = str(algorithm)
    own = read(
        dns.rrset.from_rdata_list(ZONE, 300, [dns.rdata.from_text("IN", "DNSKEY", " ".join(text))])
    )

    assert [(one.bits, one.weak) for one in keys_of(own)] == [(1024, weak)]


@pytest.mark.parametrize(
    ("wire", "outcome"),
    [
        (answer(None), Absent),
        (answer(SOA, flags=""), Unknown),
        (answer(SOA, rcode=2), Unknown),
        (answer(None, rcode=5), Unknown),
        (b"nothing", Unknown),
    ],
)
def test_only_an_authority_can_deny(wire, outcome):
    """No records without AA, and a failure, are no answer."""
    assert isinstance(read_signed(wire, "d.ru", "SOA"), outcome)


@pytest.mark.parametrize(
    ("records", "count"), [(["1 0 0 -"], 0), (["1 0 150 aabb"], 150), ([], None)]
)
def test_extra_hashing_is_told(records, count):
    """RFC 9276."""
    rrset = dns.rrset.from_text(ZONE, 0, "IN", "NSEC3PARAM", *records) if records else None

    assert iterations_of(answer(rrset), "d.ru") == count


@given(some.binary(max_size=600))
def test_no_bytes_are_too_odd(raw):
    """A hostile server may send anything."""
    read_signed(raw, "d.ru", "DNSKEY")
    iterations_of(raw, "d.ru")
    signers_of([raw.decode("latin-1")], "d.ru", None)


def test_keys_made_to_be_slow_cost_a_bounded_time():
    """One tag for many keys, and many signatures by it (CVE-2023-50387): each key is tried at each, of few."""
    rrset = dns.rrset.from_rdata_list(ZONE, 300, [KEY])
    for _ in range(20):
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        rrset.add(dns.dnssec.make_dnskey(public, 13, flags=257))
    made = [signed(rrset, OTHER, starts=NOW - timedelta(days=n)) for n in range(1, 40)]
    own = read(rrset, *made)

    assert (len(own.records), len(own.signatures)) == (8, 4)
    assert not any(one.verifies for one in verified(own, "d.ru", "DNSKEY", own))
