"""What leaves the house: the headers that are there, the octets that are not, and the original that is untouched."""

import re
from email import message_from_bytes
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail import header_line
from daemon.core.mail.address import Purpose, is_loop_value, mark_of_message_id, mark_of_reply_address
from daemon.core.mail.clean import lines, one_line
from daemon.core.mail.compose import compose, self_test, seven_bit, wire_fault
from daemon.core.mail.letter import Letter
from daemon.core.mail.parse import parse
from store.model.message import Address
from store.model.outbox import SIGNALS, MailKind
from store.model.verdict import Tag
from tests.core.composing import ADA, ALLOWED, DESK, LETTER, MARK, OWN, a_message, composed, decoded, read
from tests.corpora import CORPORA, records

ANY = st.text(st.characters(), max_size=300)  # every code point, lone surrogates too
BREAKS = ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\0", " ", "."]
TRICKS = ["Bcc: v@v.test", "=?utf-8?q?=0D=0A?=", "\u202e", "ä", '"', "\\", "<", ">", "x" * 90]
NASTY = st.lists(st.sampled_from(BREAKS + TRICKS), max_size=40).map("".join)
OCTETS = st.binary(max_size=400) | NASTY.map(lambda text: text.encode("utf-8", "replace"))
WORDS = ANY | NASTY


# --- marks and envelope ----------------------------------------------------------------------------------------------


def test_an_acknowledgement_says_that_it_is_one_and_takes_no_answer_from_machines() -> None:
    mail = composed(kind=MailKind.ACK)
    assert mail.mail_from == ""
    assert read(mail)["Auto-Submitted"] == "auto-replied"
    assert read(mail)["Precedence"] == "bulk"
    assert read(mail)["X-Auto-Response-Suppress"] == "All"


def test_an_acknowledgement_does_not_carry_the_name_its_reader_chose() -> None:
    mail = composed(kind=MailKind.ACK, to=Address("Click https://spam.evil.test", "victim@victim.test"))
    assert read(mail)["To"] == "victim@victim.test"
    assert b"spam.evil" not in mail.raw


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind not in SIGNALS])
def test_every_kind_bears_its_marks_once(kind: MailKind) -> None:
    parsed = read(composed(kind=kind, verdict=Tag.PROBLEM))
    assert parsed.get_all("X-Triaged-Kind") == [str(kind)]
    assert parsed.get_all("X-Triaged-Ticket") == ["12"]
    assert parsed.get_all("X-Triaged-Verdict") == ["problem"]
    assert is_loop_value(OWN, parsed["X-Triaged-Loop"])
    assert set(parsed.keys()) <= ALLOWED
    assert len(parsed.keys()) == len(set(parsed.keys()))


@pytest.mark.parametrize("kind", [MailKind.REPLY, MailKind.ASK])
def test_a_persons_words_do_not_pass_for_a_machines(kind: MailKind) -> None:
    assert read(composed(kind=kind))["Auto-Submitted"] is None


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        (MailKind.ACK, Purpose.TALK),
        (MailKind.REPLY, Purpose.TALK),
        (MailKind.ASK, Purpose.TALK),
        (MailKind.NOTICE, Purpose.TALK),
        (MailKind.FORWARD, Purpose.TALK),
        (MailKind.CARD, Purpose.COMMAND),
        (MailKind.RESULT, Purpose.COMMAND),
        (MailKind.CONFIRM, Purpose.CONFIRM),
    ],
)
def test_an_answer_is_good_for_what_the_kind_allows(kind: MailKind, purpose: Purpose) -> None:
    assert mark_of_reply_address(OWN, read(composed(kind=kind))["Reply-To"]) == (purpose, MARK)


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind not in {MailKind.ACK, *SIGNALS}])
def test_a_bounce_finds_its_mail_and_never_learns_the_address_that_commands(kind: MailKind) -> None:
    assert mark_of_reply_address(OWN, composed(kind=kind).mail_from) == (Purpose.TALK, MARK)


def test_the_row_and_the_octets_agree() -> None:
    mail = composed()
    assert read(mail)["Message-ID"] == f"<{mail.message_id}>"
    assert mark_of_message_id(OWN, mail.message_id) == MARK == mail.mark
    assert (mail.to, mail.ticket, mail.due, mail.kind) == (ADA.address, 12, 7.0, MailKind.FORWARD)


def test_the_date_is_the_desks() -> None:
    assert read(composed())["Date"] == "Mon, 24 Nov 2025 17:00:00 +0100"


def test_no_ticket_and_no_verdict_leave_no_mark() -> None:
    parsed = read(composed(ticket=None))
    assert parsed["X-Triaged-Ticket"] is None
    assert parsed["X-Triaged-Verdict"] is None


@pytest.mark.parametrize(
    "address", ["", "x", "a b@c.example", "a@b.example>\r\nBcc: c@d.example", "a@b,c@d", "a@\ud800"]
)
def test_a_recipient_that_cannot_be_written_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="recipient"):
        composed(to=Address("", address))


# --- threads ---------------------------------------------------------------------------------------------------------


def test_an_answer_names_its_message_and_the_thread_oldest_first() -> None:
    asked = a_message(message_id="c@x.example", in_reply_to="b@x.example", references=("b@x.example", "a@x.example"))
    parsed = read(composed(answers=asked))
    assert parsed["In-Reply-To"] == "<c@x.example>"
    assert parsed["References"].split() == ["<a@x.example>", "<b@x.example>", "<c@x.example>"]


def test_a_long_thread_keeps_its_first_and_its_newest() -> None:
    asked = a_message(message_id="me@x.example", references=tuple(f"{n}@x.example" for n in range(40)))
    named = read(composed(answers=asked))["References"].split()
    assert named[0] == "<39@x.example>"
    assert named[-3:] == ["<1@x.example>", "<0@x.example>", "<me@x.example>"]
    assert len(named) == 11


@given(WORDS, st.lists(WORDS, max_size=20))
def test_no_message_id_of_a_stranger_breaks_a_header(identifier: str, references: list[str]) -> None:
    mail = composed(answers=a_message(message_id=identifier, references=tuple(references)))
    parsed = read(mail)
    assert set(parsed.keys()) <= ALLOWED
    named = f"{parsed['In-Reply-To'] or ''} {parsed['References'] or ''}".split()
    assert all(re.fullmatch(r"<[!-~]{3,250}>", one) for one in named)


# --- laws of the octets ----------------------------------------------------------------------------------------------


@given(
    subject=WORDS,
    name=WORDS,
    desk=WORDS,
    text=WORDS,
    html=WORDS,
    original=st.none() | OCTETS,
)
def test_whatever_the_words_the_mail_is_well_formed(
    subject: str, name: str, desk: str, text: str, html: str, original: bytes | None
) -> None:
    sender = DESK.model_copy(update={"name": desk})  # the settings would refuse it first
    mail = composed(Letter(subject, text, html), to=Address(name, ADA.address), desk=sender, original=original)
    parsed = read(mail)
    assert wire_fault(mail.raw) is None
    assert not parsed.defects
    assert set(parsed.keys()) <= ALLOWED
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert parsed["To"].replace("\r\n", "").endswith(f"{ADA.address}>" if one_line(name) else ADA.address)
    assert decoded(parsed["Subject"]) == one_line(subject)
    inner = parsed.get_payload(0) if original is not None else parsed
    assert [part.get_content_type() for part in inner.get_payload()] == ["text/plain", "text/html"]
    written = inner.get_payload(0).get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")
    assert written == lines(text).rstrip("\n") + "\n"


@given(WORDS)
def test_a_header_line_is_short_and_reads_back(value: str) -> None:
    written = header_line.unstructured("Subject", value)
    assert written.isascii()
    assert max(map(len, written.split("\r\n"))) <= 76
    assert written.endswith("\r\n")
    assert decoded(message_from_bytes(written.encode())["Subject"]) == one_line(value)


@given(WORDS | st.text("ab .", min_size=60, max_size=90))
def test_a_display_name_reads_back_and_leaves_the_address_alone(name: str) -> None:
    written = header_line.mailbox("To", Address(name, "ada@customer.example"))
    assert max(map(len, written.split("\r\n"))) <= 76
    phrase, address = parseaddr(written.removeprefix("To:").replace("\r\n", ""))
    assert address == "ada@customer.example"
    assert decoded(phrase) == one_line(name)


@given(OCTETS, st.booleans())
def test_the_original_travels_octet_by_octet(original: bytes, ended: bool) -> None:
    original = original + b"\r\n" if ended else original
    mail = composed(original=original)
    part = read(mail).get_payload(1)
    if wire_fault(original):
        assert part.get_content_type() == "application/octet-stream"
        assert part.get_filename() == "original.eml"
        assert part.get_payload(decode=True) == original
    else:
        assert part.get_content_type() == "message/rfc822"
        head = b"Content-Transfer-Encoding: " + (b"7bit" if original.isascii() else b"8bit") + b"\r\n\r\n"
        after = mail.raw[mail.raw.index(b"message/rfc822") :]
        assert after[after.index(head) + len(head) :].startswith(original + b"\r\n--=_0")


@given(st.binary(max_size=400).map(lambda b: re.sub(rb"[\r\n\0]", b"", b)), NASTY)
def test_for_an_old_server_the_original_becomes_a_file(original: bytes, text: str) -> None:
    original = b"Subject: \xe4\r\n\r\n" + original
    letter = Letter("Content-Transfer-Encoding: 8bit", f"{text}\nContent-Transfer-Encoding: 8bit\n", "")
    raw = seven_bit(composed(letter, original=original).raw)
    parsed = message_from_bytes(raw)
    assert raw.isascii()
    assert wire_fault(raw) is None
    assert parsed["Content-Transfer-Encoding"] is None
    assert decoded(parsed["Subject"]) == "Content-Transfer-Encoding: 8bit"
    assert parsed.get_payload(1).get_payload(decode=True) == original


def test_a_mail_without_eight_bit_octets_stays_as_it_is_for_an_old_server() -> None:
    for original in (None, b"Subject: x\r\n\r\nhello\r\n", b"bare\nline \xe4"):
        raw = composed(original=original).raw
        assert seven_bit(raw) == raw


def test_our_own_parts_cannot_be_closed_from_inside() -> None:
    inside = f"--=_0{MARK}--\n--=_1{MARK}\n".replace("\n", "\r\n").encode()
    mail = composed(Letter("x", inside.decode(), inside.decode()), original=inside)
    assert [part.get_content_type() for part in read(mail).get_payload()] == ["multipart/alternative", "message/rfc822"]
    assert inside in mail.raw


def test_serialisation_is_tried_at_start() -> None:
    assert self_test() is None


def test_the_trial_at_start_finds_a_serialiser_that_injects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_line, "one_line", lambda text: text)
    monkeypatch.setattr(header_line, "unstructured", lambda name, value: f"{name}: {value}\r\n")
    assert self_test() is not None


@pytest.mark.parametrize("raw", [b"a\nb", b"a\rb", b"\r\r\n", b"x" * 999, b"\0"])
def test_a_fault_on_the_wire_is_named(raw: bytes) -> None:
    assert wire_fault(raw)


@given(st.lists(st.integers(0, 1001), max_size=12), st.booleans())
def test_a_line_may_have_998_octets_and_not_one_more(lengths: list[int], ended: bool) -> None:
    raw = b"\r\n".join(b"x" * length for length in lengths) + (b"\r\n" if ended else b"")
    assert (wire_fault(raw) is not None) == any(length > 998 for length in lengths)


# --- mail that no one here wrote --------------------------------------------------------------------------------------


@pytest.mark.corpus
@pytest.mark.skipif(CORPORA is None, reason="shared/corpora is not there")
def test_no_hazard_gets_a_header_or_an_octet_into_our_mail() -> None:
    assert CORPORA is not None
    for record in records("hazards"):
        raw = (CORPORA / "hazards" / record["file"]).read_bytes()
        message = parse(raw)
        sender = message.sender or ADA
        letter = Letter(message.subject, message.new_text, "")
        for kind in (MailKind.FORWARD, MailKind.CARD, MailKind.ACK):
            to = Address(sender.name, ADA.address)
            mail = composed(letter if kind is not MailKind.ACK else LETTER, kind, to=to, answers=message, original=raw)
            parsed = read(mail)
            assert set(parsed.keys()) <= ALLOWED, record["file"]
            assert len(parsed.keys()) == len(set(parsed.keys())), record["file"]
            assert wire_fault(mail.raw) is None, record["file"]
            part = parsed.get_payload(1)
            travels = part.get_content_type() == "message/rfc822"
            assert raw in mail.raw if travels else part.get_payload(decode=True) == raw, record["file"]


def test_nothing_but_a_mail_is_composed_from_hostile_marks() -> None:
    mail = compose(
        LETTER, kind=MailKind.CARD, ticket=1, to=Address("x\r\nBcc: v@v.test", ADA.address), desk=DESK, own=OWN,
        mark=MARK, now=0.0, due=0.0,
    )  # fmt: skip
    assert "Bcc" not in read(mail)
