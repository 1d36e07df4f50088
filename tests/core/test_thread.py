"""Which ticket a message belongs to, by which signal, and who is a stranger there."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.address import Own, Purpose, mark_from, message_id, reply_address
from daemon.core.mail.subject import base_subject
from daemon.core.mail.thread import REOPEN_SECONDS, clues, subject_number, text_digest, thread
from store.model.facts import Facts, KnownId, SentMail, Signal, Threading
from store.model.message import Address, Bounce, Envelope, Message
from store.model.outbox import MailKind
from tests.core.given import CUSTOMER, NOW, OWN, envelope, message, part, sent, ticket

MARK, OTHER = mark_from(b"0123456789"), mark_from(b"abcdefghij")
STRANGER = Address("", "x@evil.test")
ADDRESS = reply_address(OWN, Purpose.TALK, MARK)


def threaded(mail: Message, facts: Facts, route: Envelope | None = None, bounce: Bounce | None = None) -> Threading:
    return thread(clues(mail, route or envelope(), OWN, bounce), facts, NOW)


def known(identifier: str, number: int = 12, sender: str = CUSTOMER, text: str = "") -> Facts:
    entry = KnownId(identifier, number, sender, text_digest(text))
    return Facts(known=(entry,), tickets=(ticket(number, CUSTOMER),))


# --- each signal -----------------------------------------------------------------------------------------------------


def test_a_mail_that_names_nothing_is_a_new_request() -> None:
    assert threaded(message(), Facts()) == Threading(Signal.NONE, None, why="names no ticket")


def test_the_reply_address_decides() -> None:
    found = threaded(message(), sent(MARK, 12), envelope(CUSTOMER, ADDRESS))
    assert (found.signal, found.ticket, found.unverified) == (Signal.ADDRESS, 12, False)


def test_our_message_id_decides_in_in_reply_to_and_in_references() -> None:
    for mail in (message(in_reply_to=message_id(OWN, MARK)), message(references=("x@y", message_id(OWN, MARK)))):
        found = threaded(mail, sent(MARK, 12))
        assert (found.signal, found.ticket, found.unverified) == (Signal.OWN_ID, 12, False)


def test_a_message_id_of_the_conversation_decides_for_who_takes_part() -> None:
    found = threaded(message(in_reply_to="first@customer.test"), known("first@customer.test"))
    assert (found.signal, found.ticket) == (Signal.FOREIGN_ID, 12)


def test_a_number_in_the_subject_decides_for_who_takes_part() -> None:
    found = threaded(message(subject="Re: [#12] Printer"), Facts(tickets=(ticket(12, CUSTOMER),)))
    assert (found.signal, found.ticket) == (Signal.SUBJECT, 12)


def test_the_title_alone_never_decides() -> None:
    facts = Facts(tickets=(ticket(12, CUSTOMER),), sender_known=True)
    assert threaded(message(subject="Re: Printer on fire"), facts).signal is Signal.NONE


def test_a_delivery_report_belongs_to_the_mail_that_failed() -> None:
    failed = Bounce(True, (CUSTOMER,), "5.1.1", message_id(OWN, MARK))
    daemon = message(sender=Address("", "mailer-daemon@mx.test"))
    found = threaded(daemon, sent(MARK, 12), envelope(""), failed)
    assert (found.signal, found.ticket) == (Signal.REPORT, 12)


@pytest.mark.parametrize(
    ("kind", "field"), [("message/feedback-report", ""), ("message/disposition-notification", "Original-Message-ID")]
)
def test_a_complaint_or_receipt_belongs_to_the_mail_it_is_about(kind: str, field: str) -> None:
    named = f"<{message_id(OWN, MARK)}>"
    returned = part("message/rfc822", f"Message-ID: {'<x@y>' if field else named}\n\nhello\n")
    mail = message(sender=STRANGER, parts=(part(kind, f"{field}: {named}\n" if field else ""), returned))
    found = threaded(mail, sent(MARK, 12), envelope(STRANGER.address))
    assert (found.signal, found.ticket) == (Signal.REPORT, 12)


def test_a_report_on_a_mail_that_we_never_sent_belongs_nowhere() -> None:
    forged = Bounce(True, (CUSTOMER,), "5.1.1", "made-up@hd.test")
    assert threaded(message(), sent(MARK, 12), envelope(""), forged).signal is Signal.NONE


# --- their order -----------------------------------------------------------------------------------------------------


def test_the_reply_address_goes_before_the_message_id_and_the_subject() -> None:
    facts = replace(
        sent(MARK, 12),
        sent=(SentMail(MARK, 12, CUSTOMER, MailKind.ACK, NOW), SentMail(OTHER, 13, CUSTOMER, MailKind.ACK, NOW)),
        tickets=(ticket(12, CUSTOMER), ticket(13, CUSTOMER), ticket(14, CUSTOMER)),
    )
    mail = message(in_reply_to=message_id(OWN, OTHER), subject="[#14]")
    assert threaded(mail, facts, envelope(CUSTOMER, ADDRESS)).ticket == 12
    assert threaded(mail, facts).ticket == 13
    assert threaded(message(subject="[#14]"), facts).ticket == 14


def test_references_are_followed_newest_first() -> None:
    facts = Facts(
        sent=(SentMail(MARK, 12, CUSTOMER, MailKind.ACK, NOW), SentMail(OTHER, 13, CUSTOMER, MailKind.ACK, NOW)),
        tickets=(ticket(12, CUSTOMER), ticket(13, CUSTOMER)),
    )
    newest_first = (message_id(OWN, OTHER), message_id(OWN, MARK))
    assert threaded(message(references=newest_first), facts).ticket == 13


def test_a_mail_of_ours_without_a_ticket_leads_nowhere() -> None:
    assert threaded(message(), sent(MARK, None), envelope(CUSTOMER, ADDRESS)).signal is Signal.NONE


# --- strangers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["address", "message-id"])
def test_a_stranger_with_the_right_secret_is_held_unverified(path: str) -> None:
    named = {} if path == "address" else {"in_reply_to": message_id(OWN, MARK)}
    route = envelope(STRANGER.address, ADDRESS) if path == "address" else envelope(STRANGER.address)
    found = threaded(message(sender=STRANGER, **named), sent(MARK, 12), route)
    assert (found.ticket, found.unverified) == (12, True)


def test_a_member_who_got_the_mail_is_no_stranger_to_it() -> None:
    facts = sent(MARK, 12, "Bo@team.test", MailKind.CARD)
    found = threaded(message(sender=Address("Bo", "bo@team.test")), facts, envelope("bo@team.test", ADDRESS))
    assert (found.ticket, found.unverified) == (12, False)


def test_a_customer_who_holds_a_members_address_is_unverified_on_his_own_ticket() -> None:
    found = threaded(message(), sent(MARK, 12, "bo@team.test", MailKind.CARD), envelope(CUSTOMER, ADDRESS))
    assert (found.ticket, found.unverified) == (12, True)


@pytest.mark.parametrize(
    "mail",
    [
        message(sender=STRANGER, subject="[#12]"),
        message(sender=STRANGER, in_reply_to="first@customer.test"),
    ],
)
def test_a_stranger_with_a_number_or_a_known_id_gets_a_new_linked_ticket(mail: Message) -> None:
    found = threaded(mail, known("first@customer.test"))
    assert (found.signal, found.ticket, found.linked) == (Signal.NONE, None, 12)
    assert "#12" in found.why


def test_without_a_from_the_envelope_sender_is_the_author() -> None:
    mail = message(sender=None, subject="[#12]")
    assert threaded(mail, Facts(tickets=(ticket(12, CUSTOMER),)), envelope(CUSTOMER)).ticket == 12
    assert threaded(mail, Facts(tickets=(ticket(12, CUSTOMER),)), envelope(STRANGER.address)).linked == 12


@pytest.mark.parametrize("tag", ["t1-0000000000000000", "t1" + MARK + "a" * 16, "c" + "x" * 33, ""])
def test_a_guessed_reply_address_is_as_good_as_none(tag: str) -> None:
    assert clues(message(), envelope(CUSTOMER, f"support+{tag}@hd.test"), OWN, None).reply_marks == ()


def test_a_message_id_opens_no_reply_address() -> None:
    stolen = message_id(OWN, MARK).partition("@")[0]
    assert clues(message(), envelope(CUSTOMER, f"support+t{stolen}@hd.test"), OWN, None).reply_marks == ()


@given(st.integers(1, 9999), st.sampled_from(["", "support@hd.test", "x@evil.test", "cust@customer.test.evil.test"]))
def test_no_number_opens_a_ticket_to_a_stranger(number: int, sender: str) -> None:
    mail = message(sender=Address("", sender), subject=f"Re: [#{number}] hello", in_reply_to="first@customer.test")
    found = threaded(mail, known("first@customer.test", number))
    assert found.ticket is None
    assert found.linked == number


# --- ended tickets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "number", "linked"), [(29, 12, None), (31, None, 12)])
def test_a_ticket_that_ended_takes_an_answer_for_thirty_days(days: int, number: int | None, linked: int | None) -> None:
    ended = Facts(sent=sent(MARK, 12).sent, tickets=(ticket(12, CUSTOMER, ended_at=NOW - days * 86400),))
    for mail, route in (
        (message(), envelope(CUSTOMER, ADDRESS)),
        (message(in_reply_to=message_id(OWN, MARK)), envelope()),
        (message(subject="[#12]"), envelope()),
    ):
        found = threaded(mail, ended, route)
        assert (found.ticket, found.linked) == (number, linked)


def test_a_members_word_on_an_ended_ticket_still_reaches_it() -> None:
    card = SentMail(MARK, 12, "bo@team.test", MailKind.CARD, NOW)
    ended = Facts(sent=(card,), tickets=(ticket(12, CUSTOMER, ended_at=NOW - 2 * REOPEN_SECONDS),))
    found = threaded(message(sender=Address("", "bo@team.test")), ended, envelope("bo@team.test", ADDRESS))
    assert found.ticket == 12


# --- repeats ---------------------------------------------------------------------------------------------------------

TEXT = "Hello, the printer does not print any more."


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT + "\n",
        "Hello, the printer\ndoes not print any more.\n-- \nlist footer\n",
        f"{TEXT}\n_______________________________________________\nTalk mailing list\ntalk@list.test\n",
    ],
)
def test_the_same_mail_by_another_path_is_a_repeat(text: str) -> None:
    first = known("one@customer.test", text=TEXT)
    found = threaded(message(text=text), first, envelope(CUSTOMER, "sales@hd.test"))
    assert (found.signal, found.ticket) == (Signal.REPEAT, 12)


@pytest.mark.parametrize(
    "mail",
    [
        message(text="Another text under a Message-ID that somebody used up."),
        message(text=TEXT, sender=STRANGER),
        message(text=TEXT, message_id="two@customer.test"),
    ],
)
def test_another_text_sender_or_id_is_another_mail(mail: Message) -> None:
    assert threaded(mail, known("one@customer.test", text=TEXT)).signal is Signal.NONE


@given(st.text(max_size=200), st.text(max_size=200))
def test_different_words_have_different_digests(one: str, other: str) -> None:
    plain = [" ".join(text.split()).casefold() for text in (one, other)]
    if plain[0] != plain[1] and not any(mark in text for text in plain for mark in ("--", "__", "==", "**")):
        assert text_digest(one) != text_digest(other)


# --- clues -----------------------------------------------------------------------------------------------------------


def test_the_clues_name_at_most_thirty_foreign_ids() -> None:
    mail = message(in_reply_to="a@b", references=tuple(f"{n}@c" for n in range(3000)))
    found = clues(mail, envelope(), OWN, None).foreign_ids
    assert found[:2] == ("a@b", "0@c")
    assert len(found) == 30


def test_the_clues_say_whom_an_acknowledgement_would_reach() -> None:
    assert clues(message(), envelope(), OWN, None, Address("Anna", CUSTOMER.upper())).answer_to == CUSTOMER
    assert clues(message(), envelope("x@evil.test"), OWN, None, None).answer_to == ""


@given(
    st.lists(st.sampled_from(["words", "-- ", "--", "---- \t", "_*=-", "-- x", " ----", "----\x0b", ""]), max_size=6)
)
def test_a_footer_begins_at_the_first_line_that_is_a_rule(lines: list[str]) -> None:
    rules = [at for at, line in enumerate(lines) if line in {"-- ", "--", "---- \t", "_*=-"}]
    above = "\n".join(lines[: rules[0]]) if rules else ""
    counted = above if above.strip() else "\n".join(lines)
    assert text_digest("\n".join(lines)) == sha256(" ".join(counted.split()).encode()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[#12] a", 12),
        ("Re: AW: [#7]: x [#8]", 7),
        ("#12", None),
        ("[12]", None),
        ("[#0]", None),
        ("[#" + "9" * 20, None),
    ],
)
def test_only_our_form_of_a_number_is_one(subject: str, number: int | None) -> None:
    assert subject_number(subject) == number


@given(st.lists(st.sampled_from(["Re: ", "AW:", "Fwd: ", "[Fwd: ", "]", " ", "(fwd)", ":", "printer", "Re[2]: "])))
def test_the_base_of_a_base_subject_is_itself(pieces: list[str]) -> None:
    base = base_subject("".join(pieces))
    assert base_subject(base) == base


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Fwd: [Fwd: printer] (fwd)", "printer"),
        ("AW: WG: Drucker", "Drucker"),
        ("Re[2]:  printer ", "printer"),
        ("[list] printer", "[list] printer"),
        ("Regarding: printer", "Regarding: printer"),
        ("Re:", ""),
    ],
)
def test_the_base_subject_is_what_was_first_said(subject: str, base: str) -> None:
    assert base_subject(subject) == base


def test_a_desk_with_another_key_is_another_desk() -> None:
    other = Own(OWN.addresses, OWN.tag, OWN.host, (replace(OWN.keys[0], secret=b"z" * 32),))
    mail, route = message(in_reply_to=message_id(OWN, MARK)), envelope(CUSTOMER, ADDRESS)
    assert clues(mail, route, other, None).own_marks == ()
    assert clues(mail, route, other, None).reply_marks == ()
