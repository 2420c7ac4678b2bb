"""The words an audit may use: for each kind its states and the use that each state means."""

USED, REDIRECT, IDLE = "used", "redirect", "idle"
BROKEN, UNUSED, LAPSED, UNKNOWN = "broken", "unused", "lapsed", "unknown"

STATES = {
    "domain": {
        USED: ["active_web", "active_mail", "infrastructure"],
        REDIRECT: ["redirect_only"],
        IDLE: ["parked", "placeholder", "for_sale", "abandoned"],
        BROKEN: ["held", "lame", "web_broken", "mail_broken"],
        UNUSED: ["dark", "undelegated", "defensive"],
        LAPSED: ["lapsed_unpaid", "lapsed_redemption", "lapsed_released"],
        UNKNOWN: ["undetermined"],
    },
    "site": {
        USED: ["content", "login", "api", "app", "mirror"],
        REDIRECT: ["redirects"],
        IDLE: ["placeholder", "parked", "for_sale", "unclaimed_saas", "abandoned"],
        BROKEN: [
            "suspended",
            "unpaid_saas",
            "maintenance",
            "origin_down",
            "server_error",
            "no_listener",
        ],
        UNUSED: ["no_address"],
        UNKNOWN: ["challenge", "forbidden", "no_answer", "undetermined"],
    },
    "hosting": {
        USED: ["serves_sites", "serves_mail", "serves_role"],
        REDIRECT: ["redirects_only"],
        IDLE: ["placeholders_only"],
        BROKEN: ["suspended", "no_listener"],
        UNUSED: ["no_names"],
        UNKNOWN: ["behind_front", "no_answer", "undetermined"],
    },
    "mail": {
        USED: ["tenant_alive", "proved_used"],
        UNUSED: ["declared_off", "none"],
        BROKEN: ["mail_broken"],
        UNKNOWN: ["default_mx_only", "tenant_configured", "undetermined"],
    },
    "certificate": {
        USED: ["served"],
        UNUSED: ["superseded"],
        LAPSED: ["expired"],
        UNKNOWN: ["unserved", "undetermined"],
    },
    "saas": {USED: ["live"], LAPSED: ["unpaid"], UNKNOWN: ["ghost"]},
    "licence": {USED: ["declared"], UNKNOWN: ["trace"]},
    "account": {USED: ["client", "agency"], UNKNOWN: ["ex_employee", "unknown"]},
}

VERDICTS = {
    "keep",
    "renew",
    "fix",
    "transfer",
    "consolidate",
    "switch_off",
    "let_expire",
    "ask",
    "no_data",
}

OWNERSHIPS = {"confirmed", "likely", "possible", "foreign"}

DEADLY = {"switch_off", "let_expire"}
"""The verdicts that end something."""

ALIVE = {USED, REDIRECT, UNKNOWN}
"""The uses for which a deadly verdict is the worst error the product can make."""


def use_of(kind: str, state: str) -> str:
    """What a state means for use; KeyError for a word that is not in the vocabulary."""
    for use, states in STATES[kind].items():
        if state in states:
            return use
    raise KeyError(f"{kind} has no state {state!r}")
