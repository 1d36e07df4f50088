"""Machines' mail as other suites know it: automatic answers, delivery reports, complaints, and which thread it is in.

A record that states something we decide otherwise on purpose stands in UNFAIR with the reason; everything else holds.
"""

from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from daemon.core.mail.address import (
    Key,
    Own,
    Purpose,
    loop_value,
    mark_from,
    mark_of_reply_address,
    message_id,
    reply_address,
    tag_of,
)
from daemon.core.mail.bounce import read_bounce
from daemon.core.mail.guard import LOOP_HEADER, automatic, permission
from daemon.core.mail.parse import parse
from daemon.core.mail.proof import prove
from daemon.core.mail.subject import base_subject
from daemon.core.mail.thread import clues, thread
from daemon.core.settings import Acknowledge, Smtp
from store.model.facts import Facts, KnownId, SentMail, Signal
from store.model.message import Automatic, AutomaticKind, Door, Envelope, Message, Permission, Proven
from store.model.outbox import MailKind
from tests.core.given import NO_DESK, NOW, OWN, ticket
from tests.corpora import CORPORA, records

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPORA is None, reason="the corpora (shared/corpora beside the checkout) are not here"),
]

UNFAIR = {
    "mikel-mail/emails/multipart_report_emails/report_422.eml": "a delay is a report here, though no permanent one",
    "flufl-bounce/simple_20.txt": "no sign of a machine but a subject that begins with RE:, as a person's would",
    "flufl-bounce/yale_01.txt": "the domains of the failed addresses stand nowhere in the mail",
    "sisimai/lhost-sendmail-14": "a person forwards a report: that is a request, and its text is the report's",
    "sisimai/lhost-sendmail-18": "the status is in the session's transcript; the report itself says 5.0.0",
    "sisimai/lhost-sendmail-56": "the status is in the session's transcript; the report itself says 5.5.0",
    "imaptest/thread": "a loop of references that only a sorter of whole mailboxes meets; they name no author",
    "imaptest/thread3": "threaded by the title alone",
    "imaptest/thread4": "threaded by the title alone",
    "glpi/04.1-ticket-followup-from-inreplyto.eml": "another desk's form of a Message-ID, unsigned",
    "glpi/04.2-ticket-followup-from-references.eml": "another desk's form of a Message-ID, unsigned",
    "glpi/04.3-ticket-followup-from-subject.eml": "[GLPI #0000101] is another desk's form of a number",
    "libredesk/plus-token-0": "another desk's form of a reply address, unsigned",
    "libredesk/plus-token-1": "another desk's form of a reply address, unsigned",
}


def root() -> Path:
    assert CORPORA is not None
    return CORPORA


def sources() -> list[str]:
    return sorted(path.parent.name for path in CORPORA.glob("*/expected.jsonl")) if CORPORA else []


def strict(kind: str, field: str = "kind") -> list[Any]:
    """Return (source, record) of the strict records of this kind that have the field, each a case with its own name."""
    return [
        pytest.param(source, record, id=record["id"])
        for source in sources()
        for record in records(source)
        if record.get("kind") == kind and not record.get("advisory") and record["id"] not in UNFAIR and field in record
    ]


def read(source: str, name: str) -> Message:
    return parse((root() / source / name).read_bytes())


BY_HAND = Envelope("", (), "", Door.FILE)


def decided(mail: Message, route: Envelope = BY_HAND, own: Own = NO_DESK) -> tuple[Automatic, Permission]:
    signs = automatic(mail, route, own, read_bounce(mail))
    proof = prove(mail, route, Smtp(trusted_authserv=("mx.hd.test",)))
    return signs, permission(mail, route, signs, proof=proof, facts=Facts(), settings=Acknowledge(), own=own)


# --- automatic answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "record"), strict("auto"))
def test_automatic_answers_are_known(source: str, record: dict[str, Any]) -> None:
    own = Own((record["own_address"],) if "own_address" in record else (), "+", record.get("own_fqdn", ""), OWN.keys)
    signs, may = decided(read(source, record["file"]), own=own)
    if "is_auto_reply" in record:
        assert (signs.kind is AutomaticKind.AUTO_REPLY) is record["is_auto_reply"], signs
    if "send_auto_response" in record:
        assert may.allowed is record["send_auto_response"], may
    if "accepted" in record:
        assert (signs.kind is AutomaticKind.NONE) is record["accepted"], signs
    if record.get("is_bounce") is False:
        assert read_bounce(read(source, record["file"])) is None


# --- delivery reports ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "record"), strict("bounce"))
def test_delivery_reports_are_read(source: str, record: dict[str, Any]) -> None:
    mail = read(source, record["file"])
    bounce = read_bounce(mail)
    assert (bounce is not None) is record.get("is_bounce", True)
    if bounce is None:
        return
    assert automatic(mail, BY_HAND, NO_DESK, bounce).kind is AutomaticKind.BOUNCE
    if "bounce_recipients" in record:
        assert sorted(map(str.casefold, bounce.recipients)) == sorted(map(str.casefold, record["bounce_recipients"]))
    if "bounce_recipient_count" in record:
        assert len(bounce.recipients) == record["bounce_recipient_count"], bounce.recipients
    if statuses := stated(record):
        assert bounce.status in statuses
    if record.get("is_hard_bounce") is True or record.get("is_temporary") is False:
        assert bounce.permanent
    if record.get("is_temporary") is True or record.get("action") in {"delayed", "transient"}:
        assert not bounce.permanent


def stated(record: dict[str, Any]) -> set[str]:
    """The statuses a record states; those ending in .9nn are sisimai's own and mean that the report has none."""
    if "bounces" not in record:
        return {record["status"]} if record.get("status") else set()
    statuses = {entry["status"] for entry in record["bounces"] if entry["status"]}
    return set() if any(len(s.rpartition(".")[2]) == 3 and ".9" in s for s in statuses) else statuses


@pytest.mark.parametrize(("source", "record"), strict("arf"))
def test_complaints_are_reports_and_no_bounces(source: str, record: dict[str, Any]) -> None:
    mail = read(source, record["file"])
    assert read_bounce(mail) is None
    assert automatic(mail, BY_HAND, NO_DESK).kind is AutomaticKind.REPORT


# --- threads ---------------------------------------------------------------------------------------------------------


class Desk:
    """A desk that files one message after the other, to see what comes together."""

    def __init__(self) -> None:
        self.known: list[KnownId] = []
        self.people: dict[int, list[str]] = {}

    def file(self, mail: Message) -> int:
        """Return the number of the ticket that the message is filed with; everyone here takes part in everything."""
        found = clues(mail, Envelope("", (), "", Door.IMPORT), NO_DESK, None)
        sender = found.sender or "nobody@nowhere.test"
        tickets = tuple(ticket(number, *people, sender) for number, people in self.people.items())
        told = thread(found, Facts(known=tuple(self.known), tickets=tickets), NOW)
        number = told.ticket or len(self.people) + 1
        self.people.setdefault(number, []).append(sender)
        if mail.message_id:
            self.known.append(KnownId(mail.message_id, number, sender, found.text_digest))
        return number


@pytest.mark.parametrize(("source", "record"), strict("thread", "expected_groups"))
def test_messages_that_name_each_other_come_together(source: str, record: dict[str, Any]) -> None:
    desk = Desk()
    numbers = {name: desk.file(read(source, name)) for name in record["messages"]}
    groups = {frozenset(n for n in numbers if numbers[n] == number) for number in numbers.values()}
    assert groups == {frozenset(group) for group in record["expected_groups"]}


@pytest.mark.parametrize(("source", "record"), strict("thread", "expected"))
def test_a_reference_to_a_ticket_is_followed_where_it_belongs(source: str, record: dict[str, Any]) -> None:
    mark = mark_from(b"0123456789")
    marks = {"@@TICKET_REF@@": "[#12]", "@@UNKNOWN_TICKET_REF@@": "Ticket#99", "@@ARTICLE_SUBJECT@@": "some subject"}
    marks["@@ARTICLE_MESSAGE_ID@@"] = f"<{message_id(OWN, mark)}>"
    text = (root() / source / record["file"]).read_text("utf-8", "surrogateescape")
    for name, value in marks.items():
        text = text.replace(name, value)
    mail = parse(text.encode("utf-8", "surrogateescape"))
    found = clues(mail, Envelope("", (), "", Door.IMPORT), OWN, None)
    facts = Facts(
        sent=(SentMail(mark, 12, found.sender, MailKind.ACK, NOW),), tickets=(ticket(12, found.sender or "a@b.test"),)
    )
    told = thread(found, facts, NOW)
    assert (told.signal is not Signal.NONE) is (record["expected"] == "append"), told


@pytest.mark.parametrize(("source", "record"), strict("base_subject"))
def test_the_base_subject_is_found(source: str, record: dict[str, Any]) -> None:
    assert source
    assert base_subject(record["subject"]) == record["stripped_subject"]


@pytest.mark.parametrize(("source", "record"), strict("plus_token"))
def test_an_address_without_our_signature_is_no_reply_address(source: str, record: dict[str, Any]) -> None:
    assert source
    own = Own(("support@example.com",), "+", "example.com", (Key("1", b"k" * 32),))
    assert record["expected_token"] == ""
    assert mark_of_reply_address(own, record["address"]) is None
    assert (tag_of(own, record["address"]) is not None) is record["address"].startswith("support")


# --- what was written against us -------------------------------------------------------------------------------------


def hazards() -> list[Any]:
    return [
        pytest.param(record, id=record["file"])
        for record in (records("hazards") if CORPORA else ())
        if isinstance(record["expect"].get("auto_reply"), int) and not record.get("template")
    ]


@pytest.mark.parametrize("record", hazards())
def test_hostile_mail_is_answered_only_where_it_may_be(record: dict[str, Any]) -> None:
    route = Envelope(record["envelope"]["mail_from"], tuple(record["envelope"]["rcpt_to"]), "127.0.0.1", Door.SMTP)
    _, may = decided(read("hazards", record["file"]), route, OWN)
    assert may.allowed is bool(record["expect"]["auto_reply"]), may


MARK = mark_from(b"0123456789")
FILLED = {
    "@@OUR_REPLY_MESSAGE_ID@@": message_id(OWN, MARK),
    "@@OUR_ACK_MESSAGE_ID@@": message_id(OWN, MARK),
    "@@CUSTOMER_TOKEN_ADDR@@": reply_address(OWN, Purpose.TALK, MARK),
    "@@BOB_TOKEN_ADDR@@": reply_address(OWN, Purpose.COMMAND, MARK),
    "@@OWN_LOOP_VALUE@@": loop_value(OWN),
    "@@TICKET_NO@@": "12",
    "X-Helpdesk-Loop": LOOP_HEADER,
}


def filled(text: str) -> str:
    for name, value in FILLED.items():
        text = text.replace(name, value)
    return text


def templates() -> list[Any]:
    """Return the hostile messages whose tokens can be filled in here; which have expired is for the store to say."""
    known = [r for r in records("hazards") if r.get("template") and r["file"].endswith(".eml")]
    return [pytest.param(r, id=r["file"]) for r in known if "EXPIRED" not in str(r["envelope"])]


@pytest.mark.parametrize("record", templates())
def test_hostile_mail_with_true_tokens_finds_its_ticket_and_is_not_acknowledged(record: dict[str, Any]) -> None:
    raw = filled((root() / "hazards" / record["file"]).read_text("utf-8", "surrogateescape"))
    mail = parse(raw.encode("utf-8", "surrogateescape"))
    rcpt_to = tuple(filled(address) for address in record["envelope"]["rcpt_to"])
    route = Envelope(record["envelope"]["mail_from"], rcpt_to, "127.0.0.1")
    bounce = read_bounce(mail, route)
    signs, may = decided(mail, route, OWN)
    if isinstance(record["expect"]["auto_reply"], int):
        assert may.allowed is bool(record["expect"]["auto_reply"]), may
    told = thread(
        clues(mail, route, OWN, bounce),
        Facts(
            sent=(SentMail(MARK, 17, "bob@team.test", MailKind.CARD, NOW),), tickets=(ticket(17, "cust@customer.test"),)
        ),
        NOW,
    )
    if record["expect"]["ticket"] == "same":
        assert told.ticket == 17
    else:
        assert told.ticket is None
        assert record["expect"]["ticket"] == "new" or signs.kind is AutomaticKind.OWN
    if "other-sender" in record["file"] or "outsider" in record["file"]:
        assert told.unverified
    if "delayed" in record["file"]:
        assert bounce is not None
        assert not bounce.permanent


def test_a_mail_that_comes_by_two_paths_is_one() -> None:
    first, second = read("hazards", "thr-two-paths-1.eml"), read("hazards", "thr-two-paths-2.eml")
    route = Envelope("cust@customer.test", ("sales@hd.test",), "127.0.0.1")
    digest = clues(first, route, OWN, None).text_digest
    known = KnownId("twice@customer.test", 12, "cust@customer.test", digest)
    told = thread(clues(second, route, OWN, None), Facts(known=(known,)), NOW)
    assert (told.signal, told.ticket) == (Signal.REPEAT, 12)


def test_a_message_id_that_somebody_used_up_costs_nobody_his_ticket() -> None:
    route = Envelope("x@evil.test", ("support@hd.test",), "127.0.0.1")
    taken = clues(read("hazards", "thr-msgid-poison-1.eml"), route, OWN, None)
    known = KnownId(taken.message_id or "", 12, taken.sender, taken.text_digest)
    victim = replace(taken, sender="cust@customer.test")
    assert thread(victim, Facts(known=(known,)), NOW).signal is Signal.NONE


IMPOSTORS = ("cmd-ar-", "cmd-from-", "cmd-two-from", "cmd-spoofed", "cmd-sender-header")


@pytest.mark.parametrize("record", [r for r in records("hazards") if r["file"].startswith(("cmd-good", *IMPOSTORS))])
def test_a_member_is_proven_and_an_impostor_is_not(record: dict[str, Any]) -> None:
    mail = read("hazards", record["file"])
    route = Envelope(record["envelope"]["mail_from"], ("support@hd.test",), "127.0.0.1")
    proof = prove(mail, route, Smtp(trusted_authserv=("mx.hd.test",)))
    as_bob = mail.sender is not None and mail.sender.address == "bob@team.test"
    member = as_bob and proof.level in {Proven.DKIM, Proven.DMARC}
    assert member is record["file"].startswith("cmd-good")


# --- everything else -------------------------------------------------------------------------------------------------

LISTS = {
    "list-id",
    "list-post",
    "list-help",
    "list-owner",
    "list-archive",
    "list-subscribe",
    "list-unsubscribe",
    "mailing-list",
    "x-mailing-list",
    "x-beenthere",
}


def to_many(mail: Message) -> bool:
    said = " ".join((*mail.every("precedence"), *mail.every("x-precedence"))).casefold()
    return any(name in LISTS for name, _ in mail.headers) or any(word in said for word in ("bulk", "list", "junk"))


def test_no_list_and_no_bulk_mail_is_ever_answered_and_nothing_takes_long() -> None:
    answered, slow, seen = [], [], 0
    for path in sorted((root() / "robustness").rglob("*")):
        if not path.is_file():
            continue
        mail = parse(path.read_bytes())
        started = process_time()
        signs, may = decided(mail)
        if process_time() - started > 0.25:
            slow.append(path.name)
        seen += to_many(mail)
        if may.allowed and (to_many(mail) or signs.kind is not AutomaticKind.NONE):
            answered.append(path.name)
    assert seen > 100
    assert not answered
    assert not slow


def test_no_persons_mail_is_taken_for_a_delivery_report() -> None:
    """All of these are real people's answers to real people."""
    found = []
    for source in sources():
        for record in records(source):
            if (
                record.get("kind") in {"reply", "signature", "forward"}
                and "file" in record
                and "#" not in record["file"]
            ):
                path = root() / source / record["file"]
                if path.is_file() and read_bounce(parse(path.read_bytes())) is not None:
                    found.append(record["id"])
    assert not found
