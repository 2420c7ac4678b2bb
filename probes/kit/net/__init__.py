"""THE ONLY DOOR to the network. Probes receive a Net, ask it Questions and never open a socket."""

from probes.kit.net.question import (
    Answer,
    ApiAnswer,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpAnswer,
    HttpQuestion,
    Net,
    NetTrouble,
    Question,
    SmtpAnswer,
    SmtpQuestion,
    TlsQuestion,
    WhoisAnswer,
    WhoisQuestion,
)

__all__ = [
    "Answer",
    "ApiAnswer",
    "ApiQuestion",
    "DnsAnswer",
    "DnsQuestion",
    "Handshake",
    "HttpAnswer",
    "HttpQuestion",
    "Net",
    "NetTrouble",
    "Question",
    "SmtpAnswer",
    "SmtpQuestion",
    "TlsQuestion",
    "WhoisAnswer",
    "WhoisQuestion",
]
