"""Delivery reports are read whatever their form, and nobody else's mail is taken for one."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.bounce import read_bounce, read_status, status_of
from daemon.core.mail.parse import parse
from store.model.message import Address, Bounce, Message
from tests.core.given import envelope, message, part

DAEMON = Address("Mail Delivery System", "MAILER-DAEMON@mx.customer.test")
REPORT = (("content-type", "multipart/report; report-type=delivery-status; boundary=b"),)


def formal(*groups: str, original: str = "Message-ID: <ours@hd.test>\nTo: cust@customer.test\n") -> Message:
    status = "Reporting-MTA: dns; mx.customer.test\n\n" + "\n\n".join(groups) + "\n"
    return message(
        *REPORT,
        sender=DAEMON,
        subject="Undelivered Mail Returned to Sender",
        text="I'm sorry.",
        parts=(
            part("text/plain", "I'm sorry."),
            part("message/delivery-status", status),
            part("message/rfc822", original),
        ),
    )


def free(text: str, subject: str = "failure notice", sender: Address | None = DAEMON) -> Bounce | None:
    return read_bounce(message(sender=sender, subject=subject, text=text))


def group(address: str, action: str = "failed", status: str = "5.1.1", more: str = "") -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n{more}".rstrip()


# --- RFC 3464 --------------------------------------------------------------------------------------------------------


def test_a_report_says_who_failed_and_which_mail() -> None:
    assert read_bounce(formal(group("cust@customer.test"))) == Bounce(
        True, ("cust@customer.test",), "5.1.1", "ours@hd.test"
    )


def test_every_recipient_is_named_once_in_the_order_of_the_report() -> None:
    bounce = read_bounce(formal(group("bo@x.test"), group("al@x.test"), group("bo@x.test")))
    assert bounce is not None
    assert bounce.recipients == ("bo@x.test", "al@x.test")


def test_the_address_that_we_wrote_to_goes_before_the_one_it_became() -> None:
    bounce = read_bounce(formal("Original-Recipient: rfc822;al@x.test\n" + group("al@inner.x.test")))
    assert bounce is not None
    assert bounce.recipients == ("al@x.test",)


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [
        ("failed", "5.1.1", True),
        ("Failed (no such user)", "5.1.1 (bad)", True),
        ("failed", "4.4.7", True),
        ("failed", "4.2.2", False),
        ("delayed", "4.4.1", False),
        ("delayed", "5.0.0", False),
    ],
)
def test_a_server_that_keeps_trying_has_not_failed(action: str, status: str, permanent: bool) -> None:
    bounce = read_bounce(formal(group("al@x.test", action, status)))
    assert bounce is not None
    assert bounce.permanent is permanent


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    assert read_bounce(formal(group("al@x.test", action, "2.0.0"))) is None


def test_what_the_failing_server_said_is_more_exact_than_the_summary() -> None:
    said = "Diagnostic-Code: smtp; 550 5.7.1 not\n today"
    bounce = read_bounce(formal(group("al@x.test", status="5.0.0", more=said)))
    assert bounce is not None
    assert bounce.status == "5.7.1"


def test_groups_without_an_empty_line_between_them_are_told_apart() -> None:
    found = read_status(f"{group('al@x.test')}\n{group('bo@x.test', 'delayed', '4.0.0')}\n")
    assert [(r.address, r.action) for r in found] == [("al@x.test", "failed"), ("bo@x.test", "delayed")]


@pytest.mark.parametrize("kind", ["feedback-report", "disposition-notification"])
def test_complaints_and_receipts_are_no_bounces(kind: str) -> None:
    mail = message(("content-type", f"multipart/report; report-type={kind}"), sender=DAEMON, subject="failure notice")
    assert read_bounce(mail) is None


def test_a_report_is_read_from_its_bytes() -> None:
    raw = b"""From: MAILER-DAEMON@mx.customer.test\r
To: support@hd.test\r
Subject: Undelivered Mail Returned to Sender\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
\r
It failed.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.customer.test\r
\r
Final-Recipient: rfc822; cust@customer.test\r
Action: failed\r
Status: 5.2.2\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <ours@hd.test>\r
\r
--b--\r
"""
    assert read_bounce(parse(raw)) == Bounce(True, ("cust@customer.test",), "5.2.2", "ours@hd.test")


# --- free forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Hi. I wasn't able to deliver your message.\n\n<al@x.test>:\nno mailbox here by that name\n",
        "<al@x.test>: host mx.x.test said: 550 5.1.1 unknown. Ask <help@mx.test>\n",
        "The following address(es) failed:\n\n  al@x.test\n    unrouteable\n",
        "  al@x.test:\n    SMTP error after RCPT TO:<al@x.test>\n",
        "   ----- The following addresses had permanent fatal errors -----\n<al@x.test>\n    (reason: 550)\n",
        "Your message\n  To: office@x.test\ndid not reach the following recipient(s):\n\nal@x.test on Thu, 1 Jul\n",
        "Unknown user: al@x.test\n\nRCPT TO generated following response:\n",
        "Undeliverable Address: al@x.test\nReason: over quota. Contact: postmaster@x.test\n",
        "> al@x.test\n",
        "There was an error delivering your mail to <al@x.test>.\nNo such host\n",
        "Письмо не доставлено.\n\n<al@x.test>:\n550\n",
    ],
)
def test_the_recipient_is_found_in_every_form(text: str) -> None:
    bounce = free(text + "\n--- Below this line is a copy of the message.\n\nTo: whole-list@y.test\n")
    assert bounce is not None
    assert bounce.recipients == ("al@x.test",)
    assert bounce.permanent


def test_several_recipients_are_found() -> None:
    bounce = free("<al@x.test>:\nno such user\n\n<bo@x.test>:\nover quota\n")
    assert bounce is not None
    assert bounce.recipients == ("al@x.test", "bo@x.test")


def test_an_alias_that_was_written_to_counts_and_not_the_mailbox_behind_it() -> None:
    bounce = free("<inner@x.test> (expanded from <al@x.test>): unknown user\n\n<bo@x.test>: over quota\n")
    assert bounce is not None
    assert bounce.recipients == ("al@x.test", "bo@x.test")


def test_a_line_about_the_original_message_does_not_end_the_report() -> None:
    bounce = free("Hello\n\nThe original message was received at noon\n\n<al@x.test>: no such user\n")
    assert bounce is not None
    assert bounce.recipients == ("al@x.test",)


def test_the_header_of_exim_says_it_exactly() -> None:
    mail = message(
        ("x-failed-recipients", "al@x.test, bo@x.test"), sender=None, text="Mail delivery failed to cy@x.test"
    )
    bounce = read_bounce(mail)
    assert bounce is not None
    assert bounce.recipients == ("al@x.test", "bo@x.test")


def test_the_message_id_of_the_returned_mail_is_found_in_the_text() -> None:
    bounce = free("<al@x.test>:\nno such user\n\n--- Below is a copy of the message.\n\nMessage-Id: <ours@hd.test>\n")
    assert bounce is not None
    assert bounce.original_id == "ours@hd.test"


@pytest.mark.parametrize(
    "text",
    [
        "THIS IS A WARNING MESSAGE ONLY.\nDelivery to the following recipient has been delayed:\n\n  al@x.test\n",
        "Your message to:\n\tal@x.test\nhas not yet been delivered. We will continue to try.\n",
    ],
)
def test_a_warning_is_not_permanent(text: str) -> None:
    bounce = free(text, "Delayed mail")
    assert bounce is not None
    assert not bounce.permanent
    assert bounce.recipients == ("al@x.test",)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.7.1 no", "5.7.1"),
        ("host 192.0.2.5 said 550 no such user", "5.1.1"),
        ("452 mailbox full", "4.2.2"),
        ("552 something else", "5.0.0"),
        ("user unknown", "5.1.1"),
        ("Sorry. (#5.1.2)", "5.1.2"),
        ("version 5.1.1.7 at 192.5.1.1", None),
        ("hello", None),
    ],
)
def test_the_status_is_found_or_derived(text: str, status: str | None) -> None:
    assert status_of(text) == status


# --- what is no report -----------------------------------------------------------------------------------------------

PERSON = Address("Cust Omer", "cust@customer.test")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Printer on fire", "Hello, my mail to al@x.test could not be delivered: 550 5.1.1 user unknown."),
        ("Fwd: Undelivered Mail Returned to Sender", "Please help.\n\n<al@x.test>: 550 5.1.1 user unknown"),
        ("Re: failure notice", "I could not deliver it either, write to al@x.test"),
        ("Undelivered mail", "Since today my mail to al@x.test could not be delivered. What is wrong?"),
        ("Delivery failure of the parcel", "It never arrived. Please call me."),
    ],
)
def test_a_person_who_writes_of_failures_sends_no_report(subject: str, text: str) -> None:
    assert free(text, subject, PERSON) is None


def test_an_answering_machine_sends_no_report() -> None:
    away = message(
        ("auto-submitted", "auto-replied"), ("return-path", "<>"), sender=PERSON, text="I cannot be reached."
    )
    assert read_bounce(away) is None


def test_a_person_may_attach_a_report() -> None:
    attached = message(parts=(part("text/plain", "See below."), part("message/delivery-status", group("al@x.test"))))
    assert read_bounce(attached) is None


def test_the_null_sender_of_the_envelope_is_a_machines() -> None:
    mail = message(
        sender=Address("X400", "mta@x.test"), subject="Hello", text="Could not be delivered:\n\n al@x.test\n"
    )
    assert read_bounce(mail) is None
    bounce = read_bounce(mail, envelope(""))
    assert bounce is not None
    assert bounce.recipients == ("al@x.test",)


# --- laws ------------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "<al@x.test>",
        ":",
        "\n",
        " ",
        "following",
        "recipient",
        "failed",
        "550",
        "5.1.1",
        "copy of",
        "message",
        "----",
        "@",
    ]
)


@given(st.lists(WORDS, max_size=60))
def test_reading_never_fails_and_never_invents_an_address(words: list[str]) -> None:
    bounce = free("".join(words))
    said = "".join(words)  # a name alone is one of the reporting server's own users
    assert bounce is None or all(one.removesuffix("@mx.customer.test") in said for one in bounce.recipients)


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        "a",
        "> \n",
        "following:\n",
        "mail to ",
        "a@b.c\n",
        "recipient address ",
        "____\n",
        '"a\n',
        "Status: 5\n x\n",
    ],
)
def test_hostile_text_is_read_in_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    mail = message(sender=DAEMON, subject="failure notice", text=text, parts=(part("message/rfc822", text),))
    started = process_time()
    read_bounce(mail)
    assert process_time() - started < 1.0
