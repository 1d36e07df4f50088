"""What is read of an old message, far from the store: all that its filing depends on."""

from dataclasses import dataclass
from pathlib import Path
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
    """What one process of several reads with."""

    def __init__(self, desk: Desk, definition: Definition) -> None:
        self._desk = desk
        self._definition = definition
        self._open: tuple[str, BinaryIO] | None = None

    def read(self, place: Place) -> Read:
        """Read one message; whatever it is, the others are read."""
        raw = self._octets(place)
        if isinstance(raw, Read):
            return raw
        name = name_of(place)
        at = self._at(place)
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

    def unread(self, place: Place, why: str) -> Read:
        """Return one message as it is, with the reason why it is set aside unread."""
        raw = self._octets(place)
        return raw if isinstance(raw, Read) else Read(name_of(place), raw, self._at(place), identify(raw), None, why)

    def _at(self, place: Place) -> float:
        return place.at if place.at != UNDATED else self._desk.now

    def _octets(self, place: Place) -> bytes | Read:
        """Return the octets of a message, or that there are none."""
        try:
            return self._piece(place) if place.mbox else self._file(place)
        except OSError as error:
            return Read(name_of(place), b"", place.at, None, None, reason(error))

    def _file(self, place: Place) -> bytes:
        with Path(place.path).open("rb") as file:
            return file.read(LONGEST)

    def _piece(self, place: Place) -> bytes:
        if self._open is None or self._open[0] != place.path:
            if self._open:
                self._open[1].close()
            self._open = (place.path, Path(place.path).open("rb"))  # noqa: SIM115 - kept for the next message
        piece = Piece(place.start, place.end, b"", place.literal)
        return octets(reading_at(self._open[1]), piece, self._desk.dialect)


def name_of(place: Place) -> str:
    """Say where a message stands."""
    return f"{place.path} at octet {place.start}" if place.mbox else place.path


def compiled(desk: Desk) -> Definition:
    """Return the desk's definition, ready to judge by."""
    definition = read_definition(desk.definition)
    if not isinstance(definition, Definition):
        raise ValueError("the definition cannot be read")
    return definition
