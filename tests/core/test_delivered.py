"""To whom a message was delivered: only what our own mail server wrote above everything of the sender's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.address import Key, Own, Purpose, mark_from, reply_address
from daemon.core.mail.delivered import recipient

OWN = Own(("support@hd.test", "sales@hd.test"), "+", "hd.test", (Key("1", b"k" * 32),))
SECRET = reply_address(OWN, Purpose.COMMAND, mark_from(b"0123456789"))
HOP = "Received: from a.test by mx.hd.test; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
REST = "From: a@b.test\r\nTo: support@hd.test\r\n\r\nDelivered-To: sales@hd.test\r\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f"Delivered-To: {SECRET}\r\n{HOP}", SECRET),
        (f"Return-Path: <a@b.test>\r\ndelivered-to:\r\n <{SECRET}>\r\n{HOP}", SECRET),
        ("Delivered-To: sales@hd.test\r\n", "sales@hd.test"),
        (f"Delivered-To: sales@hd.test\r\nDelivered-To: {SECRET}\r\n{HOP}", "sales@hd.test"),
        (f"Delivered-To: list@elsewhere.test\r\nDelivered-To: {SECRET}\r\n{HOP}", "support@hd.test"),
        (f"{HOP}Delivered-To: {SECRET}\r\n", "support@hd.test"),
        (f"X-Original-To: {SECRET}\r\n{HOP}", "support@hd.test"),
        (f"Subject: x\r\n\tDelivered-To: {SECRET}\r\n{HOP}", "support@hd.test"),
        (HOP, "support@hd.test"),
        ("", "support@hd.test"),
    ],
)
def test_only_the_topmost_header_above_the_first_hop_counts(head: str, expected: str) -> None:
    assert recipient((head + REST).encode(), "Delivered-To", OWN) == expected


def test_without_a_setting_it_is_the_desk_s_address() -> None:
    assert recipient(f"Delivered-To: {SECRET}\r\n{REST}".encode(), None, OWN) == "support@hd.test"


def test_the_header_of_the_sender_serves_where_the_server_writes_none() -> None:
    raw = f'{HOP}To: "Helpdesk, Acme" <x@y.test>,\r\n {SECRET}\r\n\r\n'.encode()
    assert recipient(raw, "To", OWN) == SECRET


@given(st.binary(max_size=400), st.sampled_from(["Delivered-To", "To", "X-Original-To"]))
def test_whatever_the_octets_it_is_an_address_of_the_desk(raw: bytes, header: str) -> None:
    assert recipient(raw, header, OWN) in OWN.addresses
