"""What the store knows about a message's clues, and what the budgets count."""

import asyncio

from store.model.changes import Outcome
from store.model.facts import Budget, Facts, KnownId
from store.model.message import Envelope
from store.model.outbox import MailKind
from store.reader import Reader
from store.recall import MOST_KNOWN, facts
from store.store import Store
from tests.store.specimens import (
    ANN,
    ENVELOPE,
    MINUTE,
    NOW,
    clues,
    file_one,
    follows,
    mail,
    opens,
    raw,
    silenced,
    take_one,
)

HOUR = 60 * MINUTE
DAY = 24 * HOUR


async def acknowledge(store: Store, name: str, to: str, now: float, text_digest: str = "") -> None:
    await store.keep(raw(name), Envelope(to, ("help@desk.example",)), now)
    work = await take_one(store, now)
    changes = silenced(name, sender=to) if not text_digest else follows(name, 1, sender=to, text_digest=text_digest)
    assert await store.commit(work, changes, (mail(None, MailKind.ACK, to, now),), None, now)


async def budget(store: Store, to: str, now: float, text_digest: str = "") -> Budget:
    return (await store.facts(clues(to, text_digest=text_digest), now)).budget


async def test_an_empty_store_knows_nothing(store: Store) -> None:
    everything = clues(
        message_id="a@x",
        reply_marks=("m1",),
        own_marks=("m2",),
        foreign_ids=("b@x",),
        subject_number=1,
        bounced_mark="m3",
        text_digest="t",
    )
    assert await store.facts(everything, NOW) == Facts()


async def test_a_mark_leads_to_the_mail_and_its_ticket(store: Store) -> None:
    numbers = [await file_one(store, f"m{n}") for n in range(2)]
    for name, number, mark in (("c", numbers[0], "markone"), ("d", numbers[1], "marktwo")):
        await store.keep(raw(name), ENVELOPE, NOW)
        changes = follows(name, number)
        await store.commit(await take_one(store), changes, (mail(number, MailKind.CARD, mark=mark),), None, NOW)
    found = await store.facts(clues(reply_marks=("none", "marktwo"), own_marks=("markone",)), NOW)
    assert [(one.mark, one.ticket, one.to, one.kind) for one in found.sent] == [
        ("marktwo", numbers[1], ANN, MailKind.CARD),
        ("markone", numbers[0], ANN, MailKind.CARD),
    ]
    assert [one.number for one in found.tickets] == [numbers[1], numbers[0]]


async def test_a_delivery_report_leads_to_the_mail_it_is_about(store: Store) -> None:
    number = await file_one(store, "a")
    await store.keep(raw("b"), ENVELOPE, NOW)
    await store.commit(await take_one(store), follows("b", number), (mail(number, mark="failed"),), None, NOW)
    assert [one.mark for one in (await store.facts(clues(bounced_mark="failed"), NOW)).sent] == ["failed"]


async def test_a_foreign_message_id_leads_to_its_ticket(store: Store) -> None:
    number = await file_one(store, "a")
    found = await store.facts(clues("bob@b.example", foreign_ids=("x@x", "a@customer.example")), NOW)
    assert found.known == (KnownId("a@customer.example", number, ANN, "text of a"),)
    assert found.tickets[0].takes_part(ANN)


async def test_foreign_ids_come_in_the_order_they_are_named(store: Store) -> None:
    for name in "abc":
        await file_one(store, name)
    ids = ("c@customer.example", "a@customer.example", "b@customer.example")
    assert [one.message_id for one in (await store.facts(clues(foreign_ids=ids), NOW)).known] == list(ids)


async def test_a_number_in_the_subject_leads_to_its_ticket(store: Store) -> None:
    number = await file_one(store, "a")
    assert (await store.facts(clues(subject_number=number), NOW)).ticket(number) is not None
    for absurd in (0, -1, 10**30, 2**31):
        assert (await store.facts(clues(subject_number=absurd), NOW)).tickets == ()


async def test_a_filed_copy_of_the_same_message_is_known_again(store: Store) -> None:
    number = await file_one(store, "a")
    found = await store.facts(clues(message_id="a@customer.example", text_digest="text of a"), NOW)
    assert [(one.ticket, one.sender, one.text_digest) for one in found.known] == [(number, ANN, "text of a")]
    for other in (
        clues(message_id="b@customer.example", text_digest="text of a"),
        clues(message_id="a@customer.example", text_digest="other text"),
        clues("bob@b.example", message_id="a@customer.example", text_digest="text of a"),
    ):
        assert (await store.facts(other, NOW)).known == ()


async def test_who_uses_an_id_first_is_believed(store: Store) -> None:
    number = await file_one(store, "a")
    await store.keep(raw("a", "A thief took this identifier."), ENVELOPE, NOW)
    work = await take_one(store)
    await store.commit(work, opens("a", "eve@e.example"), (), await store.reserve_number(work.id), NOW)
    assert [one.ticket for one in (await store.facts(clues(foreign_ids=("a@customer.example",)), NOW)).known] == [
        number
    ]


async def test_what_one_message_gets_to_know_never_depends_on_others(store: Store, url: str) -> None:
    flood = ("flood@customer.example",)
    for n in range(3 * MOST_KNOWN):
        await store.keep(raw("flood", f"text {n}"), ENVELOPE, NOW)
    works = await store.lease_messages(NOW, 1000, MINUTE)
    numbers = await asyncio.gather(*(store.reserve_number(work.id) for work in works))
    await asyncio.gather(
        *(store.commit(work, opens("flood"), (), number, NOW) for work, number in zip(works, numbers, strict=True))
    )
    last = await file_one(store, "last", "bob@b.example", (MailKind.ACK,))
    every = [clues(foreign_ids=flood), clues("bob@b.example", foreign_ids=("last@customer.example",)), clues()]
    with Reader(url) as reader:
        together = reader.ask(lambda connection: facts(connection, [(one, NOW) for one in every]))
    assert together == [await store.facts(one, NOW) for one in every]
    assert [one.ticket for one in together[1].known] == [last]


async def test_a_thousand_ids_cost_what_thirty_cost(store: Store) -> None:
    number = await file_one(store, "a")
    ids = (*(f"x{n}@x" for n in range(29)), "a@customer.example", *(f"y{n}@x" for n in range(5000)))
    assert [one.ticket for one in (await store.facts(clues(foreign_ids=ids), NOW)).known] == [number]


async def test_a_sender_is_known_once_it_wrote_and_proven_once_it_was(store: Store) -> None:
    await file_one(store, "a")
    found = await store.facts(clues(), NOW)
    assert (found.sender_known, found.sender_proven) == (True, False)
    await store.keep(raw("b"), ENVELOPE, NOW)
    work = await take_one(store)
    await store.commit(work, opens("b", proven=True), (), await store.reserve_number(work.id), NOW)
    await file_one(store, "c")
    found = await store.facts(clues(), NOW)
    assert (found.sender_known, found.sender_proven) == (True, True)


async def test_who_was_only_silenced_is_not_known(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    await store.commit(await take_one(store), silenced("a"), (), None, NOW)
    assert not (await store.facts(clues(), NOW)).sender_known


async def test_budgets_count_acknowledgements_and_nothing_else(store: Store) -> None:
    await file_one(store, "a", mails=(MailKind.ACK, MailKind.CARD, MailKind.FORWARD))
    await file_one(store, "b", "bob@customer.example", (MailKind.ACK,))
    await file_one(store, "c", "cy@other.example", (MailKind.ACK,))
    assert await budget(store, ANN, NOW) == Budget(sender_hour=1, sender_day=1, domain_hour=2, desk_hour=3)
    assert await budget(store, "ANN@Customer.Example", NOW) == await budget(store, ANN, NOW)


async def test_budgets_forget_after_an_hour_a_day_and_a_week(store: Store) -> None:
    await file_one(store, "a")
    await acknowledge(store, "b", ANN, NOW, text_digest="t")
    full = Budget(sender_hour=1, sender_day=1, domain_hour=1, desk_hour=1, same_text_week=1)
    assert await budget(store, ANN, NOW + HOUR - 1, "t") == full
    assert await budget(store, ANN, NOW + HOUR + MINUTE, "t") == Budget(sender_day=1, same_text_week=1)
    assert await budget(store, ANN, NOW + DAY + MINUTE, "t") == Budget(same_text_week=1)
    assert await budget(store, ANN, NOW + 7 * DAY + MINUTE, "t") == Budget()


async def test_no_hour_holds_more_than_its_limit(store: Store) -> None:
    """Whoever sends only while the count is below the limit never sends more than the limit in sixty minutes."""
    sent: list[float] = []
    for step in range(200):
        now = NOW + step * 37.0
        if (await budget(store, ANN, now)).sender_hour < 3:
            await acknowledge(store, f"m{step}", ANN, now)
            sent.append(now)
    assert len(sent) >= 6
    assert all(later - first >= HOUR for first, later in zip(sent, sent[3:], strict=False))


async def test_the_same_text_is_counted_for_its_recipient_only(store: Store) -> None:
    await file_one(store, "a")
    for n in range(3):
        await acknowledge(store, f"m{n}", ANN, NOW, text_digest="t")
    assert (await budget(store, ANN, NOW, "t")).same_text_week == 3
    assert (await budget(store, "bob@b.example", NOW, "t")).same_text_week == 0


async def test_a_follow_up_is_known_by_its_own_id_too(store: Store) -> None:
    number = await file_one(store, "a")
    await store.keep(raw("b"), ENVELOPE, NOW)
    changes = follows("b", number)
    assert changes.outcome is Outcome.FOLLOW_UP
    await store.commit(await take_one(store), changes, (), None, NOW)
    assert [one.ticket for one in (await store.facts(clues(foreign_ids=("b@customer.example",)), NOW)).known] == [
        number
    ]
