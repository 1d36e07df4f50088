"""When a mail is tried again, and when no more."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.retry import GIVE_UP_SECONDS, QUICK_WAITS, WAITS, after
from store.model.outbox import Answer, Delivery, Mail, MailKind, MailState

DAY = 86400.0


def a_mail(attempts: int = 0, kind: MailKind = MailKind.FORWARD) -> Mail:
    return Mail(1, kind, 1, "d@desk.example", "a@customer.example", b"", attempts, 0.0, 1)


def dues(jitter: float, delivery: Delivery = Delivery.DEFERRED) -> list[float]:
    """The moments of all attempts at a server that always answers the same, from 0 on."""
    now, moments = 0.0, [0.0]
    for attempts in range(1000):
        settled = after(Answer(delivery, "451 later"), a_mail(attempts), now, jitter, "resend")
        if settled.due is None:
            return moments
        now = settled.due
        moments.append(now)
    raise AssertionError("never given up")


def test_accepted_is_sent_and_refused_has_failed() -> None:
    assert after(Answer(Delivery.ACCEPTED, "250 ok"), a_mail(), 5.0, 0.5, "resend").state is MailState.SENT
    refused = after(Answer(Delivery.REFUSED, "550 no"), a_mail(), 5.0, 0.5, "resend")
    assert (refused.state, refused.due, refused.answer) == (MailState.FAILED, None, "550 no")


def test_the_rhythm_of_five_days() -> None:
    gaps = [round(b - a) for a, b in pairwise(dues(0.5))]
    assert gaps[:8] == [70, 300, 900, 1800, 3600, 7200, 10800, 10800]
    assert set(gaps[7:]) == {10800}


@given(st.floats(0, 1, exclude_max=True))
def test_the_first_retry_comes_within_minutes_and_the_last_within_five_days(jitter: float) -> None:
    moments = dues(jitter)
    assert 60 <= moments[1] <= 300
    assert 4.5 * DAY < moments[-1] <= GIVE_UP_SECONDS == 5 * DAY
    assert all(later - earlier >= 1620 for earlier, later in pairwise(moments[4:]))


def test_what_failed_together_does_not_come_back_together() -> None:
    assert dues(0.0)[1] < dues(0.5)[1] < dues(0.99)[1]


def test_after_five_days_it_has_failed_with_the_servers_last_words() -> None:
    settled = after(Answer(Delivery.DEFERRED, "451 later"), a_mail(40), 5 * DAY, 0.5, "resend")
    assert (settled.state, settled.due, settled.answer) == (MailState.FAILED, None, "451 later")


@pytest.mark.parametrize("kind", MailKind)
def test_an_unclear_end_is_unknown_and_tried_again(kind: MailKind) -> None:
    settled = after(Answer(Delivery.UNCLEAR, "no answer"), a_mail(0, kind), 100.0, 0.5, "resend")
    wait = QUICK_WAITS[0] if kind is MailKind.NOTIFY else WAITS[0]
    assert (settled.state, settled.due) == (MailState.UNKNOWN, 100.0 + wait)


@pytest.mark.parametrize("kind", MailKind)
def test_where_the_operator_says_drop_only_acknowledgements_are_not_tried_again(kind: MailKind) -> None:
    settled = after(Answer(Delivery.UNCLEAR, "no answer"), a_mail(0, kind), 100.0, 0.5, "drop")
    assert settled.state is MailState.UNKNOWN
    assert (settled.due is None) == (kind is MailKind.ACK)


def test_an_end_that_stays_unclear_is_never_called_failed() -> None:
    settled = after(Answer(Delivery.UNCLEAR, "no answer"), a_mail(40), 5 * DAY, 0.5, "resend")
    assert (settled.state, settled.due) == (MailState.UNKNOWN, None)


def test_a_server_that_takes_nothing_costs_no_mail_its_life() -> None:
    settled = after(Answer(Delivery.UNREADY, "535 login"), a_mail(40), 9 * DAY, 0.5, "resend")
    assert settled.state is MailState.QUEUED
    assert settled.due == 9 * DAY + 45
