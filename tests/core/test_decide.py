"""The page of policy, message by message: what each changes, and whom it wakes."""

from dataclasses import replace

import pytest

from daemon.core.desk.decide import decide
from daemon.core.mail.address import Key, Own, Purpose, message_id, reply_address
from daemon.core.mail.reading import read
from daemon.core.roster.roster import build
from daemon.core.settings import Settings, Smtp
from store.model.changes import Changes, Outcome
from store.model.facts import Facts, SentMail, Signal
from store.model.message import Door, Envelope
from store.model.outbox import MailKind
from store.model.ticket import Kind, Participant, Role, State, Ticket
from store.model.verdict import Tag
from tests.desk import shipped_definition

NOW = 1_800_000_000.0
MARK = "abcdefghijklmnop"
NOTHING_KNOWN = Facts()
CUSTOMER = "cust@customer.test"
OWN = Own(("support@hd.test",), "+", "hd.test", (Key("1", b"k" * 32),))
DEFINITION = shipped_definition()
SETTINGS = Settings.model_validate(
    {
        "desk": {"address": "support@hd.test"},
        "pipeline": {"address": "pipeline@team.test", "feature": "wishes@team.test"},
        "people": [{"id": "bob", "name": "Bob", "address": "bob@team.test"}],
        "duty": {"people": ["bob"]},
    }
)
EMERGENCY = "Since this morning nobody can log in, the login page shows Error 500. It worked yesterday."
WISH = "It would be nice if you could add an export as PDF. Please consider it as a feature request."
TICKET = Ticket(
    7, Kind.QUESTION, State.FORWARDED, Tag.QUESTION, False, None, "Paper", CUSTOMER, None, None, None, None, "en",
    NOW - 86400, None, participants=(Participant(CUSTOMER, Role.REPORTER),),
)  # fmt: skip


def decided(
    text: str, facts: Facts = NOTHING_KNOWN, *, to: str = "support@hd.test", sender: str = CUSTOMER, headers: str = "",
    settings: Settings = SETTINGS,
) -> Changes:  # fmt: skip
    raw = (
        f"From: {sender}\r\nTo: support@hd.test\r\nSubject: Hello\r\nMessage-ID: <x@c.test>\r\n{headers}\r\n{text}\r\n"
    )
    envelope = Envelope(sender, (to,), "192.0.2.1", Door.SMTP)
    return decide(
        read(raw.encode(), envelope, OWN, Smtp()), facts, settings, OWN, DEFINITION, NOW, roster=build(settings, NOW)
    )


def mails(changes: Changes) -> list[tuple[MailKind, str]]:
    return [(draft.kind, draft.to.address) for draft in changes.drafts]


def answering(ticket: Ticket, to: str = CUSTOMER, kind: MailKind = MailKind.ACK) -> Facts:
    return Facts(sent=(SentMail(MARK, ticket.number, to, kind, NOW - 3600),), tickets=(ticket,))


def test_an_emergency_is_a_card_to_the_one_on_duty_and_nothing_else() -> None:
    changes = decided(EMERGENCY)
    assert changes.opens is not None
    assert (changes.opens.kind, changes.opens.state) == (Kind.REPORT, State.PAGED)
    assert mails(changes) == [(MailKind.ACK, CUSTOMER), (MailKind.CARD, "bob@team.test")]


def test_an_emergency_with_nobody_on_duty_goes_to_the_pipeline_rather_than_nowhere() -> None:
    nobody = SETTINGS.model_copy(update={"duty": SETTINGS.duty.model_copy(update={"people": ()})})
    changes = decided(EMERGENCY, settings=nobody)
    assert changes.opens is not None
    assert changes.opens.state is State.TO_INVESTIGATE
    assert mails(changes)[1:] == [(MailKind.FORWARD, "pipeline@team.test")]


def test_everything_else_is_one_forward_to_the_address_of_its_tag() -> None:
    changes = decided(WISH)
    assert changes.opens is not None
    assert changes.opens.kind is Kind.FEATURE
    assert mails(changes) == [(MailKind.ACK, CUSTOMER), (MailKind.FORWARD, "wishes@team.test")]
    assert changes.drafts[1].carries_original


def test_a_new_request_is_never_acknowledged_twice_and_a_follow_up_never_at_all() -> None:
    follow_up = decided("And another thing.", answering(TICKET), to=reply_address(OWN, Purpose.TALK, MARK))
    assert follow_up.outcome is Outcome.FOLLOW_UP
    assert MailKind.ACK not in {kind for kind, _ in mails(follow_up)}


def test_what_was_added_to_an_owned_ticket_is_a_card_to_its_owner() -> None:
    owned = replace(TICKET, owner="bob")
    changes = decided("More.", answering(owned), to=reply_address(OWN, Purpose.TALK, MARK))
    assert mails(changes) == [(MailKind.CARD, "bob@team.test")]


@pytest.mark.parametrize(("days", "reopened"), [(29, True), (31, False)])
def test_a_reply_reopens_for_thirty_days_and_then_opens_a_linked_ticket(days: int, reopened: bool) -> None:
    ended = replace(TICKET, state=State.DONE, ended_at=NOW - days * 86400)
    changes = decided("It is back.", answering(ended), to=reply_address(OWN, Purpose.TALK, MARK))
    if reopened:
        assert changes.ticket == 7
        assert {edit.field: edit.after for edit in changes.moves[0].edits} == {
            "state": State.FORWARDED,
            "ended_at": None,
        }
    else:
        assert changes.opens is not None
        assert changes.opens.links == (7,)


def test_a_machine_reopens_nothing_and_wakes_nobody() -> None:
    ended = replace(TICKET, state=State.DONE, ended_at=NOW - 86400)
    headers = f"Auto-Submitted: auto-replied\r\nIn-Reply-To: <{message_id(OWN, MARK)}>\r\n"
    changes = decided("I am away.", answering(ended), headers=headers)
    assert (changes.outcome, changes.reason, changes.ticket) == (Outcome.SILENCED, "auto-reply", 7)
    assert (changes.moves, changes.drafts) == ((), ())


def test_a_machine_that_answers_nothing_of_ours_still_has_its_ticket() -> None:
    changes = decided(EMERGENCY, headers="Auto-Submitted: auto-generated\r\n")
    assert changes.outcome is Outcome.TICKET
    assert mails(changes) == [(MailKind.CARD, "bob@team.test")]


def test_our_own_mail_is_kept_and_causes_nothing() -> None:
    changes = decided(
        "Round and round.", headers=f"Message-ID: <{message_id(OWN, MARK)}>\r\n", sender="support@hd.test"
    )
    assert (changes.outcome, changes.drafts, changes.opens) == (Outcome.SILENCED, (), None)


def test_the_right_address_from_a_stranger_is_kept_as_unverified_and_answered_by_nobody() -> None:
    changes = decided("Hi!", answering(TICKET), to=reply_address(OWN, Purpose.TALK, MARK), sender="eve@evil.test")
    assert changes.threading.unverified
    assert (changes.outcome, changes.ticket, changes.drafts) == (Outcome.FOLLOW_UP, 7, ())


def test_a_member_who_answers_a_card_writes_a_note_that_no_customer_reads() -> None:
    facts = answering(TICKET, "bob@team.test", MailKind.CARD)
    changes = decided(
        "Looks like the cache.", facts, to=reply_address(OWN, Purpose.COMMAND, MARK), sender="bob@team.test"
    )
    assert (changes.outcome, changes.ticket, changes.drafts) == (Outcome.FOLLOW_UP, 7, ())
    assert "Looks like the cache." in changes.events[0].what


def test_the_signal_that_decided_is_told() -> None:
    changes = decided("More.", answering(TICKET), to=reply_address(OWN, Purpose.TALK, MARK))
    assert changes.threading.signal is Signal.ADDRESS


REPORT = """MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

It could not be delivered.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.test

Final-Recipient: rfc822; cust@customer.test
Action: failed
Status: 5.1.1

--r
Content-Type: text/rfc822-headers

Message-ID: <{about}>

--r--
""".replace("\n", "\r\n")


def bounced(ticket: Ticket, about: str) -> Changes:
    raw = f"From: mailer-daemon@mx.customer.test\r\nTo: support@hd.test\r\n{REPORT.format(about=about)}".encode()
    reading = read(raw, Envelope("", ("support@hd.test",), "192.0.2.1"), OWN, Smtp())
    return decide(reading, answering(ticket), SETTINGS, OWN, DEFINITION, NOW, roster=build(SETTINGS, NOW))


def test_a_bounce_of_our_mail_is_filed_with_its_ticket_and_its_owner_is_told() -> None:
    changes = bounced(replace(TICKET, owner="bob"), message_id(OWN, MARK))
    assert (changes.outcome, changes.reason, changes.ticket) == (Outcome.SILENCED, "bounce", 7)
    assert changes.failing == (CUSTOMER,)
    assert mails(changes) == [(MailKind.NOTICE, "bob@team.test")]
    assert "5.1.1" in changes.events[0].what


def test_a_bounce_of_somebody_elses_mail_marks_nobody_and_opens_nothing() -> None:
    changes = bounced(TICKET, "never-ours@elsewhere.test")
    assert (changes.outcome, changes.ticket, changes.opens, changes.failing) == (Outcome.SILENCED, None, None, ())
