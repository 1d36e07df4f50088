"""Cranks take what is due and what is laid into their hands; messages of one thread keep their order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from daemon.edge.bell import Here, Stage
from daemon.hands import CROWD, CROWD_SECONDS, STRETCH_SECONDS, Hands
from daemon.loops import Crank, Threads, each, every, turn
from store.model.facts import Clues
from store.model.message import Envelope

SOON = 0.02
SUSPECT = -1  # must be alone


class Mill:
    """A crank with a queue in memory; work ends when its gate is opened, or after so many seconds."""

    def __init__(self, most: int, few: int | None = None, enough: int = 1) -> None:
        self.queue: list[int] = []
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.beside: dict[int, int] = {}  # how many others were in hand when this began
        self.gate = asyncio.Event()
        self.gates: dict[int, asyncio.Event] = {}  # of works that end by themselves
        self.seconds = 0.0
        self.hands: Hands[int] = Hands(most, few, enough=enough)
        self.bell = Here()
        self.stopping = asyncio.Event()

    async def lease(self, most: int) -> tuple[int, ...]:
        count = 1 if self.queue[:1] == [SUSPECT] else most
        taken, self.queue = self.queue[:count], self.queue[count:]
        return tuple(taken)

    async def work(self, work: int) -> None:
        self.beside[work] = len(self.begun) - len(self.ended)
        self.begun.append(work)
        await (asyncio.sleep(self.seconds) if self.seconds else self.gates.get(work, self.gate).wait())
        self.ended.append(work)

    async def fail(self, _: int, error: str) -> None:
        raise AssertionError(error)

    @asynccontextmanager
    async def turning(self) -> AsyncIterator[None]:
        crank = Crank(Stage.PROCESS, self.lease, self.work, self.fail, self.hands, lambda work: work == SUSPECT)
        task = asyncio.create_task(turn(crank, self.bell, self.stopping))
        await asyncio.sleep(SOON)
        try:
            yield
        finally:
            self.gate.set()
            self.stopping.set()
            self.bell.ring(Stage.PROCESS)
            await task


async def test_a_listening_crank_takes_work_straight_into_its_hands() -> None:
    mill = Mill(2)
    async with mill.turning():
        with mill.hands.promised(1) as hands:
            assert hands == 1
            mill.hands.take(7)
        await asyncio.sleep(SOON)
        assert mill.begun == [7]
    assert mill.ended == [7]


async def test_more_is_taken_up_from_the_store_once_enough_hands_are_free() -> None:
    mill = Mill(4, enough=2)
    mill.queue, mill.gates = list(range(8)), {0: asyncio.Event(), 1: asyncio.Event()}
    async with mill.turning():
        assert mill.begun == [0, 1, 2, 3]
        mill.gates[0].set()
        await asyncio.sleep(SOON)
        assert mill.begun == [0, 1, 2, 3]
        mill.gates[1].set()
        await asyncio.sleep(SOON)
        assert mill.begun == [0, 1, 2, 3, 4, 5]


async def test_no_hand_is_promised_twice_nor_beyond_those_there_are() -> None:
    mill = Mill(3)
    async with mill.turning():
        with mill.hands.promised(2) as first, mill.hands.promised(2) as second, mill.hands.promised(1) as third:
            assert (first, second, third) == (2, 1, 0)
        with mill.hands.promised(9) as again:
            assert again == 3


async def test_where_a_crowd_asks_only_a_few_hands_work_until_it_is_through() -> None:
    mill = Mill(20, few=2)
    async with mill.turning():
        with ExitStack() as crowd:
            counts = [crowd.enter_context(mill.hands.promised(1, f"c{n}")) for n in range(CROWD + 3)]
            assert counts == [1] * (CROWD - 1) + [0] * 4
        with mill.hands.promised(9) as after:
            assert after == 2
        await asyncio.sleep(CROWD_SECONDS)
        mill.bell.ring(Stage.PROCESS)
        await asyncio.sleep(SOON)
        with mill.hands.promised(30) as again:
            assert again == 20


async def test_what_a_crowd_brought_is_worked_by_a_few_hands_at_once_and_by_all_afterwards() -> None:
    mill = Mill(20, few=2)
    async with mill.turning():
        with ExitStack() as crowd:
            for n in range(CROWD):
                crowd.enter_context(mill.hands.promised(1, f"c{n}"))
        mill.queue = list(range(12))
        mill.bell.ring(Stage.PROCESS)
        await asyncio.sleep(SOON)
        at_once = len(mill.begun)
        await asyncio.sleep(CROWD_SECONDS)
        mill.gate.set()
        await asyncio.sleep(SOON)
        assert (at_once, sorted(mill.ended)) == (2, list(range(12)))


async def test_a_crowd_that_never_ends_keeps_the_hands_from_what_waits_for_a_stretch_only() -> None:
    mill = Mill(20, few=2)
    mill.queue = list(range(10_000))  # more than is worked meanwhile
    stopped = asyncio.Event()

    async def ask(name: str) -> None:
        while not stopped.is_set():
            with mill.hands.promised(1, name):
                await asyncio.sleep(0.001)

    async def begun_within(seconds: float) -> int:
        before = len(mill.begun)
        await asyncio.sleep(seconds)
        return len(mill.begun) - before

    mill.seconds = 0.01
    crowd = [asyncio.create_task(ask(f"c{n}")) for n in range(CROWD + 5)]
    async with mill.turning():
        held = await begun_within(STRETCH_SECONDS / 2)
        await asyncio.sleep(STRETCH_SECONDS / 2)
        after = await begun_within(STRETCH_SECONDS / 2)
        stopped.set()
        mill.queue.clear()
        await asyncio.gather(*crowd)
    assert after > 3 * held > 0


async def test_no_hand_is_promised_while_work_waits_in_the_queue() -> None:
    mill = Mill(2)
    mill.queue = [1, 2, 3]
    async with mill.turning():
        assert mill.begun == [1, 2]
        with mill.hands.promised(1) as hands:
            assert hands == 0


async def test_nothing_is_laid_past_earlier_work_of_the_same_sender_on_its_way_to_the_queue() -> None:
    mill = Mill(2)
    with mill.hands.promised(1, "cust") as earlier:  # the crank does not listen yet: it goes to the queue
        assert earlier == 0
        async with mill.turning():
            with mill.hands.promised(1, "cust") as later, mill.hands.promised(1, "other") as others:
                assert (later, others) == (0, 1)
            mill.queue = [1, 2]


async def test_a_sender_is_handed_on_again_once_the_crank_has_found_all_that_waited() -> None:
    mill = Mill(3)
    with mill.hands.promised(1, "cust"):
        mill.queue = [1]
    async with mill.turning():
        assert mill.begun == [1]
        with mill.hands.promised(1, "cust") as hands:
            assert hands == 1


async def test_what_was_queued_after_the_crank_began_to_look_waits_for_the_next_look() -> None:
    hands: Hands[int] = Hands(2)
    hands.do = lambda _: asyncio.sleep(0)
    look = hands.look()
    with hands.promised(1, "cust"):
        pass
    hands.found_all(look)
    with hands.offered():
        with hands.promised(1, "cust") as promised:
            assert promised == 0
        hands.found_all(hands.look())
        with hands.promised(1, "cust") as promised:
            assert promised == 1


async def test_a_crank_at_rest_promises_nothing() -> None:
    mill = Mill(2)
    with mill.hands.promised(1) as before:
        assert before == 0
    async with mill.turning():
        pass
    with mill.hands.promised(1) as after:
        assert after == 0


async def test_a_crank_ends_only_after_what_was_promised_to_it() -> None:
    mill = Mill(2)
    async with mill.turning():
        with mill.hands.promised(1):
            mill.stopping.set()
            mill.bell.ring(Stage.PROCESS)
            await asyncio.sleep(SOON)
            mill.hands.take(5)
    assert mill.ended == [5]


async def test_what_must_be_alone_begins_when_nothing_is_in_hand_and_nothing_begins_beside_it() -> None:
    mill = Mill(4)
    async with mill.turning():
        with mill.hands.promised(1):
            mill.hands.take(1)
        mill.queue = [SUSPECT, 2, 3]
        mill.bell.ring(Stage.PROCESS)
        await asyncio.sleep(SOON)
        assert mill.begun == [1]
        mill.gate.set()
        await asyncio.sleep(SOON)
    assert mill.ended == [1, SUSPECT, 2, 3]
    assert mill.beside[SUSPECT] == mill.beside[2] == 0


async def test_messages_that_name_the_same_are_worked_in_the_order_in_which_they_came() -> None:
    assert await order(*((f"m{n}", "root", f"other{n % 3}") for n in range(20))) == list(range(20))


async def test_a_message_is_not_overtaken_while_it_waits_for_another_thread() -> None:
    assert await order(("a",), ("a", "z"), ("z",)) == [0, 1, 2]


async def test_messages_that_have_nothing_in_common_do_not_wait() -> None:
    threads = Threads()
    async with threads.hold(clues("a")), threads.hold(clues("b")), threads.hold(clues("")), threads.hold(clues("")):
        pass


async def test_what_one_hand_writes_is_read_in_the_order_in_which_it_came() -> None:
    threads, seen = Threads(), list[int]()

    async def read(number: int, seconds: float) -> None:
        async with threads.of_sender(Envelope("Cust@customer.test", ("support@hd.test",), "127.0.0.1")):
            await asyncio.sleep(seconds)
            seen.append(number)

    await asyncio.gather(read(0, SOON), read(1, 0))
    assert seen == [0, 1]


async def test_bounces_do_not_wait_for_each_other() -> None:
    threads, nobody = Threads(), Envelope("", ("support@hd.test",), "127.0.0.1")
    async with threads.of_sender(nobody), threads.of_sender(nobody):
        pass


async def test_one_who_gives_up_waiting_holds_up_nobody() -> None:
    threads, seen = Threads(), list[int]()
    async with threads.hold(clues("a")):
        waiting = [asyncio.create_task(note(threads, seen, n, ("a",))) for n in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        assert seen == []
    await asyncio.gather(*waiting, return_exceptions=True)
    assert seen == [1, 2]


async def test_one_that_fails_stops_none_of_the_others() -> None:
    done: list[int] = []

    async def found() -> tuple[int, ...]:
        return (1, 2, 3)

    async def act(number: int) -> None:
        if number == 2:
            raise ValueError("two")
        done.append(number)

    await each(found(), act)
    assert done == [1, 3]


async def test_a_round_comes_again_after_it_failed_and_ends_when_told() -> None:
    stopping = asyncio.Event()
    times: list[int] = []

    async def act() -> None:
        times.append(len(times))
        if len(times) == 3:
            stopping.set()
        raise OSError("the store is away")

    await asyncio.wait_for(every(0.01, act, stopping), 5)
    assert times == [0, 1, 2]


async def test_whoever_is_told_to_stop_before_it_begins_does_nothing() -> None:
    stopping = asyncio.Event()
    stopping.set()

    async def act() -> None:
        raise AssertionError

    await every(0.01, act, stopping)


async def order(*named: tuple[str, ...]) -> list[int]:
    """Let messages that name these come one after another; return in which order they were worked."""
    threads, seen = Threads(), list[int]()
    await asyncio.gather(*(note(threads, seen, number, names) for number, names in enumerate(named)))
    return seen


async def note(threads: Threads, seen: list[int], number: int, names: tuple[str, ...]) -> None:
    async with threads.hold(clues(*names)):
        await asyncio.sleep(0.001)
        seen.append(number)


def clues(message_id: str, *named: str) -> Clues:
    return Clues(message_id, "", "", (), (), named, None, None, "")
