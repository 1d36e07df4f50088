"""Work that is handed on past the queue is leased like all other: fenced, counted, and given anew after a crash."""

import asyncio

from store.model.message import Envelope, RawMessage
from store.model.outbox import Mail, MailKind, MailState, Settlement
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, mail, opens, raw, take_one

SENT = Settlement(MailState.SENT, None, "250 2.0.0 OK")


async def keep_one(store: Store, name: str = "a", seconds: float = MINUTE) -> RawMessage:
    kept = await store.keep_and_lease(raw(name), ENVELOPE, NOW, seconds)
    assert kept.work is not None
    return kept.work


async def commit_one(store: Store, hands: int, *kinds: MailKind) -> tuple[Mail, ...]:
    work = await keep_one(store)
    number = await store.reserve_number(work.id)
    mails = tuple(mail(number, kind) for kind in kinds)
    handed = await store.commit_and_lease(work, opens("a"), mails, number, NOW, hands, MINUTE)
    assert handed is not None
    return handed


async def test_a_message_that_is_handed_on_is_the_one_that_a_lease_would_have_read(store: Store) -> None:
    handed = await keep_one(store)
    assert (handed.fence, handed.tries) == (1, 1)
    again = await take_one(store, NOW + MINUTE)
    assert (again.id, again.raw, again.envelope, again.received_at) == (
        handed.id,
        handed.raw,
        handed.envelope,
        handed.received_at,
    )
    assert (again.fence, again.tries) == (2, 2)


async def test_words_that_no_database_takes_are_handed_on_as_they_are_stored(store: Store) -> None:
    envelope = Envelope("nul\0@a.example", ("lone\udc80@desk.example",), "")
    handed = (await store.keep_and_lease(raw("a"), envelope, NOW, MINUTE)).work
    again = await take_one(store, NOW + MINUTE)
    assert handed is not None
    assert handed.envelope == again.envelope


async def test_a_message_in_somebodys_hands_is_in_no_queue_until_the_lease_ends(store: Store) -> None:
    handed = await keep_one(store)
    assert await store.lease_messages(NOW + MINUTE - 1, 10, MINUTE) == ()
    awake = await take_one(store, NOW + MINUTE)
    assert not await store.commit(handed, opens("a"), (), await store.reserve_number(handed.id), NOW)
    assert await store.commit(awake, opens("a"), (), await store.reserve_number(awake.id), NOW)


async def test_a_copy_is_handed_to_nobody(store: Store) -> None:
    kept = await asyncio.gather(*(store.keep_and_lease(raw("a"), ENVELOPE, NOW, MINUTE) for _ in range(5)))
    kept.append(await store.keep_and_lease(raw("a"), ENVELOPE, NOW, MINUTE))
    assert sum(one.work is not None for one in kept) == 1
    assert all(one.receipt.duplicate == (one.work is None) for one in kept)


async def test_mails_that_are_handed_on_can_be_attempted_and_settled_at_once(store: Store) -> None:
    acknowledgement, forward = await commit_one(store, 2, MailKind.ACK, MailKind.FORWARD)
    assert await store.lease_mails(NOW, 10, MINUTE) == ()
    assert await store.attempt(acknowledgement)
    assert await store.settle(acknowledgement, SENT, NOW)
    (again,) = await store.lease_mails(NOW + MINUTE, 10, MINUTE)
    assert (again.id, again.kind, again.to, again.raw, again.created_at) == (
        forward.id,
        MailKind.FORWARD,
        forward.to,
        forward.raw,
        forward.created_at,
    )
    assert (forward.fence, again.fence) == (1, 2)
    assert not await store.attempt(forward)


async def test_no_more_mails_are_handed_on_than_there_are_hands(store: Store) -> None:
    handed = await commit_one(store, 1, MailKind.ACK, MailKind.FORWARD)
    assert [one.kind for one in handed] == [MailKind.ACK]
    (waiting,) = await store.lease_mails(NOW, 10, MINUTE)
    assert waiting.kind is MailKind.FORWARD


async def test_a_mail_on_hold_is_never_handed_on(store: Store) -> None:
    work = await keep_one(store)
    number = await store.reserve_number(work.id)
    held = mail(number, MailKind.REPLY, due=NOW + 90)
    assert await store.commit_and_lease(work, opens("a"), (held,), number, NOW, 4, MINUTE) == ()
    assert [line.state for line in await store.outbox(True)] == [MailState.HELD]


async def test_who_lost_the_fence_is_handed_nothing(store: Store) -> None:
    frozen = await keep_one(store)
    await take_one(store, NOW + MINUTE)
    number = await store.reserve_number(frozen.id)
    assert await store.commit_and_lease(frozen, opens("a"), (mail(number),), number, NOW, 4, MINUTE) is None
    assert await store.outbox(True) == ()


async def test_an_attempt_gives_the_answer_its_whole_time(store: Store) -> None:
    (handed,) = await commit_one(store, 1, MailKind.ACK)
    assert await store.attempt(handed, NOW + 5 * MINUTE)
    assert await store.recover(NOW + 4 * MINUTE) == 0
    assert await store.recover(NOW + 5 * MINUTE) == 1


async def test_after_a_crash_everything_that_was_in_hand_is_given_anew(url: str) -> None:
    store = Store.open(url)
    (handed,) = await commit_one(store, 1, MailKind.ACK)
    message = await keep_one(store, "b")
    await store.close()
    again = Store.open(url)
    later = NOW + MINUTE
    assert [one.id for one in await again.lease_messages(later, 10, MINUTE)] == [message.id]
    assert [one.id for one in await again.lease_mails(later, 10, MINUTE)] == [handed.id]
    await again.close()
