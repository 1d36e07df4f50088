"""Old messages are read and judged in processes of their own, a few dozen at a time."""

import gc
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from daemon.cli.files import LONGEST, octets, reading_at, reason
from daemon.cli.past.mailbox import UNDATED, Place
from daemon.core.desk.past import Ours, Past, read_past
from daemon.core.mail.address import Own
from daemon.core.mail.mbox import Dialect, Piece
from daemon.core.mail.reading import read
from daemon.core.settings import Settings, Smtp
from daemon.core.triage.definition import Definition
from daemon.core.triage.definition import read as read_definition
from daemon.core.triage.learn import Learned
from store.identity import Identity, identify
from store.model.message import Door, Envelope

ENVELOPE = Envelope(mail_from="", rcpt_to=(), door=Door.IMPORT)  # the header tells the sender
YOUNG_OBJECTS = 50_000  # made and not yet freed, until the collector looks through them
NO_FIELD = "is no message: it has no header"
TOO_LONG = f"is longer than {LONGEST >> 20} MiB; only its beginning is kept here"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a reader knows of the desk; the definition is its text, since a compiled one does not travel."""

    settings: Settings
    own: Own
    ours: Ours
    definition: str
    learned: Learned
    dialect: Dialect
    now: float
    judged_since: float = 0.0  # (epoch seconds) what is older opens its ticket without a verdict


@dataclass(frozen=True, slots=True)
class Read:
    """A message with what was read of it; one without a past is set aside, and one without octets could not be read."""

    name: str
    raw: bytes
    at: float
    identity: Identity | None
    past: Past | None
    why: str = ""  # it is set aside, or could not be read


class Reader:
    """One process of several."""

    def __init__(self, desk: Desk, definition: Definition) -> None:
        self._desk = desk
        self._definition = definition
        self._open: tuple[str, BinaryIO] | None = None

    def read(self, place: Place) -> Read:
        """Read one message; whatever it is, the others are read."""
        name = f"{place.path} at octet {place.start}" if place.mbox else place.path
        try:
            raw = self._octets(place)
        except OSError as error:
            return Read(name, b"", place.at, None, None, reason(error))
        at = place.at if place.at != UNDATED else self._desk.now
        identity = identify(raw)
        try:
            found = read(raw, ENVELOPE, self._desk.own, self._desk.settings.smtp or Smtp())
            why = NO_FIELD if not found.message.headers else TOO_LONG if place.end - place.start > LONGEST else ""
            desk = self._desk
            known = (desk.settings, desk.ours, self._definition, desk.learned)
            judging = at >= desk.judged_since
            past = None if why else read_past(found, at, *known, answers=place.answers, judging=judging)
        except Exception as error:  # one bad message stops nobody; it is kept, and set aside with these words
            return Read(name, raw, at, identity, None, f"{type(error).__name__}: {error}")
        return Read(name, raw, at, identity, past, why)

    def _octets(self, place: Place) -> bytes:
        if not place.mbox:
            with Path(place.path).open("rb") as file:
                return file.read(LONGEST)
        if self._open is None or self._open[0] != place.path:
            if self._open:
                self._open[1].close()
            self._open = (place.path, Path(place.path).open("rb"))  # noqa: SIM115 - kept for the next message
        piece = Piece(place.start, place.end, b"", place.literal)
        return octets(reading_at(self._open[1]), piece, self._desk.dialect)


_reader: list[Reader] = []


def start(desk: Desk) -> None:
    """Begin a process: it is the first one's business when to stop, and it ends with that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_first, daemon=True).start()
    _reader.append(Reader(desk, compiled(desk)))
    spare_the_collector()


def spare_the_collector() -> None:
    """Look for cycles less often: a message makes hardly any."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def compiled(desk: Desk) -> Definition:
    """Return the desk's definition, ready to judge by."""
    definition = read_definition(desk.definition)
    if not isinstance(definition, Definition):
        raise ValueError("the definition cannot be read")
    return definition


def _end_with_first() -> None:
    first = parent_process()
    if first is not None:
        wait([first.sentinel])
        os._exit(1)


def read_some(places: Sequence[Place]) -> tuple[Read, ...]:
    """Read messages in a process that was begun."""
    return tuple(_reader[0].read(place) for place in places)
