"""A sender who looks like somebody of the house is told to the team; everybody else is left in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.lookalike import House, resembled, skeleton

HOUSE: House = (
    ("Acme Support", "support@acme.test"),
    ("Bob Lindner", "bob@acme.test"),
    ("Ann", "ann@acme.test"),
)


@pytest.mark.parametrize(
    ("name", "address", "whose"),
    [
        ("Bob Lindner", "x@evil.test", "bob@acme.test"),
        ("BOB  LINDNER", "x@evil.test", "bob@acme.test"),
        ("B\u043eb Lindn\u0435r", "x@evil.test", "bob@acme.test"),  # Cyrillic o and e
        ("B\u00f6b Lindner", "x@evil.test", "bob@acme.test"),
        ("bob@acme.test", "x@evil.test", "bob@acme.test"),
        ("Bob <Bob@acme.test>", "x@evil.test", "bob@acme.test"),
        ("Acme Support", "help@evil.test", "support@acme.test"),
        ("", "bob@acrne.test", "support@acme.test"),
        ("", "bob@\u0430cme.test", "support@acme.test"),
        ("", "bob@xn--cme-5cd.test", "support@acme.test"),  # as it travels
    ],
)
def test_who_borrows_a_name_an_address_or_a_domain_is_known(name: str, address: str, whose: str) -> None:
    assert resembled(name, address, HOUSE) == whose


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Bob Lindner", "bob@acme.test"),
        ("Bob Lindner", "BOB@Acme.Test"),
        ("Ann", "ann@customer.test"),  # a first name alone is anybody's
        ("Bob Lindgren", "bob@customer.test"),
        ("Maria Rossi", "maria@customer.test"),
        ("", "info@acme-shop.test"),
        ("", "new@acme.test"),
        ("", "bob@xn--.test"),
        ("", ""),
    ],
)
def test_whoever_only_is_called_something_is_left_in_peace(name: str, address: str) -> None:
    assert resembled(name, address, HOUSE) == ""


@given(st.text(), st.text())
def test_no_name_or_address_whatever_raises_and_only_the_house_is_named(name: str, address: str) -> None:
    assert resembled(name, address, HOUSE) in {"", *(own for _, own in HOUSE)}


@given(st.text(max_size=60))
def test_what_was_brought_into_its_form_stays_so(words: str) -> None:
    assert skeleton(skeleton(words)) == skeleton(words)
