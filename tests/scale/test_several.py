"""A desk of several processes: each message is worked once and in its order, whatever stops, dies or comes anew."""

import asyncio
import random
from pathlib import Path

import psycopg
import pytest

from tests.redis import RedisServer
from tests.scale.several import Opened, Several, mail, mails

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # ten processes start, on machines that may be busy
FOUR = ("intake", "intake", "worker", "worker")


def nothing_lost_nor_doubled(desk: Several, sent: list[tuple[str, str, bytes]]) -> None:
    stored = {name for (name,) in desk.ask("SELECT message_id FROM message")}
    assert {identifier for _, identifier, _ in sent} == desk.told == stored
    assert desk.ask("SELECT count(*) FROM ticket") == [(len(sent),)]
    assert desk.ask("SELECT count(*) FROM message WHERE outcome <> 'ticket'") == [(0,)]
    assert not desk.unacknowledged({sender for sender, _, _ in sent})
    assert desk.ask("SELECT count(*) FROM mail WHERE kind = 'ack'") == [(len(sent),)]


async def test_doors_on_one_port_and_workers_share_the_work(opened: Opened) -> None:
    sent = mails(120)
    async with opened(*FOUR) as desk:
        await desk.send_all(sent)
        await desk.rest()
        nothing_lost_nor_doubled(desk, sent)
        assert not desk.doubled()


async def test_two_workers_never_wait_for_each_other_in_a_circle(opened: Opened) -> None:
    """What has come waits in the store when they start, so that both work as much at once as they can."""
    sent = mails(400)
    async with opened("intake") as desk:
        await desk.send_all(sent)
        await asyncio.gather(desk.start("worker"), desk.start("worker"))
        await desk.rest(60)
        nothing_lost_nor_doubled(desk, sent)
        await asyncio.sleep(1.5)  # a connection tells its figures once a second
        assert desk.ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]


async def test_a_redis_that_is_emptied_and_goes_away_costs_no_mail(opened: Opened, redis: RedisServer) -> None:
    sent = mails(90)
    async with opened("intake", "worker") as desk:
        await desk.send_all(sent[:30])
        redis.say("FLUSHALL")
        await desk.send_all(sent[30:60])
        redis.stop()
        await desk.send_all(sent[60:])
        await desk.rest(30)
        nothing_lost_nor_doubled(desk, sent)
        assert not desk.doubled()


async def test_messages_of_one_conversation_keep_their_order_on_all_workers(opened: Opened) -> None:
    """They wait in the store when two workers start, so that both take them up at the same moment."""
    first = [mail(f"t{n}", f"c{n}@cust.test") for n in range(12)]
    answers = [mail(f"t{n}.{m}", f"c{n}@cust.test", answers=first[n][1]) for m in range(5) for n in range(len(first))]
    async with opened("intake") as desk:
        await desk.send_all([*first, *answers], senders=1)
        await asyncio.gather(desk.start("worker"), desk.start("worker"))
        await desk.rest()
        assert desk.ask("SELECT count(*) FROM ticket") == [(len(first),)]
        assert desk.ask("SELECT count(*) FROM message WHERE outcome = 'follow-up'") == [(len(answers),)]
        order = desk.ask("SELECT ticket, message FROM event WHERE message IS NOT NULL ORDER BY id")
        for number in {ticket for ticket, _ in order}:
            told = [message for ticket, message in order if ticket == number]
            assert told == sorted(told)


async def test_stopped_workers_and_doors_leave_nothing_in_the_air(opened: Opened) -> None:
    """Each process is told to stop in turn under load, and another one comes in its place."""
    sent = mails(200)
    async with opened(*FOUR) as desk:
        sending = asyncio.create_task(desk.send_all(sent))
        for old, role in zip(tuple(desk.children), FOUR, strict=True):
            await desk.start(role)
            old.process.terminate()
            assert await asyncio.to_thread(old.process.wait, 60) == 0
        await sending
        await desk.rest(60)
        nothing_lost_nor_doubled(desk, sent)
        assert not desk.doubled()
        assert not [code for code in desk.refused if 500 <= code < 600]


async def test_connections_to_the_database_may_be_cut_at_any_moment(opened: Opened, database: str) -> None:
    sent = mails(200)
    async with opened(*FOUR) as desk:
        sending = asyncio.create_task(desk.send_all(sent))
        chance = random.Random(3)
        while not sending.done():
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.4"
                )
        await sending
        with psycopg.connect(database, autocommit=True) as connection:  # leases of attempts nobody knows the end of
            for table, whose in (("mail", "state = 'sending'"), ("message", "due IS NOT NULL")):
                free = f"SELECT id FROM {table} WHERE {whose} FOR UPDATE SKIP LOCKED"  # what is locked is being worked
                connection.execute(f"UPDATE {table} SET due = 0 WHERE id IN ({free})")
        await desk.rest()
        nothing_lost_nor_doubled(desk, sent)
        tries = dict(desk.ask("SELECT message_id, attempts FROM mail"))
        assert all(tries[name] > 1 for name in desk.doubled())
        assert not [code for code in desk.refused if 500 <= code < 600]


async def test_an_older_worker_stops_with_a_clear_word_when_the_store_is_newer(
    opened: Opened, database: str, tmp_path: Path
) -> None:
    async with opened("intake", "worker") as desk:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        for child in desk.children:
            assert await asyncio.to_thread(child.process.wait, 30) == 1
        assert "another triaged changed the store; this one must stop" in (tmp_path / "log").read_text()
        with pytest.raises(RuntimeError, match="a newer triaged brought the store to step 9999"):
            await desk.start("worker")
