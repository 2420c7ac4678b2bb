"""Reading what registries and registrars say about a domain: WHOIS (RFC 3912) and RDAP (RFC 9083)."""
