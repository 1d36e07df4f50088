"""How the desk itself fares: what waits, what is set aside, what the operator was told; who reads which mailbox."""

from store.model.alarm import Raised
from store.model.occasion import Occasion
from store.model.outbox import MailKind, MailState, Settlement
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, file_one, mail, raw, take_one

BOX = ("desk@mail.test:993", "INBOX")


async def test_a_desk_at_rest_has_nothing_to_tell(store: Store) -> None:
    health = await store.health()
    assert (health.unworked_since, health.unsent_since, health.failing_since, health.aside) == (None, None, None, 0)
    assert (health.mailboxes, health.raised) == ((), ())


async def test_the_oldest_message_that_nobody_works(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    await store.keep(raw("b"), ENVELOPE, NOW + 1)
    assert (await store.health()).unworked_since == NOW
    await store.set_aside(await take_one(store), "boom", NOW + 2)
    health = await store.health()
    assert (health.unworked_since, health.aside, health.aside_since) == (NOW + 1, 1, NOW + 2)


async def test_a_relay_fails_since_the_first_mail_that_was_put_off_after_the_last_one_that_left(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK, MailKind.FORWARD))
    first, second = await store.lease_mails(NOW, 2, 60)
    await store.settle(first, Settlement(MailState.QUEUED, NOW + 60, "450 come back later"), NOW)
    health = await store.health()
    assert (health.failing_since, health.failing_words) == (first.created_at, "450 come back later")
    assert health.unsent_since == NOW
    await store.settle(second, Settlement(MailState.SENT, None, "250"), NOW + 1)
    assert (await store.health()).failing_since is None


async def test_the_operators_own_mail_says_nothing_of_the_relay(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    (ack,) = await store.lease_mails(NOW, 1, 60)
    await store.settle(ack, Settlement(MailState.QUEUED, NOW + 9999, "no connection"), NOW)
    await store.happen(Occasion("alarm"), (mail(None, MailKind.NOTICE),), NOW + 1)
    (alarm,) = await store.lease_mails(NOW + 1, 1, 60)
    await store.settle(alarm, Settlement(MailState.SENT, None, "250"), NOW + 2)
    assert (await store.health()).failing_since == ack.created_at


async def test_what_was_told_is_remembered_until_it_has_passed(store: Store) -> None:
    one = Raised("login", "desk", NOW, NOW + 1, 7)
    again = Raised("login", "desk", NOW, NOW + 2, 8)
    assert await store.happen(Occasion("a", raised=(one,)), (), NOW)
    assert (await store.health()).raised == (one,)
    assert await store.happen(Occasion("b", raised=(again,)), (), NOW)
    assert (await store.health()).raised == (again,)
    assert await store.happen(Occasion("c", passed=(again,)), (), NOW)
    assert (await store.health()).raised == ()


async def test_one_process_at_a_time_reads_a_folder(store: Store) -> None:
    assert await store.hold_mailbox(*BOX, "one", NOW, NOW + 40)
    assert not await store.hold_mailbox(*BOX, "two", NOW + 1, NOW + 41)
    assert await store.hold_mailbox(*BOX, "one", NOW + 10, NOW + 50)
    assert await store.hold_mailbox(BOX[0], "Sales", "two", NOW, NOW + 40)
    assert not await store.hold_mailbox(*BOX, "two", NOW + 45, NOW + 85)
    assert await store.hold_mailbox(*BOX, "two", NOW + MINUTE, NOW + 100)
    assert not await store.hold_mailbox(*BOX, "one", NOW + MINUTE, NOW + 100)
    await store.leave_mailboxes("two")
    assert await store.hold_mailbox(*BOX, "one", NOW + MINUTE, NOW + 100)


async def test_a_hold_changes_nothing_of_how_far_a_folder_was_read(store: Store) -> None:
    await store.tell_mailbox(*BOX, "no", NOW, refused=True)
    await store.hold_mailbox(*BOX, "one", NOW, NOW + 40)
    (line,) = (await store.health()).mailboxes
    assert (line.error, line.error_since, line.refused) == ("no", NOW, True)
    await store.tell_mailbox(*BOX, "", NOW + 1)
    (line,) = (await store.health()).mailboxes
    assert (line.error, line.refused, line.read_at) == ("", False, NOW + 1)
