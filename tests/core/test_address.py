"""Our own identifiers are known again, and nobody else can make one."""

from base64 import b32encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.address import (
    Key,
    Own,
    Purpose,
    fold,
    is_loop_value,
    is_own,
    loop_value,
    mark_from,
    mark_of_message_id,
    mark_of_reply_address,
    message_id,
    reply_address,
    tag_of,
)

OLD, NEW = Key("1", b"o" * 32), Key("2", b"n" * 32)
OWN = Own(("help@acme.example", "sales@acme.example"), "+", "mail.acme.example", (NEW, OLD))
MARKS = st.binary(min_size=10, max_size=10).map(mark_from)
PURPOSES = st.sampled_from([Purpose.TALK, Purpose.COMMAND, Purpose.CONFIRM])


@given(MARKS)
def test_a_message_id_of_ours_gives_back_its_mark(mark: str) -> None:
    assert mark_of_message_id(OWN, message_id(OWN, mark)) == mark


@given(MARKS, PURPOSES)
def test_a_reply_address_of_ours_gives_back_purpose_and_mark(mark: str, purpose: Purpose) -> None:
    assert mark_of_reply_address(OWN, reply_address(OWN, purpose, mark)) == (purpose, mark)


@given(MARKS, PURPOSES)
def test_identifiers_survive_servers_that_change_case(mark: str, purpose: Purpose) -> None:
    assert mark_of_reply_address(OWN, reply_address(OWN, purpose, mark).upper()) == (purpose, mark)
    assert mark_of_message_id(OWN, message_id(OWN, mark).upper()) == mark


@given(MARKS, PURPOSES)
def test_a_local_part_of_ours_fits_into_64_octets(mark: str, purpose: Purpose) -> None:
    assert len(reply_address(OWN, purpose, mark).partition("@")[0]) <= 64


@given(MARKS, PURPOSES)
def test_a_message_id_opens_no_reply_address(mark: str, purpose: Purpose) -> None:
    signed = message_id(OWN, mark).partition("@")[0]
    assert mark_of_reply_address(OWN, f"help+{purpose}{signed}@acme.example") is None


@given(MARKS, PURPOSES, PURPOSES)
def test_one_purpose_does_not_serve_for_another(mark: str, purpose: Purpose, other: Purpose) -> None:
    address = reply_address(OWN, purpose, mark)
    changed = address.replace(f"+{purpose}", f"+{other}")
    assert (mark_of_reply_address(OWN, changed) is None) == (purpose is not other)


@given(MARKS, st.integers(0, 31), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_changed_letter_makes_it_worthless(mark: str, place: int, letter: str) -> None:
    local, _, host = message_id(OWN, mark).partition("@")
    changed = local[: 1 + place] + letter + local[2 + place :]
    assert (mark_of_message_id(OWN, f"{changed}@{host}") == mark) == (changed == local)


@given(MARKS)
def test_an_identifier_of_the_last_key_is_believed_until_the_key_is_gone(mark: str) -> None:
    before = Own(OWN.addresses, "+", OWN.host, (OLD,))
    after = Own(OWN.addresses, "+", OWN.host, (NEW,))
    assert mark_of_message_id(OWN, message_id(before, mark)) == mark
    assert mark_of_message_id(after, message_id(before, mark)) is None


@given(MARKS)
def test_another_desk_with_the_same_key_has_other_identifiers(mark: str) -> None:
    other = Own(("else@acme.example",), "+", OWN.host, OWN.keys)
    assert mark_of_message_id(OWN, message_id(other, mark)) is None


@given(st.text(max_size=80))
def test_reading_a_foreign_identifier_never_fails(text: str) -> None:
    assert mark_of_message_id(OWN, text) is None
    assert mark_of_reply_address(OWN, text) is None
    is_loop_value(OWN, text)


def test_the_loop_header_is_known_again_and_not_guessed() -> None:
    assert is_loop_value(OWN, loop_value(OWN))
    assert not is_loop_value(OWN, "yes")
    assert not is_loop_value(OWN, "ä")


@pytest.mark.parametrize(
    ("address", "tag"),
    [
        ("help@acme.example", ""),
        ("Help+web@ACME.example", "web"),
        ("sales+a+b@acme.example", "a+b"),
        ("help@acme.example.evil.test", None),
        ("helper@acme.example", None),
        ("", None),
    ],
)
def test_the_tag_of_an_address_of_the_desk(address: str, tag: str | None) -> None:
    assert tag_of(OWN, address) == tag
    assert is_own(OWN, address) == (tag is not None)


def test_two_spellings_of_a_mailbox_fold_into_one() -> None:
    assert fold(" Anna@Team.Example ") == fold("anna@team.example")


@given(st.binary(min_size=10, max_size=10))
def test_a_mark_is_base32_in_lower_case(random: bytes) -> None:
    assert mark_from(random) == b32encode(random).decode("ascii").lower()
