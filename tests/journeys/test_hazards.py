"""Hostile and odd messages through a whole desk: the ticket, the answer and the outgoing mail that each requires."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import CORPORA, records
from tests.desk import Delivered, DeskUnderTest, desk_at

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPORA is None, reason="shared/corpora is not beside the checkout"),
]

MAILS = [record for record in records("hazards") if record["file"].endswith(".eml")]
AFTER = {"thr-two-paths-2.eml": "thr-two-paths-1.eml", "cmd-replay.eml": "cmd-good.eml"}
PLACE = re.compile(rb"@@[A-Z_]+@@")
HEADERS = {
    "auto-submitted", "content-type", "content-transfer-encoding", "content-disposition", "date", "from", "in-reply-to",
    "list-id", "message-id", "mime-version", "precedence", "references", "reply-to", "subject", "to",
    "x-auto-response-suppress", "x-triaged-kind", "x-triaged-loop", "x-triaged-ticket", "x-triaged-verdict",
}  # fmt: skip


def raw_of(name: str) -> bytes:
    assert CORPORA is not None
    return (CORPORA / "hazards" / name).read_bytes()


def filled(raw: bytes, first: Delivered, card: Delivered) -> bytes:
    """Put the desk's own identifiers in the places that a message leaves open."""
    values = {
        b"@@OWN_LOOP_VALUE@@": (first.message.header("x-triaged-loop") or "").encode(),
        b"@@CUSTOMER_TOKEN_ADDR@@": first.reply_to.encode(),
        b"@@BOB_TOKEN_ADDR@@": card.reply_to.encode(),
        b"@@BOB_EXPIRED_TOKEN_ADDR@@": card.reply_to.encode(),
    }
    raw = raw.replace(b"X-Helpdesk-Loop:", b"X-Triaged-Loop:")
    return PLACE.sub(lambda match: values.get(match[0], str(first.message.message_id).encode()), raw)


async def opened(desk: DeskUnderTest) -> tuple[Delivered, Delivered]:
    """Let the customer of the corpus open the ticket that templates speak about."""
    raw = (
        b"From: Cust Omer <cust@customer.test>\r\nTo: support@hd.test\r\nSubject: Login\r\n"
        b"Message-ID: <opening@customer.test>\r\n\r\nThe login is broken, nobody can log in since today.\r\n"
    )
    left = await desk.send(raw, "cust@customer.test", "support@hd.test")
    return next(m for m in left if m.kind == "ack"), next(m for m in left if m.kind != "ack")


def as_expected(record: dict[str, Any], left: list[Delivered], tickets: tuple[int, int]) -> None:
    expect, before, after = record["expect"], *tickets
    acks = [mail for mail in left if mail.kind == "ack"]
    assert str(len(acks)) in str(expect.get("auto_reply", "0|1")).split("|")
    kinds = expect.get("ticket", "new|same|none").split("|")
    assert after - before in {1 if kind == "new" else 0 for kind in kinds} | (
        {0, 1} if "quarantine" in kinds else set()
    )
    assert not {mail.to for mail in left} & set(expect.get("outgoing_to_forbidden", ()))
    assert len(left) <= expect.get("outgoing_total", len(left))
    for mail in acks:
        assert all(phrase.encode() not in mail.raw for phrase in expect.get("ack_must_not_contain", ()))
    for mail in left:
        names = [name for name, _ in mail.message.headers]
        assert set(names) <= HEADERS
        assert len(names) == len(set(names))
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
        assert mail.raw.count(b"\n") == mail.raw.count(b"\r\n") == mail.raw.count(b"\r")
        words = mail.message.text + mail.message.subject
        assert all(phrase not in words for phrase in expect.get("outgoing_must_not_contain", ()))


def as_commanded(record: dict[str, Any], left: list[Delivered], commands: int) -> None:
    """What may command, commands; for what may not, nothing happens but a question to the member's own mailbox."""
    expect = record["expect"]
    if record["file"] == "cmd-expired-token.eml":  # an address of today stands in for the one that has expired
        return
    assert commands == int(str(expect.get("commands_applied", commands))[0])
    assert {mail.to for mail in left if mail.kind == "confirm"} <= {"bob@team.test"}
    if asked := expect.get("confirm_mail_to"):
        assert not commands
        assert asked in {mail.to for mail in left}


@pytest.mark.parametrize("record", MAILS, ids=lambda record: record["file"])
async def test_hazard(record: dict[str, Any], tmp_path: Path) -> None:
    raw, envelope = raw_of(record["file"]), record["envelope"]
    async with desk_at(tmp_path) as desk:
        places = record["expect"].get("template") or record.get("template") or PLACE.search(raw)
        ack, card = await opened(desk) if places else (None, None)
        if before := AFTER.get(record["file"]):
            first = filled(raw_of(before), ack, card) if ack and card else raw_of(before)
            await desk.send(first, envelope["mail_from"], *_recipients(envelope, ack, card))
        then = await desk.quiet()
        if ack and card:  # what is replayed comes again octet by octet
            raw = first if record["file"] == "cmd-replay.eml" else filled(raw, ack, card)
        left = await desk.send(raw, envelope["mail_from"], *_recipients(envelope, ack, card))
        after = await desk.quiet()
        as_expected(record, left, (then.tickets, after.tickets))
        as_commanded(record, left, after.commands - then.commands)
    assert sent_as(raw) in stored(tmp_path)


def sent_as(raw: bytes) -> bytes:
    """The octets that the client put on the wire: a last line that is open is ended."""
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def stored(folder: Path) -> list[bytes]:
    """Every message as the desk keeps it."""
    with closing(sqlite3.connect(folder / "triaged.db")) as database:
        return [row[0] for row in database.execute("SELECT raw FROM message_raw")]


def _recipients(envelope: dict[str, Any], ack: Delivered | None, card: Delivered | None) -> list[str]:
    if ack is None or card is None:
        return [to for to in envelope["rcpt_to"] if to.startswith(("support", "sales"))]
    return [filled(to.encode(), ack, card).decode() for to in envelope["rcpt_to"]]
