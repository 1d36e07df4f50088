"""Hostile commands that no one here wrote: how far each may command, and who would be asked to confirm it."""

import re

import pytest

from daemon.core.desk.authority import COMMAND_SECONDS, Level
from daemon.core.mail.address import Purpose, reply_address
from store.model.facts import Facts
from store.model.message import Envelope
from store.model.outbox import MailKind
from tests.core.commanding import CARD, OTHER, facts, rated, sent
from tests.core.given import CUSTOMER, OWN
from tests.corpora import CORPORA, records

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPORA is None, reason="shared/corpora is not beside the checkout"),
]

TALK = reply_address(OWN, Purpose.TALK, OTHER)
KNOWN = facts(sent(), sent(CUSTOMER, MailKind.ACK, mark=OTHER))
OLD = facts(sent(age=COMMAND_SECONDS + 60))
PLACES = {
    b"@@TICKET_NO@@": "18",
    b"@@BOB_TOKEN_ADDR@@": CARD,
    b"@@BOB_EXPIRED_TOKEN_ADDR@@": CARD,
    b"@@CUSTOMER_TOKEN_ADDR@@": TALK,
}
FULL, HALF, NONE = (Level.FULL, "bob"), (Level.HALF, "bob"), (Level.NONE, None)
EXPECTED = {
    # Applied, as far as who commands goes; that some hold no command, or two that contradict, is the grammar's word.
    "cmd-good.eml": FULL,
    "cmd-good-phone.eml": FULL,
    "cmd-good-html-only.eml": FULL,
    "cmd-wrong-ticket-token.eml": FULL,
    "cmd-two-commands.eml": FULL,
    "cmd-quoted-only.eml": FULL,
    "cmd-in-signature.eml": FULL,
    "cmd-note-leak.eml": FULL,
    "cmd-destructive.eml": FULL,
    "cmd-replay.eml": FULL,  # told from the first by its Message-ID
    # The mark without a proof, or the proof without a mark that is good.
    "cmd-spoofed-from-with-token.eml": HALF,
    "cmd-expired-token.eml": HALF,
    "cmd-ar-lookalike-id.eml": HALF,
    "cmd-ar-comment-trick.eml": HALF,
    "cmd-ar-two.eml": HALF,
    "cmd-dkim-l-tag.eml": HALF,
    "cmd-outsider-with-token.eml": HALF,
    "cmd-sender-header.eml": HALF,
    "cmd-from-encword-addr.eml": HALF,
    # Nothing.
    "cmd-spoofed-from.eml": NONE,
    "cmd-from-angle-first.eml": NONE,
    "cmd-two-from.eml": NONE,
    "cmd-from-list.eml": NONE,
    "cmd-from-group.eml": NONE,
    "cmd-out-of-office.eml": NONE,
    "cmd-control-headers.eml": NONE,
    "cmd-delivered-to-spoof.eml": NONE,
    "thr-guessed-token.eml": NONE,
    "thr-other-sender-valid-token.eml": NONE,
}
MAILS = {
    record["file"]: record["envelope"]
    for record in records("hazards")
    if record["file"].endswith(".eml") and record["file"].startswith(("cmd-", "thr-guessed", "thr-other"))
}


def rating(name: str, known: Facts) -> tuple[Level, str | None]:
    assert CORPORA is not None
    envelope = MAILS[name]
    rcpt_to = tuple(filled(to.encode()).decode() for to in envelope["rcpt_to"])
    raw = filled((CORPORA / "hazards" / name).read_bytes())
    found = rated(raw, known, Envelope(envelope["mail_from"], rcpt_to, "127.0.0.1"))
    return found.level, found.person.id if found.person else None


def filled(octets: bytes) -> bytes:
    return re.sub(rb"@@[A-Z_]+@@", lambda place: PLACES[place[0]].encode(), octets)


def test_every_command_of_the_corpus_is_rated() -> None:
    assert EXPECTED.keys() == MAILS.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_mail_gets_the_authority_that_it_shows(name: str) -> None:
    assert rating(name, OLD if "expired" in name else KNOWN) == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name, (level, _) in EXPECTED.items() if level is Level.FULL])
def test_without_the_mark_nothing_of_it_is_applied(name: str) -> None:
    assert rating(name, Facts()) == HALF
