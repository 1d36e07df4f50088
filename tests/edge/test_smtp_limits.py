"""The limits of the door: how much one client may ask, how long it may wait, and how many may come."""

import asyncio
import resource

import pytest

from daemon.core.settings import Smtp
from daemon.edge.smtp.answers import Reply
from daemon.edge.smtp.limits import DATA_SECONDS, MAX_AGE, MAX_ERRORS, MAX_IDLE_COMMANDS, Clock, Crowd, Progress
from tests.edge.doorstep import BEGIN, HEAD, Caller, House, on_both_loops, open_house


async def silence(caller: Caller, within: float) -> list[str]:
    return await asyncio.wait_for(caller.hear(), within)


@on_both_loops
async def test_a_silent_client_is_sent_away() -> None:
    async with open_house(idle_seconds=0.2) as house:
        caller = await house.call()
        assert (await silence(caller, 2))[-1].startswith("421 4.4.2")
        assert await caller.hear() == []
        await caller.hang_up()


@on_both_loops
async def test_a_client_that_falls_silent_within_a_message_is_sent_away_and_nothing_is_kept() -> None:
    async with open_house(idle_seconds=0.2) as house:
        caller = await house.call()
        await caller.say(b"EHLO c", b"MAIL FROM:<a@b.test>", b"RCPT TO:<support@hd.test>", b"DATA")
        caller.writer.write(HEAD)
        assert (await silence(caller, 2))[-1].startswith("421 4.4.2")
        await caller.hang_up()
    assert not house.kept


@on_both_loops
async def test_a_slow_sender_is_waited_for_as_long_as_something_comes() -> None:
    async with open_house(idle_seconds=0.3) as house:
        caller = await house.call()
        await caller.say(b"EHLO c", b"MAIL FROM:<a@b.test>", b"RCPT TO:<support@hd.test>", b"DATA")
        for octet in HEAD[:12]:
            caller.writer.write(bytes([octet]))
            await asyncio.sleep(0.1)
        assert (await caller.say(HEAD[12:] + b".")).startswith("250")
        await caller.hang_up()
    assert house.kept[0][0] == HEAD


async def test_no_clock_runs_once_the_dot_is_in() -> None:
    async with open_house(idle_seconds=0.1, before=lambda: asyncio.sleep(0.6)) as house:
        caller = await house.call()
        await caller.say(b"EHLO c")
        assert (await caller.send(HEAD)).startswith("250")
        await caller.hang_up()


async def test_a_commit_that_took_long_is_not_held_against_the_client() -> None:
    async with open_house(idle_seconds=0.4, before=lambda: asyncio.sleep(0.6)) as house:
        caller = await house.call()
        await caller.say(b"EHLO c")
        assert (await caller.send(HEAD)).startswith("250")
        await asyncio.sleep(0.25)
        assert (await caller.say(b"NOOP")).startswith("250")
        await caller.hang_up()


async def test_a_client_that_never_reads_its_answers_is_cut_off() -> None:
    async with open_house(idle_seconds=0.3) as house:
        caller = await house.call()
        caller.writer.write(b"EHLO c\r\n" * 60)
        async with asyncio.timeout(5):
            while house.listener._hall.connections:
                await asyncio.sleep(0.05)
        await caller.hang_up()


def late(progress: Progress, opened: float, now: float) -> Reply | None:
    """Ask a clock that was started at `opened` what it says at `now`."""
    said: list[Reply] = []

    class Loop:
        time = staticmethod(lambda: opened)

        def call_later(self, *_: object) -> None:
            return None

        call_at = call_later

    loop = Loop()
    clock = Clock(loop, 300, lambda: progress, said.append)
    loop.time = lambda: now
    clock._look()
    return said[0] if said else None


@pytest.mark.parametrize(
    ("progress", "now", "reply"),
    [
        (Progress(0, False, None, 0), 299, None),
        (Progress(0, False, None, 0), 300, Reply.SILENT),
        (Progress(MAX_AGE - 1, False, None, 0), MAX_AGE, Reply.OLD),
        (Progress(0, True, None, 0), MAX_AGE * 2, None),
        (Progress(MAX_AGE, False, MAX_AGE - 1, 0), MAX_AGE + 1, None),  # a message that has begun may end
        (Progress(DATA_SECONDS, False, 0, 0), DATA_SECONDS, Reply.SLOW),
        (Progress(5000, False, 0, 5_000_000), 5000, None),  # a kilobyte a second, for ever
        (Progress(5000, False, 0, 500_000), 5000, Reply.SLOW),  # a hundred octets a second
    ],
)
def test_the_clock_knows_silence_age_and_pace(progress: Progress, now: float, reply: Reply | None) -> None:
    assert late(progress, 0, now) == reply


@on_both_loops
async def test_after_twenty_errors_the_line_is_cut() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(b"EHLO c\r\nMAIL FROM:<a@b.test>\r\n" + b"RCPT TO:<u@hd.test>\r\n" * 400)
    assert [line[:3] for line in heard] == ["250", "250"] + ["550"] * MAX_ERRORS + ["421"]
    assert "4.7.0" in heard[-1]


@on_both_loops
async def test_a_client_that_is_cut_off_in_the_middle_of_its_words_hears_why() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(b"EHLO c\r\nMAIL FROM:<a@b.test>\r\n" + b"RCPT TO:<u@hd.test>\r\n" * 20_000)
    assert heard[-1].startswith("421 4.7.0")


async def test_a_message_kept_makes_up_for_errors() -> None:
    async with open_house() as house:
        caller = await house.call()
        await caller.say(b"EHLO c")
        for _ in range(3):
            for _ in range(MAX_ERRORS - 1):
                assert (await caller.say(b"WHAT")).startswith("500")
            assert (await caller.send(HEAD)).startswith("250")
        await caller.hang_up()


@pytest.mark.parametrize("command", [b"NOOP", b"RSET", b"HELP", b"VRFY x", b"EHLO c"])
async def test_idle_commands_are_counted(command: bytes) -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(b"EHLO c\r\n" + (command + b"\r\n") * 200)
    assert heard[-1].startswith("421 4.7.0")
    assert len(heard) == MAX_IDLE_COMMANDS + 2


async def test_a_huge_command_line_costs_an_error_and_no_memory() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(b"EHLO " + b"a" * 100_000 + b"\r\nEHLO " + b"b" * 4200 + b"\r\nNOOP\r\nQUIT\r\n")
    assert [line[:9] for line in heard] == ["500 5.5.6", "500 5.5.6", "250 2.0.0", "221 2.0.0"]


async def test_a_command_line_without_end_is_cut_off() -> None:
    async with open_house() as house:
        caller = await house.call()
        with pytest.raises(OSError):
            await caller.flood(b"x" * 4096)
        await caller.hang_up()


async def test_chunks_are_never_read_as_commands() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(BEGIN + b"BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n")
    assert [line[:3] for line in heard] == ["250", "250", "250", "503"]


async def first_answer(house: House) -> str:
    caller = await house.call(greet=False)
    answer = (await caller.hear())[-1]
    await caller.hang_up()
    return answer


async def test_one_connection_too_many_is_told_to_come_later() -> None:
    async with open_house(max_connections=3) as house:
        inside = [await house.call() for _ in range(3)]
        assert (await first_answer(house)).startswith("421 4.3.2")
        assert (await inside[0].say(b"NOOP")).startswith("250")
        for caller in inside:
            await caller.hang_up()
        async with asyncio.timeout(2):
            while house.listener._hall.connections:
                await asyncio.sleep(0.01)
        assert (await first_answer(house)).startswith("220")


async def test_a_stranger_has_fewer_connections_and_a_trusted_peer_is_not_counted() -> None:
    async with open_house(max_connections_per_peer=2, trusted_peers=()) as house:
        inside = [await house.call() for _ in range(2)]
        assert (await first_answer(house)).startswith("421")
        for caller in inside:
            await caller.hang_up()
    async with open_house(max_connections_per_peer=2) as house:
        inside = [await house.call() for _ in range(5)]
        for caller in inside:
            await caller.hang_up()


def test_strangers_leave_room_for_those_we_trust() -> None:
    crowd = Crowd(Smtp(max_connections=10, max_connections_per_peer=10, trusted_peers=("10.0.0.1",)))
    assert [crowd.admits(f"192.0.2.{number}") for number in range(10)] == [True] * 9 + [False]
    assert crowd.admits("10.0.0.1")


def test_a_network_of_ipv6_addresses_is_one_place() -> None:
    crowd = Crowd(Smtp(max_connections_per_peer=2))
    assert [crowd.admits(f"2001:db8::{number}") for number in range(3)] == [True, True, False]
    assert crowd.admits("2001:db8:0:1::1")
    crowd.leaves("2001:db8::0")
    assert crowd.admits("2001:db8::9")


def test_whoever_is_sent_away_takes_no_room() -> None:
    crowd = Crowd(Smtp(max_connections=2, trusted_peers=("10.0.0.1",)))
    assert [crowd.admits("10.0.0.1") for _ in range(100)] == [True] * 2 + [False] * 98
    crowd.leaves("10.0.0.1")
    assert crowd.admits("10.0.0.1")


@pytest.mark.slow
async def test_three_hundred_idle_connections_do_not_keep_an_honest_sender_waiting() -> None:
    async with open_house() as house:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        idle = [await house.call(greet=False) for _ in range(300)]
        honest = await house.call()
        await honest.say(b"EHLO c")
        started = asyncio.get_running_loop().time()
        assert (await honest.send(HEAD)).startswith("250")
        assert asyncio.get_running_loop().time() - started < 1
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes, both ends
        for caller in (honest, *idle):
            await caller.hang_up()
