"""Whole messages, made up: each is kept, worked to its end, and breaks out of nothing; every case found stays."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.laws import hold_for
from tests.fuzz.messages import ADDRESSES, messages

FOUND = sorted((Path(__file__).parent / "found").glob("*.eml"))
SENDERS = st.one_of(st.sampled_from(["", "cust@customer.test", "bob@team.test", "support@hd.test"]), ADDRESSES)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(messages(), SENDERS)
def test_any_message_is_kept_and_worked_and_breaks_out_of_nothing(raw: bytes, sender: str) -> None:
    hold_for(raw, sender if sender.isprintable() else "")


def test_what_was_found_once_holds() -> None:
    for path in FOUND:
        hold_for(path.read_bytes())
