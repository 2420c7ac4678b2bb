"""One registered name as nine kinds of registries would write it. Indented: use `dedent`."""

TCI = """\
    % TCI Whois Service. Terms of use:
    % https://tcinet.ru/documents/whois_ru_rf.pdf (in Russian)

    domain:        ROMASHKA.RU
    nserver:       ns1.romashka.ru. 192.0.2.1, 2001:db8::1
    nserver:       ns2.hoster.example.
    state:         REGISTERED, DELEGATED, VERIFIED
    org:           OOO "Romashka"
    taxpayer-id:   7736207543
    registrar:     RU-CENTER-RU
    admin-contact: https://www.nic.ru/whois
    created:       2004-02-18T21:00:00Z
    paid-till:     2026-02-18T21:00:00Z
    free-date:     2026-03-22
    source:        TCI

    Last updated on 2025-11-20T10:11:30Z
    """
GENERIC = """\
    Domain Name: ROMASHKA.COM
    Registry Domain ID: 1_DOMAIN_COM-VRSN
    Registrar WHOIS Server: whois.registrar.example
    Registrar URL: http://www.registrar.example
    Updated Date: 2025-04-05T06:07:08Z
    Creation Date: 2011-03-04T05:06:07Z
    Registry Expiry Date: 2027-03-04T05:06:07Z
    Registrar Registration Expiration Date: 2026-03-04T05:06:07Z
    Registrar: Example Registrar, Inc.
    Registrar IANA ID: 77
    Reseller:
    Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
    Domain Status: autoRenewPeriod https://icann.org/epp#autoRenewPeriod
    Registrant Organization: REDACTED FOR PRIVACY
    Registrant Country: RU
    Name Server: NS1.HOSTER.EXAMPLE
    Name Server: NS2.HOSTER.EXAMPLE
    DNSSEC: signedDelegation
    >>> Last update of whois database: 2025-11-20T00:00:00Z <<<

    NOTICE: The expiration date displayed in this record is the date the
    registrar's sponsorship of the domain name registration in the registry is
    currently set to expire.
    """
INDENTED = """\
        Domain name:
            romashka.co.uk

        Registrar:
            Example Ltd t/a Example [Tag = EXAMPLE]
            URL: https://example.net

        Relevant dates:
            Registered on: 26-Nov-1999
            Expiry date:  26-Nov-2026
            Last updated:  03-Nov-2025

        Registration status:
            Registered until expiry date.

        Name servers:
            ns1.hoster.example        192.0.2.1  2001:db8::1
            ns2.hoster.example
    """
HEADINGS = """\
    Domain:             romashka.it
    Status:             ok
    Created:            2010-01-02 09:00:00
    Last Update:        2025-02-03 00:43:43
    Expire Date:        2027-01-02

    Registrant
      Organization:     Romashka S.r.l.
                        Roma
      Created:          2017-02-13 19:31:25
      Last Update:      2019-05-10 15:23:21

    Registrar
      Organization:     Example Registrar S.r.l.
      Name:             EXAMPLE-REG

    Nameservers
      ns1.hoster.example
      ns2.hoster.example
    """
OBJECTS = """\
    domain:       romashka.cz
    registrant:   SB:ROMASHKA
    nsset:        NSS:ROMASHKA:1
    registrar:    REG-EXAMPLE
    status:       paid and in zone
    registered:   30.01.2006 18:55:00
    expire:       03.02.2027

    contact:      SB:ROMASHKA
    org:          Romashka s.r.o.
    name:         Jan Novak
    created:      19.11.2004 15:05:00

    nsset:        NSS:ROMASHKA:1
    nserver:      ns1.hoster.example (192.0.2.1, 2001:db8::1)
    nserver:      ns2.hoster.example
    created:      01.10.2007 02:00:00
    """
BRACKETS = """\
    [ Example registry database provides information on network administration. ]
    Domain Information:
    [Domain Name]                   ROMASHKA.JP

    [Registrant]                    Romashka K.K.

    [Name Server]                   ns1.hoster.example
    [Name Server]                   ns2.hoster.example

    [Created on]                    2010/09/22
    [Expires on]                    2026/09/30
    [Status]                        Active
    [Last Updated]                  2025/10/01 01:05:09 (JST)
    """
FLAT_DOTS = """\
    domain.............: romashka.fi
    status.............: Registered
    created............: 15.12.2015 09:48:01
    expires............: 15.12.2026 09:37:54
    available..........: 15.1.2027 09:37:54
    modified...........: 19.2.2025

    Nameservers

    nserver............: ns1.hoster.example [OK]
    nserver............: ns2.hoster.example [OK]

    Holder

    name...............: Romashka Oy

    registrar..........: Example SAS
    """
SENTENCES = """\
    Domain ROMASHKA.KG (ACTIVE)
    Record created: Tue Feb 10 09:42:42 2004
    Record last updated on Mon Apr 19 21:47:14 2010
    Record expires on Sun Mar 29 23:59:00 2026

    Name servers in the listed order:

    NS1.HOSTER.EXAMPLE
    NS2.HOSTER.EXAMPLE
    """
POLISH = """\
    DOMAIN NAME:           romashka.pl
    nameservers:           ns1.hoster.example. [192.0.2.1]
                           ns2.hoster.example.
    created:               2008.03.16 01:08:04
    last modified:         2025.11.17 20:12:54
    renewal date:          2027.03.16 01:08:04

    option created:        2017.12.11 10:04:23
    option expiration date:       2033.12.11 10:04:23

    REGISTRAR:
    Example Sp. z o.o.
    tel.+48.000
    """

RECORDS = (TCI, GENERIC, INDENTED, HEADINGS, OBJECTS, BRACKETS, FLAT_DOTS, SENTENCES, POLISH)
