"""The processes that read old messages: forked from one that holds all they need, and begun anew when one dies.

A message may end the process that reads it, by a fault of a library or for want of memory. Then the messages it had in
hand are read again one at a time, so that the one is found; it is kept unread, and the others go on.
"""

import gc
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import active_count

from daemon.cli.past.mailbox import Place
from daemon.cli.past.reader import Desk, Read, Reader, compiled, name_of
from daemon.core.triage.definition import Definition

MOST_READERS = 4
CPU_SECONDS = 120.0  # of one message; a process that works on it for longer is ended by the system
TRIES = 2  # of a message that is read alone, since its process may have been ended for another reason
YOUNG_OBJECTS = 50_000  # made and not yet freed, until the collector looks through them
DEADLY = "ended the process that read it, so it was kept unread"
UNREADABLE = "ended the process that read it from the disk"

Places = tuple[Place, ...]


class Bereft(Exception):  # noqa: N818 - it reads as what is the case
    """Nothing is left that readers could be forked from."""


class Nursery:
    """Readers, as many as there are processors for; to be begun before there are threads, since it forks."""

    def __init__(self, desk: Desk, definition: Definition) -> None:
        self.readers = max(1, min(MOST_READERS, len(os.sched_getaffinity(0))))
        self._control, theirs = socket.socketpair()
        forks = active_count() == 1  # a fork takes along the locks that another thread holds at that moment
        told = (theirs, desk, definition, self._control) if forks else (theirs, desk)
        context = get_context("fork") if forks else get_context("spawn")
        self._process = context.Process(target=_tend, args=told)
        self._process.start()
        theirs.close()
        self._threads = ThreadPoolExecutor(self.readers)
        self._idle: SimpleQueue[_Hand] = SimpleQueue()
        for _ in range(self.readers):
            self._idle.put(_Hand(self._control))

    def read(self, places: Places) -> "Future[tuple[Read, ...]]":
        """Have messages read, as soon as a reader is free."""
        return self._threads.submit(self._read, places)

    def close(self) -> None:
        """End the readers; what they have begun is read first."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()
        self._control.close()
        self._process.join()

    def _read(self, places: Places) -> tuple[Read, ...]:
        hand = self._idle.get()
        try:
            return hand.read(places)
        finally:
            self._idle.put(hand)


@contextmanager
def nursery(desk: Desk, definition: Definition) -> Iterator[Nursery]:
    """Have readers for a while."""
    one = Nursery(desk, definition)
    try:
        yield one
    finally:
        one.close()


class _Hand:
    """One reader, seen from the first process; whatever becomes of it, there is another."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._line: Connection | None = None

    def read(self, places: Places) -> tuple[Read, ...]:
        """Read messages, each in a process of its own where one of them ends the process."""
        found = self._asked(places)
        if found is None and len(places) > 1:
            return tuple(one for place in places for one in self.read((place,)))
        tries = iter(range(1, TRIES))
        while found is None and next(tries, None):
            found = self._asked(places)
        if found is None:
            found = self._asked(places, DEADLY)
        return found or tuple(Read(name_of(one), b"", one.at, None, None, UNREADABLE) for one in places)

    def close(self) -> None:
        """End the reader."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _asked(self, places: Places, unread: str = "") -> tuple[Read, ...] | None:
        """Return what a reader says, None if it ended over it."""
        if self._line is None:
            self._line = _begin(self._control)
        try:
            self._line.send((places, unread))
            read: tuple[Read, ...] = self._line.recv()
        except (EOFError, OSError):
            self.close()
            return None
        return read


def spare_the_collector() -> None:
    """Look for cycles less often: a message makes hardly any."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _begin(control: socket.socket) -> Connection:
    """Have a reader begun.

    Raises:
        Bereft: there is nothing any more that could be forked.

    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            socket.send_fds(control, [b"+"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise Bereft from error
    return Connection(ours.detach())


def _tend(
    control: socket.socket, desk: Desk, definition: Definition | None = None, first: socket.socket | None = None
) -> None:
    """Fork a reader for each line that comes, until the first process is gone; it is that one's business when."""
    if first is not None:
        first.close()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    reader = Reader(desk, definition or compiled(desk))
    spare_the_collector()
    while lines := socket.recv_fds(control, 1, 1)[1]:
        if os.fork() == 0:
            try:
                control.close()
                _serve(Connection(lines[0]), reader)
            finally:
                os._exit(0)
        os.close(lines[0])
        _bury(os.WNOHANG)
    _bury(0)


def _bury(how: int) -> None:
    """Let the readers go that have ended; without a flag, wait for all."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _serve(line: Connection, reader: Reader) -> None:
    """Read what is asked for until nobody asks any more."""
    while True:
        try:
            places, unread = line.recv()
            line.send(tuple(_one(reader, place, unread) for place in places))
        except (EOFError, OSError):
            return


def _one(reader: Reader, place: Place, unread: str) -> Read:
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    return reader.unread(place, unread) if unread else reader.read(place)
