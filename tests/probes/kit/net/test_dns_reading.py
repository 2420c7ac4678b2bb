"""Only an authority's statement is Absent; everything else we could not read is Unknown."""

from __future__ import annotations

import dns.edns
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.net import DnsAnswer
from probes.kit.net.dns_reading import (
    MOST_RECORDS,
    Authority,
    Exchange,
    IssuerRule,
    Service,
    lifetime,
    read_answer,
)
from probes.kit.observation import Absent, Reason, Seen, Unknown
from tests.peers.paper_net import dns_page


def read(name, type, *records, **how):
    [(question, answer)] = dns_page(name, type, *records, **how).items()
    return read_answer(answer, question.name, question.type)


@pytest.mark.parametrize(
    ("type", "records", "fact"),
    [
        ("A", ["d.ru A 192.0.2.10", "d.ru A 192.0.2.9"], ("192.0.2.9", "192.0.2.10")),
        ("AAAA", ["d.ru AAAA 2001:DB8:0:0::1"], ("2001:db8::1",)),
        ("AAAA", ["d.ru AAAA ::ffff:192.0.2.1"], ("::ffff:c000:201",)),
        (
            "NS",
            ["d.ru NS NS2.Example.RU.", "d.ru NS ns1.example.ru."],
            ("ns1.example.ru", "ns2.example.ru"),
        ),
        (
            "MX",
            ["d.ru MX 20 b.ru.", "d.ru MX 5 z.ru."],
            (Exchange(5, "z.ru"), Exchange(20, "b.ru")),
        ),
        ("MX", ["d.ru MX 0 ."], (Exchange(0, ""),)),
        (
            "SOA",
            ["d.ru SOA ns.d.ru. i\\.van.d.ru. 7 1 1 1 1"],
            (Authority("ns.d.ru", "i.van@d.ru", 7, 1, 1, 1, 1),),
        ),
        (
            "TXT",
            ['d.ru TXT "v=spf1 " "-all"', 'd.ru TXT "\\208\\150\\255"'],
            ("v=spf1 -all", "Ж\ufffd"),
        ),
        ("CAA", ['d.ru CAA 0 ISSUE "letsencrypt.org"'], (IssuerRule("issue", "letsencrypt.org"),)),
        ("CNAME", ["d.ru CNAME x.example."], ("x.example",)),
        ("A", ["D.RU A 192.0.2.1", "other.ru A 192.0.2.2"], ("192.0.2.1",)),
    ],
)
def test_records_are_read_in_a_settled_order(type, records, fact):
    """Values in canonical spelling, sorted, only the owner's own."""
    assert read("d.ru", type, *records).outcome == Seen(fact)


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ({"rcode": "NXDOMAIN"}, Absent("NXDOMAIN")),
        ({}, Absent("NODATA")),
        ({"authority": ()}, Absent("NODATA")),
        ({"authority": (), "flags": "AA"}, Absent("NODATA")),
        (
            {"authority": (), "flags": ""},
            Unknown(Reason.MALFORMED, "an empty answer without authority"),
        ),
        ({"authority": ("ru NS a.ru.",)}, Unknown(Reason.MALFORMED, "a referral, not an answer")),
        ({"rcode": "SERVFAIL"}, Unknown(Reason.SERVFAIL, "127.0.0.53")),
        ({"rcode": "REFUSED"}, Unknown(Reason.DNS_REFUSED, "127.0.0.53")),
        ({"rcode": "FORMERR"}, Unknown(Reason.MALFORMED, "rcode 1 from 127.0.0.53")),
        ({"flags": "TC"}, Unknown(Reason.OVERSIZED, "cut short by 127.0.0.53")),
    ],
)
def test_only_an_authority_says_no(how, outcome):
    """Absent is NXDOMAIN or NODATA; a referral, a failure or a fragment is Unknown."""
    assert read("d.ru", "MX", **how).outcome == outcome


@pytest.mark.parametrize("code", [4, 15, 16, 17, 18])
def test_a_forged_address_is_no_address(code):
    """A resolver that blocks a name may lead us to a page about it; a stale address is an address."""
    query = dns.message.make_query("d.ru.", "A", use_edns=0)
    response = dns.message.make_response(query, recursion_available=True)
    response.answer.append(dns.rrset.from_text("d.ru.", 60, "IN", "A", "192.0.2.1"))

    def outcome(code: int):
        response.use_edns(0, options=[dns.edns.EDEOption(code)])
        return read_answer(DnsAnswer(response.to_wire(), "127.0.0.53"), "d.ru", "A").outcome

    assert outcome(code).reason is Reason.ACCESS_DENIED
    assert outcome(3) == Seen(("192.0.2.1",))


@pytest.mark.parametrize("code", [3, 4, 15, 16, 17, 18, 19])
@pytest.mark.parametrize("rcode", [dns.rcode.NXDOMAIN, dns.rcode.NOERROR])
def test_a_filtering_resolver_is_no_authority(code, rcode):
    """A blocked, censored, filtered or stale "no" (RFC 8914) is Unknown."""
    query = dns.message.make_query("d.ru.", "A", use_edns=0)
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(rcode)
    response.use_edns(0, options=[dns.edns.EDEOption(code)])

    outcome = read_answer(DnsAnswer(response.to_wire(), "127.0.0.53"), "d.ru", "A").outcome

    assert isinstance(outcome, Unknown)
    assert outcome.reason is Reason.ACCESS_DENIED


def test_the_upper_bits_of_the_code_count():
    """BADVERS looks like NOERROR to those who do not read the OPT record."""
    query = dns.message.make_query("d.ru.", "A", use_edns=0)
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(dns.rcode.BADVERS)

    outcome = read_answer(DnsAnswer(response.to_wire(), "127.0.0.53"), "d.ru", "A").outcome

    assert outcome == Unknown(Reason.MALFORMED, "rcode 16 from 127.0.0.53")


def test_aliases_are_followed_to_records():
    """The chain in order, the shortest life on the way."""
    reading = read("a.ru", "A", "c.ru A 192.0.2.1", "b.ru CNAME c.ru.", "a.ru CNAME b.ru.")

    assert reading.chain == ("b.ru", "c.ru")
    assert reading.outcome == Seen(("192.0.2.1",))
    assert reading.ttl == 300


def test_an_alias_may_lead_to_a_name_that_does_not_exist():
    """Resolvers put NXDOMAIN beside the aliases: it speaks of the last name."""
    reading = read("a.ru", "A", "a.ru CNAME b.ru.", rcode="NXDOMAIN")

    assert reading.chain == ("b.ru",)
    assert reading.outcome == Absent("NXDOMAIN")


@pytest.mark.parametrize(
    "records",
    [
        ["a.ru CNAME b.ru.", "b.ru CNAME a.ru."],
        ["a.ru CNAME a.ru."],
        ["a.ru CNAME n0.ru.", *(f"n{i}.ru CNAME n{i + 1}.ru." for i in range(12))],
    ],
)
def test_aliases_without_an_end_are_unknown(records):
    """A circle, or more than ten."""
    outcome = read("a.ru", "A", *records).outcome

    assert isinstance(outcome, Unknown)
    assert outcome.reason is Reason.LOOP


def test_a_chain_that_just_stops_is_not_nodata():
    """Nobody said anything about the last name."""
    reading = read("a.ru", "A", "a.ru CNAME b.ru.")

    assert reading.unfinished
    assert isinstance(reading.outcome, Unknown)


def test_records_beside_nxdomain_are_not_believed():
    """Such an answer contradicts itself."""
    outcome = read("a.ru", "A", "a.ru A 192.0.2.1", rcode="NXDOMAIN").outcome

    assert outcome == Unknown(Reason.MALFORMED, "records beside NXDOMAIN")


def test_an_answer_to_another_question_is_no_answer():
    """Also when it comes from a recording."""
    [answer] = dns_page("a.ru", "A", "a.ru A 192.0.2.1").values()

    outcome = read_answer(answer, "b.ru", "A").outcome

    assert outcome == Unknown(Reason.MALFORMED, "127.0.0.53 answered something else")


def test_a_broken_record_spoils_the_answer():
    """An address of three octets."""
    [answer] = dns_page("a.ru", "A", "a.ru A 192.0.2.1").values()
    wire = answer.wire.replace(b"\x00\x04\xc0\x00\x02\x01", b"\x00\x03\xc0\x00\x02")

    outcome = read_answer(DnsAnswer(wire, "127.0.0.53"), "a.ru", "A").outcome

    assert outcome == Unknown(Reason.MALFORMED, "unreadable record of type 1")


def test_no_answer_brings_more_than_a_hundred_records():
    """The rest is left out."""
    outcome = read("a.ru", "A", *(f"a.ru A 192.0.2.{i}" for i in range(150))).outcome

    assert isinstance(outcome, Seen)
    assert len(outcome.fact) == MOST_RECORDS


def test_records_of_a_name_that_cannot_be_read_are_no_absence():
    """They may be the very records that were asked for."""
    [answer] = dns_page("a.ru", "A", "a.ru A 192.0.2.1").values()
    pointer = answer.wire.index(b"\xc0\x0c")
    wire = answer.wire[:pointer] + b"\xc0\xff" + answer.wire[pointer + 2 :]

    outcome = read_answer(DnsAnswer(wire, "127.0.0.53"), "a.ru", "A").outcome

    assert outcome == Unknown(Reason.MALFORMED, "records of an unreadable name")


SOA = "d.ru {ttl} SOA ns.d.ru. hm.d.ru. 1 2 3 4 {least}"


@pytest.mark.parametrize(
    ("rcode", "answers", "authority", "seconds"),
    [
        ("NOERROR", ["d.ru {ttl} A 192.0.2.1"], [], 700),
        ("NOERROR", ["d.ru 60 CNAME e.ru.", "e.ru 9 A 192.0.2.1"], [], 9),
        ("NOERROR", ["d.ru 60 CNAME e.ru.", "e.ru 900 A 192.0.2.1"], ["ru 5 NS a.ru."], 60),
        ("NOERROR", [], [SOA], 300),
        ("NOERROR", ["d.ru 60 CNAME e.ru."], [SOA], 60),
        ("NXDOMAIN", [], [SOA], 300),
        ("NXDOMAIN", [], [SOA.replace("{least}", "9000")], 700),
        ("NXDOMAIN", [], [], 0),
        ("NOERROR", [], [], 0),
        ("SERVFAIL", [], [SOA], 0),
        ("REFUSED", ["d.ru {ttl} A 192.0.2.1"], [], 0),
    ],
)
def test_an_answer_lives_as_long_as_it_says(rcode, answers, authority, seconds):
    """The shortest TTL on the way; of a "no" the SOA's word; of a failure nothing."""
    message = dns.message.make_response(dns.message.make_query("d.ru", "A"))
    message.set_rcode(dns.rcode.from_text(rcode))
    for section, lines in ((message.answer, answers), (message.authority, authority)):
        for line in lines:
            owner, ttl, kind, data = line.format(ttl=700, least=300).split(" ", 3)
            section.append(dns.rrset.from_text(f"{owner}.", int(ttl), "IN", kind, data))

    assert lifetime(message.to_wire()) == seconds


hosts = some.sampled_from(["ns1.d.ru", "NS2.example.com", "www.d.ru", "d.ru", "x.ns1.d.ru", ""])
data = {
    "NS": hosts.map("{}.".format),
    "PTR": hosts.map("{}.".format),
    "MX": some.tuples(some.integers(0, 65535), hosts).map(lambda two: f"{two[0]} {two[1]}."),
    "SOA": some.tuples(hosts, hosts).map(lambda two: f"{two[0]}. {two[1]}. 7 1 2 3 4"),
    "TXT": some.binary(min_size=1, max_size=600).map(
        lambda text: " ".join(
            '"' + "".join(f"\\{octet:03}" for octet in text[at : at + 200]) + '"'
            for at in range(0, len(text), 200)
        )
    ),
    "CAA": some.sampled_from(['0 issue "ca.example"', '128 iodef "mailto:a@d.ru"', '0 issue ";"']),
    "SRV": hosts.map("1 2 443 {}.".format),
    "TLSA": some.sampled_from(["3 1 1 " + "ab" * 32, "2 0 2 " + "cd" * 64]),
}


def plain(value) -> str:
    """A value of ours as dnspython would write its parts, without case and final dots."""
    match value:
        case Exchange(preference, host):
            return f"{preference} {host}"
        case IssuerRule(tag, text):
            return f'{tag} "{text}"'
        case Authority(primary, _, serial):
            return f"{primary} {serial}"
        case Service(priority, weight, port, host):
            return f"{priority} {weight} {port} {host}"
    return value


def oracle(record) -> str:
    match record.rdtype.name:
        case "MX":
            return f"{record.preference} {record.exchange.to_text(True).lower().strip('.')}"
        case "CAA":
            return f'{record.tag.decode()} "{record.value.decode()}"'
        case "SOA":
            return f"{record.mname.to_text(True).lower().strip('.')} {record.serial}"
        case "TXT":
            return b"".join(record.strings).decode("utf-8", "replace")
        case "SRV":
            host = record.target.to_text(True).lower().strip(".")
            return f"{record.priority} {record.weight} {record.port} {host}"
        case "NS" | "PTR":
            return record.target.to_text(True).lower().strip(".")
    return record.to_text()


@given(some.data())
def test_a_record_says_what_dnspython_reads(chosen):
    """In whatever message it comes, however its names are compressed, met before or not."""
    type = chosen.draw(some.sampled_from(sorted(data)))
    values = chosen.draw(some.lists(data[type], min_size=1, max_size=5))
    message = dns.message.make_response(dns.message.make_query("d.ru", type), True)
    message.answer.append(dns.rrset.from_text_list("d.ru.", 60, "IN", type, values))
    wire = message.to_wire()

    outcome = read_answer(DnsAnswer(wire, "127.0.0.53"), "d.ru", type).outcome

    [records] = dns.message.from_wire(wire).answer
    assert isinstance(outcome, Seen)
    assert {plain(value) for value in outcome.fact} == {oracle(record) for record in records}
