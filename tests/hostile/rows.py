"""The rows of the threat model that concern input, and the tests that prove each.

The hostile estate of the miniature internet plays most of the cases of `cases.csv` to one whole audit
(`tests/internet/test_hostile.py`); a law of a single part is proved beside that part.
"""

from __future__ import annotations

from msgspec import Struct

AUDIT = "tests/internet/test_hostile.py::"
NET = "tests/probes/kit/net/"
REGISTRY = "tests/probes/kit/registry/"
BORNE = "tests/hostile/test_readers.py::test_a_reader_bears_it"
MET = AUDIT + "test_a_case_is_met_and_survived"
LURED = AUDIT + "test_nobody_is_lured_inside"
TIMELY = "tests/hostile/test_patience.py::test_a_look_keeps_its_patience_in_every_phase"


class Row(Struct, frozen=True):
    """One threat, and where it is proved that it does no harm."""

    number: int
    threat: str
    proved: tuple[str, ...]
    """Tests as pytest names them, without their parameters."""


ROWS = (
    Row(1, "foreign text comes alive in the report", (
        MET,
        AUDIT + "test_no_foreign_text_comes_alive",
        AUDIT + "test_a_clients_own_name_is_text_too",
        "tests/reports/test_browser.py::test_check_12_hostile_strings_stay_text",
        "tests/reports/test_render.py::test_no_string_changes_what_the_page_is_made_of",
        "tests/reports/test_render.py::test_the_policy_allows_our_style_and_script_and_nothing_else",
    )),
    Row(2, "formulas in tables: those that are read are names or nothing, and none is written", (
        "tests/hostile/test_papers.py::test_a_paper_gives_names_or_one_sentence",
    )),
    Row(3, "a redirect, a referral or a link leads inside", (
        MET,
        LURED,
        AUDIT + "test_whoever_is_lured_is_noticed",
        NET + "test_guard.py::test_everything_else_is_refused",
        NET + "test_guard.py::test_nothing_is_allowed_that_the_standard_library_calls_local",
        NET + "test_http_door.py::test_only_what_is_ours_is_dialled",
        NET + "test_api_door.py::test_a_redirect_is_followed_only_where_we_may_go",
        NET + "test_whois_door.py::test_a_bad_referral_or_question_goes_nowhere",
    )),
    Row(4, "a name leads inside, or changes its mind", (
        MET,
        LURED,
        NET + "test_guard.py::test_one_forbidden_answer_condemns_the_set",
        NET + "test_api_door.py::test_a_name_that_changes_its_mind_is_not_followed_inside",
    )),
    Row(5, "an own network is looked at without the consultant's word", (
        LURED,
        NET + "test_live.py::test_without_an_allowed_net_loopback_is_out_of_reach",
        NET + "test_guard.py::test_the_operators_nets_win_also_inside_other_forms",
    )),
    Row(6, "decompression bombs", (
        MET,
        AUDIT + "test_hostility_costs_little_memory",
        NET + "test_inflate.py::test_a_bomb_costs_its_cap",
        NET + "test_http_door.py::test_no_body_costs_more_than_its_cap",
        NET + "test_api_door.py::test_no_answer_costs_more_than_its_cap",
    )),
    Row(7, "floods and broken framing", (
        MET,
        AUDIT + "test_hostility_costs_little_memory",
        BORNE,
        NET + "test_http_door.py::test_junk_is_unknown_never_a_page",
        NET + "test_smtp_door.py::test_what_is_no_conversation_is_unknown",
    )),
    Row(8, "servers that drip or keep silent", (
        MET,
        TIMELY,
        "tests/hostile/test_patience.py::test_a_look_keeps_its_patience_where_nobody_accepts",
        "tests/hostile/test_patience.py::test_a_look_keeps_its_patience_with_dns_over_tcp",
        "tests/hostile/test_patience.py::test_who_swallows_the_end_of_his_time_holds_nobody_up",
    )),
    Row(9, "redirects without an end", (
        MET,
        "tests/probes/test_website.py::test_a_circle_is_unknown_and_so_is_an_endless_chain",
    )),
    Row(10, "odd and giant certificates", (
        MET,
        BORNE,
        NET + "test_tls_and_trust.py::test_a_giant_certificate_is_not_called_no_tls",
        NET + "test_tls_and_trust.py::test_no_mangled_certificate_is_trusted_or_makes_the_judge_fail",
    )),
    Row(11, "malformed DNS", (
        MET,
        BORNE,
        NET + "test_dns_wire.py::test_junk_never_raises",
        NET + "test_dns_wire.py::test_spoiled_answers_never_raise",
        NET + "test_dns_reading.py::test_aliases_without_an_end_are_unknown",
    )),
    Row(12, "hostile WHOIS", (
        MET,
        BORNE,
        TIMELY,
        REGISTRY + "test_damage.py::test_no_damage_breaks_the_reader_or_holds_it_up",
        REGISTRY + "test_second_opinion.py::test_a_child_that_hangs_or_dies_is_no_opinion",
    )),
    Row(13, "hostile RDAP and certificate logs", (
        MET,
        AUDIT + "test_hostility_costs_little_memory",
        BORNE,
        "tests/hostile/test_readers.py::test_a_hostile_log_is_never_an_empty_one",
        NET + "test_api_door.py::test_an_answer_made_of_brackets_is_cut",
        REGISTRY + "test_rdap_reader.py::test_no_json_breaks_the_reader",
        REGISTRY + "test_rdap_reader.py::test_no_misshapen_member_breaks_the_reader",
    )),
    Row(14, "names as paths", (
        "tests/hostile/test_names.py::test_a_name_stays_in_its_folder",
        AUDIT + "test_a_clients_own_name_is_text_too",
    )),
    Row(15, "texts that command a terminal", (
        MET,
        AUDIT + "test_the_audit_ends_in_order",
    )),
    Row(23, "papers that no client would send", (
        "tests/hostile/test_papers.py::test_a_paper_gives_names_or_one_sentence",
        AUDIT + "test_a_hostile_paper_is_refused_in_a_sentence",
    )),
)  # fmt: skip
