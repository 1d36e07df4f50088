"""What may be answered by a machine, what may not, and by which rule."""

import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.address import Purpose, loop_value, mark_from, message_id, reply_address
from daemon.core.mail.bounce_phrases import CERTAIN
from daemon.core.mail.guard import LOOP_HEADER, RULES, answer_to, automatic, by_presence, case_of, permission
from daemon.core.mail.machine_words import COMPLAINT_NOTICE, notation
from daemon.core.mail.sender import NOBODY
from daemon.core.settings import Acknowledge
from daemon.core.settings import Budget as Limit
from store.model.facts import Budget, Facts
from store.model.message import (
    Address,
    AutomaticKind,
    Door,
    Envelope,
    Message,
    Permission,
    Proof,
    Proven,
)
from tests.core.given import CUSTOMER, NO_DESK, OWN, envelope, message, part

MARK = mark_from(b"0123456789")
PROVEN = Proof(Proven.DMARC, "customer.test", "mx.hd.test")


def allowed(
    mail: Message,
    route: Envelope | None = None,
    proof: Proof = NOBODY,
    facts: Facts = Facts(),  # noqa: B008
    settings: Acknowledge = Acknowledge(),  # noqa: B008
) -> Permission:
    route = route or envelope()
    signs = automatic(mail, route, OWN)
    return permission(mail, route, signs, proof=proof, facts=facts, settings=settings, own=OWN)


def kind(*headers: tuple[str, str], mail_from: str = CUSTOMER) -> AutomaticKind:
    return automatic(message(*headers), envelope(mail_from), OWN).kind


def test_a_person_is_answered() -> None:
    assert allowed(message()) == Permission(True, ())
    assert automatic(message(), envelope(), OWN).kind is AutomaticKind.NONE


# --- what kind of machine wrote it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("auto-submitted", "auto-replied", AutomaticKind.AUTO_REPLY),
        ("auto-submitted", "Auto-Generated", AutomaticKind.AUTO_REPLY),
        ("auto-submitted", "auto-replied (zimbra; vacation)", AutomaticKind.AUTO_REPLY),
        ("auto-submitted", '(comment) auto-replied; owner-email="x@y.test"', AutomaticKind.AUTO_REPLY),
        ("auto-submitted", "x-never-heard-of", AutomaticKind.AUTO_REPLY),
        ("auto-submitted", "No (really)", AutomaticKind.NONE),
        ("auto-submitted", " no", AutomaticKind.NONE),
        ("auto-submitted", "auto-forwarded", AutomaticKind.NONE),
        ("precedence", "BULK", AutomaticKind.BULK),
        ("precedence", "junk", AutomaticKind.BULK),
        ("x-precedence", "list", AutomaticKind.LIST),
        ("precedence", "auto_reply", AutomaticKind.AUTO_REPLY),
        ("precedence", "first-class", AutomaticKind.NONE),
        ("list-id", "talk <talk.list.test>", AutomaticKind.LIST),
        ("list-unsubscribe", "<https://shop.test/u>", AutomaticKind.BULK),
        ("mailing-list", "contact talk-help@list.test", AutomaticKind.LIST),
        ("x-auto-response-suppress", "All", AutomaticKind.AUTO_REPLY),
        ("x-auto-response-suppress", "DR, RN, NRN, OOF, AutoReply", AutomaticKind.AUTO_REPLY),
        ("x-auto-response-suppress", "DR, RN, NRN", AutomaticKind.NONE),
        ("x-autoreply", "", AutomaticKind.AUTO_REPLY),
        ("x-fc-machinegenerated", "true", AutomaticKind.AUTO_REPLY),
        ("x-fc-machinegenerated", "false", AutomaticKind.NONE),
        ("x-failed-recipients", "bo@customer.test", AutomaticKind.BOUNCE),
        ("content-type", "multipart/report; report-type=delivery-status; boundary=b", AutomaticKind.BOUNCE),
        ("content-type", 'multipart/report; boundary=b; Report-Type="Feedback-Report"', AutomaticKind.REPORT),
        ("content-type", "multipart/report; report-type=disposition-notification", AutomaticKind.REPORT),
        (LOOP_HEADER, loop_value(OWN), AutomaticKind.OWN),
        (LOOP_HEADER, "forged", AutomaticKind.NONE),
    ],
)
def test_a_header_tells_the_kind(header: str, value: str, expected: AutomaticKind) -> None:
    assert kind((header, value)) is expected


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("mailer-daemon@mx.customer.test", AutomaticKind.BOUNCE),
        ("no-reply@shop.test", AutomaticKind.BULK),
        ("Do_Not_Reply@shop.test", AutomaticKind.BULK),
        ("jira-noreply@shop.test", AutomaticKind.BULK),
        ("talk-request@list.test", AutomaticKind.LIST),
        ("owner-talk@list.test", AutomaticKind.LIST),
        ("talk-bounces+cust=customer.test@list.test", AutomaticKind.LIST),
        ("support@hd.test", AutomaticKind.OWN),
        ("Sales+anything@HD.test", AutomaticKind.OWN),
        ("reply@customer.test", AutomaticKind.NONE),
        ("announcer@customer.test", AutomaticKind.NONE),
    ],
)
def test_a_sender_name_tells_the_kind_in_the_envelope_as_in_from(sender: str, expected: AutomaticKind) -> None:
    assert automatic(message(), envelope(sender), OWN).kind is expected
    assert automatic(message(sender=Address("", sender)), envelope(sender), OWN).kind is expected


def test_mail_of_ours_that_comes_back_is_known_by_its_message_id() -> None:
    returned = message(message_id=message_id(OWN, MARK))
    assert automatic(returned, envelope(), OWN).kind is AutomaticKind.OWN


def test_a_message_id_at_our_own_host_is_not_answered_but_stays_a_persons() -> None:
    apart = replace(OWN, host="ids.hd.test")
    mail = message(message_id="1234@ids.hd.test")
    signs = automatic(mail, envelope(), apart)
    assert signs.kind is AutomaticKind.NONE
    decided = permission(mail, envelope(), signs, proof=NOBODY, facts=Facts(), settings=Acknowledge(), own=apart)
    assert decided.reasons == ("own-host",)


def test_a_colleagues_message_id_in_the_desks_domain_says_nothing() -> None:
    assert allowed(message(message_id="1234@hd.test")).allowed


def test_the_strongest_sign_gives_the_kind_and_all_signs_are_told() -> None:
    signs = automatic(
        message(("precedence", "bulk"), ("auto-submitted", "auto-replied"), ("list-id", "<l.test>")), envelope(), OWN
    )
    assert signs.kind is AutomaticKind.AUTO_REPLY
    assert signs.reasons == ("auto-submitted", "precedence-bulk", "list-header")


def test_every_instance_of_a_header_counts() -> None:
    assert kind(("auto-submitted", "no"), ("auto-submitted", "auto-replied")) is AutomaticKind.AUTO_REPLY


def test_a_calendar_reply_is_no_request() -> None:
    answer = message(parts=(part("text/calendar", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR"),))
    assert automatic(answer, envelope(), OWN).kind is AutomaticKind.AUTO_REPLY
    invitation = message(parts=(part("text/calendar", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR"),))
    assert automatic(invitation, envelope(), OWN).kind is AutomaticKind.NONE


def test_more_than_a_hundred_hops_are_a_loop() -> None:
    hops = tuple(("received", f"from a by b; {n}") for n in range(100))
    assert allowed(message(*hops)).allowed
    assert automatic(message(*hops, ("received", "once more")), envelope(), OWN).kind is AutomaticKind.OWN


# --- may it be answered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "mail", "route"),
    [
        ("null-sender", message(), envelope("")),
        ("null-sender", message(("return-path", "<>")), envelope("", door=Door.FILE)),
        ("no-usable-sender", message(sender=Address("", ";touch${IFS}/tmp/x;@x.test")), envelope()),
        ("sender-mismatch", message(sender=Address("", "victim@victim.test")), envelope("x@evil.test")),
        ("sender-mismatch", message(("from", "x@evil.test")), envelope()),
        ("role-sender", message(sender=Address("", "root@customer.test")), envelope()),
        ("machine-between", message(("x-ms-exchange-inbox-rules-loop", "a@b.test")), envelope()),
        ("machine-between", message(("feedback-id", "1:mail:shop")), envelope()),
        ("spam", message(("x-spam-flag", "YES")), envelope()),
        ("empty-and-automatic", message(subject="Abwesenheitsnotiz", text=" \n"), envelope()),
        ("not-addressed", message(to=(Address("", "list@elsewhere.test"),)), envelope()),
        ("answers-ours", message(in_reply_to=message_id(OWN, MARK)), envelope()),
        ("answers-ours", message(), envelope(CUSTOMER, reply_address(OWN, Purpose.TALK, MARK))),
    ],
)
def test_one_reason_is_enough_to_keep_silent(reason: str, mail: Message, route: Envelope) -> None:
    decided = allowed(mail, route)
    assert not decided.allowed
    assert reason in decided.reasons


def test_a_mail_that_came_by_hand_without_a_return_path_is_no_null_sender() -> None:
    assert allowed(message(), envelope("", door=Door.FILE)).allowed


def test_our_address_may_stand_in_cc_or_in_the_headers_of_a_resender() -> None:
    elsewhere = (Address("", "colleague@customer.test"),)
    assert allowed(message(to=elsewhere, cc=(Address("", "sales@hd.test"),))).allowed
    assert allowed(message(("resent-to", "Support <Support@hd.test>"), to=elsewhere)).allowed
    assert allowed(message(to=elsewhere), facts=Facts(sender_known=True)).allowed


def test_recipients_that_cannot_be_read_say_nothing_about_whom_was_meant() -> None:
    assert allowed(message(to=())).allowed


def test_without_a_desk_the_rules_about_us_are_silent() -> None:
    mail, route = message(to=(Address("", "somebody@else.test"),)), envelope("", door=Door.FILE)
    signs = automatic(mail, route, NO_DESK)
    decided = permission(mail, route, signs, proof=NOBODY, facts=Facts(), settings=Acknowledge(), own=NO_DESK)
    assert decided.allowed


def test_a_sender_whom_its_own_domain_disowns_is_not_answered() -> None:
    assert allowed(message(), proof=replace(NOBODY, disowned=True)).reasons == ("disowned",)


def test_an_automatic_subject_alone_hides_no_mail_and_halves_the_budget() -> None:
    away = message(subject="Automatic reply: Printer")
    assert automatic(away, envelope(), OWN).kind is AutomaticKind.NONE
    assert allowed(away).allowed
    assert not allowed(away, proof=PROVEN, facts=Facts(budget=Budget(sender_hour=5))).allowed
    assert allowed(message(), proof=PROVEN, facts=Facts(budget=Budget(sender_hour=5))).allowed


# --- budgets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        (Budget(sender_hour=3), "sender-hour"),
        (Budget(sender_day=10), "sender-day"),
        (Budget(domain_hour=30), "domain-hour"),
        (Budget(desk_hour=1000), "desk-hour"),
        (Budget(same_text_week=1), "same-text"),
    ],
)
def test_a_budget_that_is_used_up_keeps_silent(spent: Budget, reason: str) -> None:
    assert allowed(message(), facts=Facts(budget=spent)).reasons == (reason,)


def test_a_proven_sender_has_the_larger_budget_now_and_later() -> None:
    spent = Facts(budget=Budget(sender_hour=3, domain_hour=30))
    assert allowed(message(), proof=PROVEN, facts=spent).allowed
    assert allowed(message(), facts=replace(spent, sender_known=True, sender_proven=True)).allowed
    assert not allowed(message(), facts=replace(spent, sender_known=True)).allowed


def test_unproven_senders_can_be_turned_off() -> None:
    never = Acknowledge(unproven="never")
    assert allowed(message(), settings=never).reasons == ("unproven",)
    assert allowed(message(), proof=PROVEN, settings=never).allowed
    assert allowed(message(), facts=Facts(sender_proven=True), settings=never).allowed


def test_a_desk_without_a_limit_has_none_for_a_domain_but_still_one_for_an_address() -> None:
    open_desk = Acknowledge(desk_per_hour=0)
    assert allowed(
        message(), facts=Facts(budget=Budget(domain_hour=10**6, desk_hour=10**6)), settings=open_desk
    ).allowed
    assert not allowed(message(), facts=Facts(budget=Budget(sender_hour=3)), settings=open_desk).allowed


def test_who_is_not_proven_never_has_more_than_who_is() -> None:
    strict = Acknowledge(per_sender=Limit(hour=1))
    assert not allowed(message(), facts=Facts(budget=Budget(sender_hour=1)), settings=strict).allowed


def test_zero_means_no_limit() -> None:
    free = Acknowledge(desk_per_hour=0, per_sender=Limit(), unproven_per_sender=Limit())
    spent = Budget(sender_hour=10**6, sender_day=10**6, domain_hour=10**6, desk_hour=10**6)
    assert allowed(message(), facts=Facts(budget=spent), settings=free).allowed


# --- who gets the answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "path", "proof", "expected"),
    [
        (CUSTOMER, CUSTOMER, NOBODY, CUSTOMER),
        (CUSTOMER, "bounce-7@mail.customer.test", NOBODY, CUSTOMER),
        (CUSTOMER, "x@esp.test", NOBODY, None),
        (CUSTOMER, "x@esp.test", PROVEN, CUSTOMER),
        (CUSTOMER, "x@esp.test", Proof(Proven.SPF, "esp.test", "mx"), None),
        (CUSTOMER, "x@esp.test", Proof(Proven.DKIM, "esp.test", "mx"), None),
        (CUSTOMER, "", PROVEN, None),
        ("cust@notcustomer.test", CUSTOMER, NOBODY, None),
        ("support@hd.test", "support@hd.test", NOBODY, None),
    ],
)
def test_the_author_is_answered_where_the_path_belongs_to_it(
    author: str, path: str, proof: Proof, expected: str | None
) -> None:
    answer = answer_to(message(sender=Address("", author)), envelope(path), proof, OWN)
    assert (answer.address if answer else None) == expected


def test_reply_to_is_followed_only_within_a_proven_domain() -> None:
    near, far = Address("", "office@customer.test"), Address("", "third@party.test")
    assert answer_to(message(reply_to=(near,)), envelope(), PROVEN, OWN) == near
    for mail, proof in ((message(reply_to=(near,)), NOBODY), (message(reply_to=(far,)), PROVEN)):
        answer = answer_to(mail, envelope(), proof, OWN)
        assert answer is not None
        assert answer.address == CUSTOMER


def test_a_message_without_an_author_is_answered_along_its_path() -> None:
    answer = answer_to(message(sender=None), envelope(), NOBODY, OWN)
    assert answer == Address("", CUSTOMER)


# --- laws ------------------------------------------------------------------------------------------------------------

HEADERS = st.lists(
    st.sampled_from(
        [
            ("auto-submitted", "auto-replied"),
            ("auto-submitted", "no"),
            ("precedence", "list"),
            ("list-id", "<l.test>"),
            ("x-auto-response-suppress", "DR"),
            ("x-autoreply", "yes"),
            ("x-spam-flag", "NO"),
            ("return-path", "<>"),
            ("x-loop", "talk@list.test"),
            ("content-type", "multipart/report"),
            ("subject", "hello"),
        ]
    ),
    max_size=8,
)
SENDERS = st.sampled_from([CUSTOMER, "", "noreply@shop.test", "support@hd.test", "mailer-daemon@x.test", "x@y.test"])


@given(HEADERS, SENDERS, st.randoms(use_true_random=False))
def test_the_order_of_headers_changes_nothing(headers: list[tuple[str, str]], path: str, random: object) -> None:
    mixed = list(headers)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = message(*headers), message(*mixed)
    assert automatic(one, envelope(path), OWN) == automatic(other, envelope(path), OWN)
    assert allowed(one, envelope(path)) == allowed(other, envelope(path))


@given(HEADERS, SENDERS)
def test_no_machine_is_ever_answered(headers: list[tuple[str, str]], path: str) -> None:
    mail = message(*headers)
    if automatic(mail, envelope(path), OWN).kind is not AutomaticKind.NONE:
        assert not allowed(mail, envelope(path), PROVEN, Facts(sender_known=True, sender_proven=True)).allowed


@given(HEADERS, SENDERS)
def test_silence_has_a_reason_and_an_answer_has_none(headers: list[tuple[str, str]], path: str) -> None:
    decided = allowed(message(*headers), envelope(path))
    assert decided.allowed == (not decided.reasons)


@given(HEADERS, SENDERS, HEADERS)
def test_a_further_header_never_loosens(headers: list[tuple[str, str]], path: str, more: list[tuple[str, str]]) -> None:
    before = allowed(message(*headers), envelope(path))
    after = allowed(message(*headers, *more), envelope(path))
    assert before.allowed or not after.allowed


@given(HEADERS, SENDERS)
def test_whoever_may_be_answered_has_an_address(headers: list[tuple[str, str]], path: str) -> None:
    mail = message(*headers)
    if allowed(mail, envelope(path)).allowed:
        assert answer_to(mail, envelope(path), NOBODY, OWN) is not None


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@given(HEADERS, SENDERS)
def test_a_rule_that_names_headers_has_nothing_to_say_of_a_mail_without_them(
    headers: list[tuple[str, str]], path: str
) -> None:
    case = case_of(message(*headers), envelope(path), OWN)
    for rule in RULES:
        if rule.headers.isdisjoint(case.names) and rule.headers and rule.speaks is not by_presence:
            assert not rule.speaks(case), rule.name


@given(st.lists(st.sampled_from([COMPLAINT_NOTICE, *CERTAIN, '"', "\\", "NotificationType", ":", " x "]), max_size=6))
def test_a_program_s_notation_is_seen_wherever_it_stands(pieces: list[str]) -> None:
    text = "".join(pieces).upper()
    for told in (COMPLAINT_NOTICE, *CERTAIN):
        assert (told in notation(text)) == (told in text.casefold().replace("\\", ""))


def test_nothing_but_a_quotation_mark_folds_to_one() -> None:
    assert not [code for code in range(sys.maxunicode + 1) if '"' in chr(code).casefold() and chr(code) != '"']
