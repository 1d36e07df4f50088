"""A mail leaves once: it is leased, its attempt is written down before it can have an effect, then it is settled."""

import asyncio

from store.model.outbox import Mail, MailKind, MailState, Settlement
from store.outbox import LIVES
from store.processing import NEVER_ENDED
from store.store import Store
from tests.store.specimens import ANN, ENVELOPE, MINUTE, NOW, file_one, mail, opens, raw, take_one

SENT = Settlement(MailState.SENT, 0, "250 2.0.0 OK")


async def lease_one(store: Store, now: float = NOW, seconds: float = MINUTE) -> Mail:
    (leased,) = await store.lease_mails(now, 1, seconds)
    return leased


async def states(store: Store) -> list[MailState]:
    return [line.state for line in await store.outbox(True)]


async def test_a_mail_is_leased_with_all_that_sending_needs(store: Store) -> None:
    number = await file_one(store, "a", mails=(MailKind.ACK,))
    leased = await lease_one(store)
    assert (leased.kind, leased.ticket, leased.mail_from, leased.to) == (MailKind.ACK, number, "", ANN)
    assert (leased.raw, leased.attempts, leased.created_at) == (b"Subject: ours\r\n\r\nHello.\r\n", 0, NOW)
    assert await states(store) == [MailState.SENDING]
    assert await store.lease_mails(NOW, 10, MINUTE) == ()
    assert await store.lease_mails(NOW + MINUTE, 0, MINUTE) == ()


async def test_a_mail_on_hold_waits_until_its_hold_is_over(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    await store.commit(work, opens("a"), (mail(number, MailKind.REPLY, due=NOW + 90),), number, NOW)
    assert await states(store) == [MailState.HELD]
    assert await store.lease_mails(NOW + 89, 10, MINUTE) == ()
    assert await store.next_due() == NOW + 90
    assert (await lease_one(store, NOW + 90)).kind is MailKind.REPLY


async def test_a_sent_mail_is_never_leased_again(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    leased = await lease_one(store)
    assert await store.attempt(leased)
    assert await store.settle(leased, SENT, NOW + 1)
    assert await store.lease_mails(NOW + 1e6, 10, MINUTE) == ()
    (line,) = await store.outbox(True)
    assert (line.state, line.attempts, line.answer) == (MailState.SENT, 1, "250 2.0.0 OK")
    assert await store.outbox(False) == ()


async def test_a_deferred_mail_comes_again_when_it_is_due(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    leased = await lease_one(store)
    assert await store.settle(leased, Settlement(MailState.QUEUED, NOW + 300, "451 later"), NOW + 1)
    assert await store.lease_mails(NOW + 299, 10, MINUTE) == ()
    assert (await lease_one(store, NOW + 300)).attempts == 1


async def test_who_lost_the_fence_may_not_send(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    frozen = await lease_one(store, NOW, seconds=1)
    awake = await lease_one(store, NOW + 1)
    assert not await store.attempt(frozen)
    assert not await store.settle(frozen, SENT, NOW + 2)
    assert await store.attempt(awake)
    assert await store.settle(awake, SENT, NOW + 2)
    assert not await store.attempt(awake)


async def test_a_mail_in_hand_is_kept_in_hand_by_renewing_its_lease(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    slow = await lease_one(store, NOW, seconds=60)
    assert await store.attempt(slow, NOW + 60)
    for second in (45, 90, 135):
        assert await store.renew(slow, NOW + second + 60)
    assert await store.recover(NOW + 194) == 0
    assert await store.lease_mails(NOW + 194, 10, MINUTE) == ()
    assert await store.settle(slow, SENT, NOW + 194)
    assert not await store.renew(slow, NOW + 1000)
    assert await store.next_due() is None


async def test_who_lost_the_fence_renews_nothing(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    frozen = await lease_one(store, NOW, seconds=1)
    awake = await lease_one(store, NOW + 1, seconds=1)
    assert not await store.renew(frozen, NOW + 1000)
    assert await store.next_due() == NOW + 2
    assert await store.renew(awake, NOW + 5)


async def test_who_was_called_dead_and_lives_goes_on_unless_the_mail_is_queued_anew(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    stopped = await lease_one(store, NOW, seconds=1)
    assert await store.attempt(stopped)
    assert await store.recover(NOW + 1) == 1
    assert await store.renew(stopped, NOW + 60)
    assert await store.resend_unknown((MailKind.ACK,), NOW + 2) == 0
    assert await store.recover(NOW + 60) == 1
    assert await store.resend_unknown((MailKind.ACK,), NOW + 60) == 1
    assert not await store.renew(stopped, NOW + 120)
    assert not await store.settle(stopped, SENT, NOW + 61)
    (line,) = await store.outbox(True)
    assert (line.state, line.attempts) == (MailState.QUEUED, 1)


async def test_an_attempt_without_an_end_is_unknown_and_not_sent_again_by_itself(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    assert await store.attempt(await lease_one(store, NOW, seconds=60))
    assert await store.lease_mails(NOW + 60, 10, MINUTE) == ()
    assert await states(store) == [MailState.UNKNOWN]
    assert await store.next_due() is None


async def test_a_lease_without_an_attempt_is_simply_given_anew(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    await lease_one(store, NOW, seconds=60)
    assert (await lease_one(store, NOW + 60)).attempts == 0


async def test_after_a_crash_open_attempts_are_unknown(url: str) -> None:
    store = Store.open(url)
    await file_one(store, "a", mails=(MailKind.ACK, MailKind.FORWARD))
    attempted, _untouched = await store.lease_mails(NOW, 2, 60)
    assert await store.attempt(attempted)
    await store.close()
    again = Store.open(url)
    assert await again.recover(NOW + 60) == 1
    assert await states(again) == [MailState.UNKNOWN, MailState.SENDING]
    assert (await lease_one(again, NOW + 60)).kind is MailKind.FORWARD
    await again.close()


async def test_looking_after_the_dead_takes_nothing_from_the_living(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    leased = await lease_one(store, NOW, seconds=60)
    assert await store.attempt(leased)
    assert await store.recover(NOW + 59) == 0
    assert await store.settle(leased, SENT, NOW + 59)


async def test_unknown_mails_of_a_kind_can_be_sent_again_with_the_same_bytes(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK, MailKind.FORWARD))
    before = await store.lease_mails(NOW, 2, 60)
    assert await asyncio.gather(*(store.attempt(one) for one in before)) == [True, True]
    assert await store.recover(NOW + 60) == 2
    assert await store.resend_unknown((MailKind.ACK, MailKind.REPLY), NOW + 61) == 1
    again = await lease_one(store, NOW + 61)
    assert (again.kind, again.raw, again.attempts) == (MailKind.ACK, before[0].raw, 1)
    assert await store.resend_unknown((MailKind.ACK, MailKind.REPLY), NOW + 61) == 0
    assert await states(store) == [MailState.SENDING, MailState.UNKNOWN]


async def test_a_mail_settled_as_unknown_comes_again_in_its_own_time(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    leased = await lease_one(store)
    assert await store.attempt(leased)
    assert await store.settle(leased, Settlement(MailState.UNKNOWN, NOW + 120, "no answer"), NOW + 1)
    assert await store.recover(NOW + 100) == 0
    assert await store.resend_unknown(tuple(MailKind), NOW + 100) == 0
    assert await store.lease_mails(NOW + 119, 10, MINUTE) == ()
    assert (await lease_one(store, NOW + 120)).attempts == 1


async def test_a_mail_given_up_as_unknown_never_comes_again(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    leased = await lease_one(store)
    assert await store.attempt(leased)
    assert await store.settle(leased, Settlement(MailState.UNKNOWN, None, "no answer"), NOW + 1)
    assert await store.resend_unknown(tuple(MailKind), NOW + 100) == 0
    assert await store.lease_mails(NOW + 1e6, 10, MINUTE) == ()


async def test_an_answer_that_comes_late_still_counts(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    slow = await lease_one(store, NOW, seconds=1)
    assert await store.attempt(slow)
    assert await store.recover(NOW + 1) == 1
    assert await store.settle(slow, SENT, NOW + 2)
    (line,) = await store.outbox(True)
    assert (line.state, line.attempts) == (MailState.SENT, 1)
    assert await store.resend_unknown(tuple(MailKind), NOW + 3) == 0


async def test_the_two_clocks_stop_at_the_first_mail_of_their_sort(store: Store) -> None:
    number = await file_one(store, "a", mails=(MailKind.ACK, MailKind.REPLY, MailKind.REPLY))
    for second in (1, 2, 3):
        leased = await lease_one(store, NOW)
        assert await store.settle(leased, SENT, NOW + second)
    story = await store.ticket(number)
    assert story is not None
    assert (story.ticket.first_automatic_at, story.ticket.first_human_at) == (NOW + 1, NOW + 2)
    clocks = (await store.status(NOW)).first_response
    assert (clocks.automatic_p50, clocks.automatic_p99, clocks.human_p50) == (1.0, 1.0, 2.0)


async def test_a_refused_mail_stops_no_clock(store: Store) -> None:
    number = await file_one(store, "a", mails=(MailKind.ACK,))
    assert await store.settle(await lease_one(store), Settlement(MailState.FAILED, 0, "550 no"), NOW + 1)
    story = await store.ticket(number)
    assert story is not None
    assert story.ticket.first_automatic_at is None
    assert await states(store) == [MailState.FAILED]


async def test_two_senders_never_get_the_same(store: Store) -> None:
    for n in range(10):
        await file_one(store, f"m{n}", mails=(MailKind.ACK, MailKind.FORWARD, MailKind.CARD))
    shares = await asyncio.gather(*(store.lease_mails(NOW, 4, MINUTE) for _ in range(10)))
    ids = [one.id for share in shares for one in share]
    assert len(ids) == len(set(ids)) == 30


async def test_a_mail_that_kills_whoever_sends_it_fails_after_some_lives(store: Store) -> None:
    number = await file_one(store, "a", mails=(MailKind.REPLY,))
    now = NOW
    for _ in range(LIVES):
        await store.attempt(await lease_one(store, now))  # and nothing is heard of it again
        now += MINUTE
        await store.recover(now)
        await store.resend_unknown((MailKind.REPLY,), now)
    assert await store.lease_mails(now, 10, MINUTE) == ()
    (line,) = await store.outbox(True)
    assert (line.state, line.answer) == (MailState.FAILED, NEVER_ENDED)
    story = await store.ticket(number)
    assert story
    assert story.events[-1].what == f"mail to {ANN} failed: {NEVER_ENDED}"
    assert await store.lease_mails(now + 1e6, 10, MINUTE) == ()


async def test_a_mail_that_breaks_its_sender_before_the_dot_fails_after_some_lives(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    for life in range(LIVES):
        await lease_one(store, NOW + life * MINUTE)
    assert await store.lease_mails(NOW + LIVES * MINUTE, 10, MINUTE) == ()
    assert await states(store) == [MailState.FAILED]


async def test_an_attempt_that_comes_to_an_end_gives_a_mail_all_its_lives_again(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    now = NOW
    for _ in range(3 * LIVES):
        await lease_one(store, now)
        now += MINUTE
        again = await lease_one(store, now)
        assert await store.settle(again, Settlement(MailState.QUEUED, now, "451 later"), now)
    assert await states(store) == [MailState.QUEUED]
