"""A member's forward of a private request is filed for its author; an answer, or a stranger's forward, is not."""

import pytest

from daemon.core.desk.decide import decide
from daemon.core.desk.shadow import SHADOW, asks_for_author, author_reading
from daemon.core.mail.reading import Reading, read
from daemon.core.roster.roster import build
from store.model.changes import Changes, Outcome
from store.model.facts import Budget, Facts
from store.model.message import Envelope
from store.model.outbox import MailKind
from tests.core.commanding import ANN, BOB, CARD, PROVEN, SETTINGS, SMTP
from tests.core.given import CUSTOMER, NOW, OWN
from tests.desk import shipped_definition

INLINE = """See below.

---------- Forwarded message ---------
From: Cust Omer <{author}>
Date: Mon, Nov 3, 2025 at 9:41 AM
Subject: Export
To: Bob <bob@team.test>

Where is the export of my invoices?
"""
OUTLOOK = """See below.

From: Cust Omer <{author}>
Sent: Monday, November 3, 2025 9:41 AM
To: Bob <bob@team.test>
Subject: Export

Where is the export of my invoices?
"""


def forward(
    subject: str = "Fwd: Export",
    sender: str = BOB,
    author: str = CUSTOMER,
    body: str = INLINE,
    to: str = "support@hd.test",
    proven: bool = True,
    extra: str = "",
) -> Reading:
    domain = sender.rpartition("@")[2]
    header = [f"Authentication-Results: {PROVEN}{domain}"] if proven else []
    header += [f"From: {sender}", f"To: {to}", f"Subject: {subject}", "Message-ID: <1@team.test>", *extra.splitlines()]
    raw = "\n".join([*header, "", body.format(author=author)]).replace("\n", "\r\n").encode()
    return read(raw, Envelope(sender, (to,), "127.0.0.1"), OWN, SMTP)


def decided(reading: Reading, facts: Facts = Facts()) -> Changes:  # noqa: B008 - a frozen value
    return decide(reading, facts, SETTINGS, OWN, shipped_definition(), NOW, roster=build(SETTINGS, NOW))


@pytest.mark.parametrize("body", [INLINE, OUTLOOK])
@pytest.mark.parametrize(
    "subject",
    [
        "Fwd: Export",
        "FW: Export",
        "WG: Export",
        "TR : Export",
        "RV: Export",
        "ENC: Export",
        "I: Export",
        "[Fwd: Export]",
        "Export (fwd)",
        "Fwd: Re: Export",
    ],
)
def test_the_author_becomes_the_reporter(subject: str, body: str) -> None:
    changes = decided(forward(subject, body=body))
    assert changes.opens is not None
    assert (changes.outcome, changes.reason) == (Outcome.TICKET, SHADOW)
    assert (changes.opens.reporter, changes.opens.subject) == (CUSTOMER, "Export")
    assert [one.address for one in changes.opens.participants] == [CUSTOMER]


def test_the_author_is_told_kindly_and_the_member_in_one_line() -> None:
    mails = [(draft.kind, draft.letter, draft.to.address) for draft in decided(forward()).drafts]
    assert mails[0] == (MailKind.ACK, "shadow", CUSTOMER)
    assert mails[-1] == (MailKind.RESULT, "filed", BOB)
    assert len(mails) == 3


def test_the_members_note_is_kept_and_is_not_part_of_the_request() -> None:
    changes = decided(forward())
    assert changes.events[0].who == BOB
    assert changes.events[0].what == "forwarded a private request, with a note: See below."
    reading = author_reading(forward(), SETTINGS)
    assert reading is not None
    assert "See below" not in reading.message.new_text


def test_it_is_only_read_so_it_needs_no_proof() -> None:
    changes = decided(forward(proven=False))
    assert changes.opens is not None
    assert changes.opens.reporter == CUSTOMER


@pytest.mark.parametrize(
    "reading",
    [
        forward("Re: Export", body=OUTLOOK),
        forward("Export", body=OUTLOOK),
        forward("Re: Fwd: Export"),
        forward(sender="x@evil.test"),
        forward(sender="eve@team.test"),
        forward(author=ANN),
        forward(author="support@hd.test"),
        forward(author="support+x@hd.test"),
        forward(author="nobody"),
        forward(body="Just a question of my own: where is the export?"),
        forward(to=CARD),
        forward(extra="Auto-Submitted: auto-replied"),
        forward(extra="From: x@evil.test"),
    ],
    ids=[
        "answer",
        "no-mark",
        "answer-to-forward",
        "stranger",
        "no-member",
        "member",
        "desk",
        "tagged",
        "no-address",
        "own",
        "card",
        "machine",
        "two-from",
    ],
)
def test_every_other_mail_is_its_senders_own(reading: Reading) -> None:
    assert author_reading(reading, SETTINGS) is None
    assert asks_for_author(reading, SETTINGS) is reading
    assert decided(reading).reason != SHADOW


def test_the_budget_is_that_of_the_author() -> None:
    assert asks_for_author(forward(), SETTINGS).clues.answer_to == CUSTOMER
    spent = Facts(budget=Budget(sender_hour=100))
    drafts = decided(forward(proven=False), spent).drafts
    assert not {MailKind.ACK, MailKind.RESULT} & {draft.kind for draft in drafts}
    assert [draft.to.address for draft in decided(forward(), spent).drafts if draft.kind is MailKind.RESULT] == [BOB]


@pytest.mark.parametrize("author", ["noreply@shop.test", "mailer-daemon@shop.test", "list-request@shop.test"])
def test_an_author_who_reads_no_answers_gets_none(author: str) -> None:
    changes = decided(forward(author=author))
    assert changes.opens is not None
    assert changes.opens.reporter == author
    assert not [draft for draft in changes.drafts if draft.kind is MailKind.ACK]
    assert any("not acknowledged" in event.what for event in changes.events)
