"""What the store has of one address is found, erased without a trace, and known again; and what is old is forgotten."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from store.database import file_of
from store.model.correction import Correction
from store.model.outbox import MailKind, MailState, Settlement
from store.model.privacy import Ageing, Traces
from store.model.verdict import Tag
from store.privacy.erasing import Eraser, Remains
from store.privacy.handing import Dossier
from store.store import Store
from tests.store.specimens import ANN, ENVELOPE, NOW, clues, file_one, mail, opens, raw, silenced, take_one

EVE = "eve@other.example"
SECRET = b"s" * 32
DAY = 86400.0
CANARY = "I cannot"  # words of the specimens' verdict


def is_anns(octets: bytes) -> bool:
    return f"From: {ANN}".encode() in octets


def names_ann(octets: bytes) -> bool:
    return ANN.encode() in octets


@pytest.fixture
def eraser(url: str) -> Iterator[Eraser]:
    opened = Eraser(url, [SECRET])
    yield opened
    opened.close()


async def lived(store: Store) -> tuple[int, int]:
    """A ticket of Ann's with all that can hang on it, and one of Eve's."""
    hers = await file_one(store, "hers", mails=(MailKind.ACK, MailKind.FORWARD))
    other = await file_one(store, "other", EVE, mails=(MailKind.ACK,))
    await store.correct(Correction(hers, Tag.PROBLEM, "bob", NOW, "d3f", 1.0, "hers", "It is broken."))
    await store.keep(raw("auto"), ENVELOPE, NOW)
    work = await take_one(store)
    assert await store.commit(work, silenced("auto"), (), None, NOW) is not None
    await store.keep(raw("waiting"), ENVELOPE, NOW)
    return hers, other


def erase(eraser: Eraser) -> Remains:
    return eraser.erase(ANN, is_anns, names_ann, NOW + 60)


def everything(url: str) -> bytes:
    """Every octet of a store: its files, or what a dump of the tables shows."""
    if path := file_of(url):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = (row for (name,) in names for row in connection.execute(f"SELECT * FROM {name}"))
        return b"\n".join(
            b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in row) for row in rows
        )


async def test_an_address_is_found_wherever_it_stands(store: Store, eraser: Eraser) -> None:
    hers, _ = await lived(store)
    found = eraser.find(ANN, is_anns)
    assert len(found.messages) == 3  # filed, silenced, and still waiting
    assert found.reported == (hers,)
    assert len(found.mails) == 2
    assert not eraser.find("nobody@other.example", lambda _: False)


async def test_nothing_of_an_address_remains_after_it_was_erased(url: str, store: Store, eraser: Eraser) -> None:
    hers, _ = await lived(store)
    before = everything(url)
    assert ANN.encode() in before
    remains = erase(eraser)
    await store.close()
    after = everything(url)
    for words in (ANN, "customer.example\nann", "hers@", "auto@", "waiting@"):
        assert words.encode() not in after.replace(b"others", b""), words
    assert remains.erased.reported == (hers,)
    assert remains.quoting == ()
    assert EVE.encode() in after


async def test_the_ticket_stays_with_its_state_and_the_figures_balance(store: Store, eraser: Eraser) -> None:
    hers, other = await lived(store)
    before = await store.status(NOW)
    erase(eraser)
    story = await store.ticket(hers)
    assert story is not None
    assert (story.ticket.reporter, story.ticket.subject, story.ticket.participants) == ("", "(erased)", ())
    assert story.verdict is not None
    assert CANARY not in str(story.verdict)
    assert story.verdict.clauses[0].evidence[0].rule == "r1"
    after = await store.status(NOW)
    assert (after.tickets, after.received) == (before.tickets, before.received + 1)  # the one that waited is silenced
    whole = await store.ticket(other)
    assert whole is not None
    assert whole.ticket.reporter == EVE


async def test_what_has_not_left_never_leaves(store: Store, eraser: Eraser) -> None:
    await lived(store)
    (leased, *_) = await store.lease_mails(NOW, 1, 60)
    erase(eraser)
    assert not await store.attempt(leased)
    left = await store.lease_mails(NOW + 100, 10, 60)
    assert [one.to for one in left] == [EVE]
    assert {line.state for line in await store.outbox(False)} <= {MailState.FAILED, MailState.SENDING}


async def test_a_message_in_hand_is_not_filed_any_more(store: Store, eraser: Eraser) -> None:
    await store.keep(raw("inhand"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    erase(eraser)
    assert not await store.commit(work, opens("inhand"), (mail(number),), number, NOW)
    assert await store.lease_messages(NOW + DAY, 10, 60) == ()


async def test_what_was_erased_is_known_again_and_not_answered(url: str, eraser: Eraser) -> None:
    store = Store.open(url, secrets=[SECRET])
    await lived(store)
    erase(eraser)
    await store.recover(NOW)  # as each round does
    again = await store.keep_and_lease(raw("hers"), ENVELOPE, NOW, 60)
    assert (again.receipt.duplicate, again.work) == (True, None)
    other = await store.keep_and_lease(raw("hers", "Something else."), ENVELOPE, NOW, 60)
    assert other.work is not None
    await store.close()


async def test_with_another_key_nothing_can_be_tried_on_the_hashes(url: str, eraser: Eraser) -> None:
    store = Store.open(url, secrets=[b"another key of 32 octets, surely"])
    await lived(store)
    erase(eraser)
    await store.recover(NOW)
    assert (await store.keep_and_lease(raw("hers"), ENVELOPE, NOW, 60)).work is not None
    await store.close()


async def test_a_sender_that_was_erased_is_a_stranger(store: Store, eraser: Eraser) -> None:
    await lived(store)
    assert (await store.facts(clues(), NOW)).sender_known
    erase(eraser)
    facts = await store.facts(clues(), NOW)
    assert not facts.sender_known
    assert facts.budget.sender_day == 0


async def test_erasing_twice_is_nothing_more(store: Store, eraser: Eraser) -> None:
    await lived(store)
    erase(eraser)
    assert erase(eraser).erased == Traces((), (), (), ())


async def test_quotes_that_others_hold_are_named_by_their_ticket(store: Store, eraser: Eraser) -> None:
    await lived(store)
    await store.keep(raw("mine", f"> {ANN} wrote", EVE), ENVELOPE, NOW + 1)
    work = (await store.lease_messages(NOW + 1, 10, 60))[-1]
    number = await store.reserve_number(work.id)
    assert await store.commit(work, opens("mine", EVE), (), number, NOW + 1)
    assert erase(eraser).quoting == (number,)


async def test_all_of_an_address_is_handed_out(url: str, store: Store) -> None:
    hers, _ = await lived(store)
    dossier = Dossier(url)
    found = dossier.find(ANN, is_anns)
    assert [one.raw for one in dossier.messages(found)] == [raw("hers"), raw("auto"), raw("waiting")]
    assert [one.ticket.number for one in dossier.reported(found)] == [hers]
    assert {one.to for one in dossier.mails(found, ANN)} == {ANN}
    assert [one.what for one in dossier.events(found)] == ["opened"]
    known = dossier.sender_of(ANN)
    assert known is not None
    assert known.since == NOW
    dossier.close()


async def test_what_ended_long_ago_is_forgotten_and_what_is_open_or_young_is_not(store: Store) -> None:
    ended = await file_one(store, "ended", mails=(MailKind.ACK,))
    still = await file_one(store, "still", EVE, mails=(MailKind.ACK,), now=NOW + 1)
    for leased in await store.lease_mails(NOW + 1, 10, 60):
        await store.settle(leased, Settlement(MailState.SENT, None, "250"), NOW + 1)
    await _end(store, ended)
    young = await file_one(store, "young", now=NOW + 40 * DAY)
    aged = await store.forget(Ageing(NOW + 30 * DAY, NOW + 60 * DAY))
    assert aged.ended
    assert aged.many == 2
    assert await store.original(ended) is None
    assert await store.original(still) is not None
    assert await store.original(young) is not None
    story = await store.ticket(ended)
    assert story is not None
    assert story.ticket.subject == "(erased)"
    assert (await store.forget(Ageing(NOW + 30 * DAY, NOW + 60 * DAY))).many == 0
    again = await store.keep(raw("ended"), ENVELOPE, NOW + 60 * DAY)
    assert again.duplicate


async def test_forgetting_goes_on_where_it_was_a_few_rows_at_a_time(store: Store) -> None:
    for name in "abcde":
        await _end(store, await file_one(store, name))
    step = Ageing(NOW + DAY, NOW + 60 * DAY, most=2)
    first = await store.forget(step)
    assert (first.many, first.ended) == (2, False)
    second = await store.forget(Ageing(step.before, step.now, first.message, first.mail, 2))
    third = await store.forget(Ageing(step.before, step.now, second.message, second.mail, 2))
    assert (second.many, third.many, third.ended) == (2, 1, True)


async def _end(store: Store, number: int) -> None:
    from store.model.occasion import Occasion  # noqa: PLC0415 - of this test alone
    from store.model.ticket import State  # noqa: PLC0415
    from tests.store.specimens import moved  # noqa: PLC0415

    assert await store.happen(Occasion(f"end/{number}", moves=(moved(number, State.CLOSED),)), (), NOW)
