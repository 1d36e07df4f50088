"""Who may command: the mark and the proof, of one member; half of it asks the member, and all else is text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.desk.authority import COMMAND_SECONDS, CONFIRM_SECONDS, Authority, Level, authority, needs_proof
from daemon.core.mail.address import Purpose, message_id, reply_address
from daemon.core.mail.reading import read
from store.model.facts import Facts
from store.model.message import Door, Envelope, Proof, Proven
from store.model.outbox import MailKind
from tests.core.commanding import (
    ANN,
    BOB,
    CARD,
    DAY,
    GONE,
    MARK,
    OTHER,
    PROVEN,
    SETTINGS,
    SMTP,
    TALK,
    YES,
    facts,
    fields,
    level,
    rated,
    sent,
)
from tests.core.given import CUSTOMER, NOW, OWN

FORGED = "mx.hd.test; dmarc=fail header.from=team.test"
CARDS = facts(sent())
ASKED = facts(sent(kind=MailKind.CONFIRM))


def who(found: Authority) -> tuple[Level, str | None]:
    return found.level, found.person.id if found.person else None


# --- full: the mark and the proof of one member ----------------------------------------------------------------------


def test_a_proven_member_commands_on_the_ticket_of_the_card_whatever_the_subject_says() -> None:
    found = level(fields(), CARDS)
    assert who(found) == (Level.FULL, "bob")
    assert found.sent is not None
    assert found.sent.ticket == 17


@pytest.mark.parametrize("kind", [MailKind.CARD, MailKind.RESULT, MailKind.DIGEST, MailKind.ROSTER])
def test_every_mail_that_may_be_answered_with_a_command_takes_one(kind: MailKind) -> None:
    assert who(level(fields(), facts(sent(kind=kind)))) == (Level.FULL, "bob")


@pytest.mark.parametrize(
    "author",
    ["BOB@Team.test", "Bob <bob@team.test>", '"ann@team.test" <bob@team.test>', "=?utf-8?q?B=C3=B6b?= <bob@team.test>"],
)
def test_a_name_and_the_case_of_letters_change_nothing(author: str) -> None:
    assert who(level(fields(author), CARDS)) == (Level.FULL, "bob")


def test_the_address_is_known_again_in_capitals() -> None:
    assert who(level(fields(), CARDS, CARD.upper())) == (Level.FULL, "bob")


def test_a_card_takes_commands_for_fourteen_days() -> None:
    assert level(fields(), facts(sent(age=COMMAND_SECONDS))).level is Level.FULL
    assert who(level(fields(), facts(sent(age=COMMAND_SECONDS + 1)))) == (Level.HALF, "bob")
    assert COMMAND_SECONDS == 14 * DAY


def test_a_confirmation_takes_its_yes_for_a_day() -> None:
    assert who(level(fields(), ASKED, YES)) == (Level.FULL, "bob")
    late = facts(sent(kind=MailKind.CONFIRM, age=CONFIRM_SECONDS + 1))
    assert who(level(fields(), late, YES)) == (Level.HALF, "bob")
    assert CONFIRM_SECONDS == DAY


def test_an_answered_confirmation_proves_the_mailbox_where_no_server_vouches_for_it() -> None:
    assert who(level(fields(results=""), ASKED, YES)) == (Level.FULL, "bob")


# --- half: one of the two --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "results",
    ["", FORGED, "mx.hd.test; spf=pass smtp.mailfrom=team.test", "mx.evil.test; dmarc=pass header.from=team.test"],
)
def test_the_mark_without_a_proof_asks_the_member(results: str) -> None:
    assert who(level(fields(results=results), CARDS)) == (Level.HALF, "bob")


def test_results_from_a_peer_that_is_not_trusted_prove_nothing() -> None:
    assert who(level(fields(), CARDS, peer="192.0.2.7")) == (Level.HALF, "bob")


def test_the_mark_in_a_strangers_hand_asks_the_member_it_was_given_to() -> None:
    assert who(level(fields("x@evil.test"), CARDS)) == (Level.HALF, "bob")
    assert who(level(fields("x@evil.test", results=""), CARDS)) == (Level.HALF, "bob")


def test_a_colleague_who_answers_anothers_card_is_asked_in_person() -> None:
    assert who(level(fields(ANN), CARDS)) == (Level.HALF, "ann")
    assert who(level(fields(ANN, results=""), CARDS)) == (Level.HALF, "bob")


def test_the_proof_without_a_mark_asks_the_member() -> None:
    assert who(level(fields(), Facts(), "support@hd.test")) == (Level.HALF, "bob")
    assert who(level(fields(), facts(sent(kind=MailKind.NOTICE)), TALK)) == (Level.HALF, "bob")


def test_a_mail_without_a_message_id_could_be_a_repeat_and_asks_the_member() -> None:
    assert who(level(fields(identifier=None), CARDS)) == (Level.HALF, "bob")


def test_a_signature_that_leaves_the_body_open_spoils_what_the_server_says() -> None:
    tags = "v=1; a=rsa-sha256; d=team.test; s=s1; {}h=from:date; bh=aaaa; b=bbbb"
    open_ended, whole = (f"DKIM-Signature: {tags.format(extra)}" for extra in ("l=0; ", ""))
    assert who(level([*fields(), open_ended], CARDS)) == (Level.HALF, "bob")
    assert who(level([open_ended.replace("l=0", "l = 5"), *fields()], CARDS)) == (Level.HALF, "bob")
    assert who(level([*fields(), whole], CARDS)) == (Level.FULL, "bob")
    assert who(level([*fields(), open_ended.replace("team.test", "list.test")], CARDS)) == (Level.FULL, "bob")
    assert who(level([*fields(), "DKIM-Signature: v=1; l=0"], CARDS)) == (Level.HALF, "bob")


def test_a_proof_of_another_domain_than_that_of_from_does_not_count() -> None:
    raw = "\r\n".join([*fields(), "", "done", ""]).encode()
    reading = read(raw, Envelope(BOB, (CARD,), "127.0.0.1"), OWN, SMTP)
    other = replace(reading, proof=Proof(Proven.DMARC, "evil.test", "mx.hd.test"))
    assert authority(reading, CARDS, SETTINGS, NOW).level is Level.FULL
    assert authority(other, CARDS, SETTINGS, NOW).level is Level.HALF


def test_only_a_members_unproven_command_needs_a_proof() -> None:
    def needs(header: list[str], to: str = CARD) -> bool:
        raw = "\r\n".join([*header, "", "done", ""]).encode()
        return needs_proof(read(raw, Envelope(BOB, (to,), "127.0.0.1"), OWN, SMTP), SETTINGS)

    assert needs(fields(results=""))
    assert not needs(fields())
    assert not needs(fields(results=FORGED))
    assert not needs(fields("x@evil.test", results=""))
    assert not needs(fields(results=""), TALK)
    assert not needs([*fields(results=""), "From: x@evil.test"])
    assert not needs(["From: x@evil.test", *fields(results="")])


# --- nothing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "machine",
    ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "List-Id: <a.team.test>"],
)
def test_a_machine_neither_commands_nor_confirms(machine: str) -> None:
    for known, address in ((CARDS, CARD), (ASKED, YES)):
        assert who(level([*fields(), machine], known, address)) == (Level.NONE, None)


@pytest.mark.parametrize(
    "author",
    [
        "bob@team.test <x@evil.test>",
        "<bob@team.test> x@evil.test",
        "<x@evil.test> bob@team.test",
        "x@evil.test, bob@team.test",
        "bob@team.test:x@evil.test;",
        "team: bob@team.test;",
        "<bob@team.test><x@evil.test>",
        "",
    ],
)
def test_a_from_that_readers_take_differently_is_nobodys(author: str) -> None:
    for domain in ("team.test", "evil.test"):
        for known, address in ((CARDS, CARD), (ASKED, YES)):
            assert who(level(fields(author, PROVEN + domain), known, address)) == (Level.NONE, None)


@pytest.mark.parametrize("second", [BOB, ANN, "x@evil.test"])
def test_two_from_headers_are_nobodys(second: str) -> None:
    assert who(level([*fields(), f"From: {second}"], CARDS)) == (Level.NONE, None)
    assert who(level([f"From: {second}", *fields()], CARDS)) == (Level.NONE, None)


@pytest.mark.parametrize("name", ["Sender", "Reply-To", "X-Original-From", "Resent-From", "X-Helpdesk-Role"])
def test_only_from_names_the_author(name: str) -> None:
    mail = [*fields("x@evil.test"), f"{name}: {BOB}"]
    assert who(level(mail, Facts(), "support@hd.test")) == (Level.NONE, None)
    assert level(mail, CARDS).level is Level.HALF


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"])
def test_an_address_that_only_a_header_names_was_not_used(name: str) -> None:
    assert who(level([*fields(results=""), f"{name}: {CARD}"], CARDS, "support@hd.test")) == (Level.NONE, None)


@pytest.mark.parametrize("name", ["In-Reply-To", "References"])
def test_a_message_id_of_ours_is_no_authority(name: str) -> None:
    mail = [*fields(results=""), f"{name}: <{message_id(OWN, MARK)}>"]
    assert who(level(mail, CARDS, "support@hd.test")) == (Level.NONE, None)


def test_a_members_name_alone_is_nothing() -> None:
    assert who(level(fields(results=""), Facts(), "support@hd.test")) == (Level.NONE, None)
    assert who(level(fields("Bob <x@evil.test>"), Facts(), "support@hd.test")) == (Level.NONE, None)


def test_a_colleague_of_the_same_domain_who_is_no_member_is_nobody() -> None:
    assert who(level(fields("eve@team.test"), Facts(), "support@hd.test")) == (Level.NONE, None)


def test_who_is_no_member_any_more_has_nothing_left() -> None:
    cards = facts(sent(GONE))
    assert who(level(fields(GONE), cards)) == (Level.NONE, None)
    assert who(level(fields(GONE), facts(sent(GONE, MailKind.CONFIRM)), YES)) == (Level.NONE, None)
    without_bob = SETTINGS.model_copy(update={"people": SETTINGS.people[1:]})
    assert who(level(fields(), CARDS, settings=without_bob)) == (Level.NONE, None)


def test_a_customers_address_takes_no_commands() -> None:
    answered = facts(sent(CUSTOMER, MailKind.ACK))
    assert who(level(fields(CUSTOMER), answered, TALK)) == (Level.NONE, None)
    assert who(level(fields(CUSTOMER), answered, CARD)) == (Level.NONE, None)


@pytest.mark.parametrize("purpose", [Purpose.TALK, Purpose.CONFIRM])
def test_an_address_of_another_purpose_does_not_command(purpose: Purpose) -> None:
    assert who(level(fields(results=""), CARDS, reply_address(OWN, purpose, MARK))) == (Level.NONE, None)


@pytest.mark.parametrize("purpose", [Purpose.TALK, Purpose.COMMAND])
def test_an_address_of_another_purpose_does_not_confirm(purpose: Purpose) -> None:
    assert who(level(fields(results=""), ASKED, reply_address(OWN, purpose, MARK))) == (Level.NONE, None)


def test_an_old_address_without_a_proof_is_nothing() -> None:
    assert who(level(fields(results=""), facts(sent(age=15 * DAY)))) == (Level.NONE, None)


def test_a_confirmation_is_answered_by_nobody_else() -> None:
    for author in (ANN, "x@evil.test", CUSTOMER):
        assert who(level(fields(author), ASKED, YES)) == (Level.NONE, None)
    assert who(level(fields(results=FORGED), ASKED, YES)) == (Level.NONE, None)


def test_mail_that_is_imported_commands_nothing() -> None:
    assert who(level(fields(), CARDS, door=Door.IMPORT)) == (Level.NONE, None)
    assert who(level(fields(), CARDS, door=Door.FILE)) == (Level.NONE, None)


def test_one_mail_to_the_addresses_of_two_tickets_commands_neither() -> None:
    two = facts(sent(), sent(mark=OTHER, number=18))
    second = reply_address(OWN, Purpose.COMMAND, OTHER)
    for addresses in ((CARD, second), (second, CARD)):
        assert who(level(fields(), two, *addresses)) == (Level.NONE, None)
    assert who(level(fields(), facts(sent(), sent(mark=OTHER)), CARD, second)) == (Level.FULL, "bob")


def test_of_two_cards_of_one_ticket_the_members_own_counts() -> None:
    second = reply_address(OWN, Purpose.COMMAND, OTHER)
    two = facts(sent(ANN), sent(mark=OTHER))
    for addresses in ((CARD, second), (second, CARD)):
        found = level(fields(), two, *addresses)
        assert who(found) == (Level.FULL, "bob")
        assert found.sent is not None
        assert found.sent.mark == OTHER


# --- laws ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, len(CARD) - 1), st.integers(33, 126).map(chr))
def test_no_altered_octet_of_the_address_keeps_the_authority(place: int, octet: str) -> None:
    altered = CARD[:place] + octet + CARD[place + 1 :]
    expected = Level.FULL if altered.lower() == CARD else Level.HALF
    assert level(fields(), CARDS, altered).level is expected


@given(st.integers(0, len(BOB) - 1), st.characters(exclude_categories=("Cs",)))
def test_no_altered_letter_of_from_keeps_the_authority(place: int, letter: str) -> None:
    altered = BOB[:place] + letter + BOB[place + 1 :]
    same = altered.isascii() and altered.lower() == BOB
    for domain in ("team.test", altered.rpartition("@")[2]):
        found = level(fields(altered, PROVEN + domain), CARDS)
        assert (found.level is Level.FULL) is same
        assert found.person is None or found.person.id != "ann"


@pytest.mark.parametrize("like", ["ſ", "\u212a", "İ", "ß", "ﬀ"])
def test_a_letter_that_only_unicode_calls_the_same_is_another(like: str) -> None:
    person = {"id": "sam", "name": "Sam", "address": f"{like.casefold()}am@team.test"}
    settings = SETTINGS.model_validate(SETTINGS.model_dump() | {"people": [person]})
    known = facts(sent(person["address"]))
    assert level(fields(f"{like}am@team.test", PROVEN + "team.test"), known, settings=settings).level is not Level.FULL


NOISE = ["Date: Mon, 03 Nov 2025 10:00:00 +0100", "X-Note: x", f"Reply-To: {ANN}", "Sender: x@evil.test", f"Cc: {ANN}"]


@given(st.permutations([*fields(), *NOISE]), st.booleans())
def test_the_order_of_headers_changes_nothing(header: list[str], proven: bool) -> None:
    mail = header if proven else [line for line in header if not line.startswith("Auth")]
    assert who(level(mail, CARDS)) == (Level.FULL if proven else Level.HALF, "bob")


@given(
    st.sampled_from([BOB, ANN, GONE, "x@evil.test", "bob@team.test <x@evil.test>"]),
    st.sampled_from([None, "", FORGED]),
    st.sampled_from([BOB, ANN, GONE, CUSTOMER]),
    st.sampled_from(list(MailKind)),
    st.floats(0, 30 * DAY),
    st.sampled_from(list(Purpose)),
    st.sampled_from(list(Door)),
)
def test_full_authority_is_always_that_of_the_member_who_got_the_mail_and_wrote_this_one(
    author: str, results: str | None, to: str, kind: MailKind, age: float, purpose: Purpose, door: Door
) -> None:
    mail = sent(to, kind, age)
    found = level(fields(author, results), facts(mail), reply_address(OWN, purpose, MARK), door=door)
    if found.level is Level.FULL:
        assert found.person is not None
        assert (found.person.address, found.sent) == (author, mail)
        assert (author, age <= COMMAND_SECONDS) == (to, True)
        assert purpose is (Purpose.CONFIRM if kind is MailKind.CONFIRM else Purpose.COMMAND)
        assert results is None or (purpose, results) == (Purpose.CONFIRM, "")
    assert (found.level is Level.NONE) is (found.person is None)


@given(st.binary(max_size=300))
def test_no_octets_whatever_raise_or_command(raw: bytes) -> None:
    assert rated(raw, CARDS, Envelope("", (CARD,), "127.0.0.1"), now=NOW).level is not Level.FULL
