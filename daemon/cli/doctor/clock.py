"""The machine's own clock, held against every clock at hand without asking the internet for one."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from daemon.cli.doctor.dialog import talk
from daemon.core.mail.mime import date
from daemon.core.settings import Settings
from store.database import file_of
from store.model.message import RawMessage
from store.reader import Reader

SECONDS = 5.0  # that clocks may differ without a word: some tell whole seconds only, and asking takes time
WRONG_SECONDS = 60.0  # from here turns, deadlines and the dates of mails are visibly wrong
LATELY = 50  # messages that are looked at
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")  # touched by systemd-timesyncd(8)
_RECEIVED = re.compile(rb"^received[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_HEAD_OCTETS = 16384

Witness = tuple[str, float]  # whose clock, and how many seconds it is ahead of ours


def clock_seen(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield what others say the time is."""
    found = [*_relay(settings), *_store(settings)]
    for whose, ahead in found:
        yield judged(whose, ahead)
    if SYNCHRONIZED.exists():
        yield "ok", "systemd-timesyncd keeps it"
    elif not found:
        yield "note", "no other clock is at hand to hold it against: see that a time service (NTP) runs"


def judged(whose: str, ahead: float) -> tuple[str, str]:
    """Return what a difference of clocks means; `ahead` is in seconds."""
    if abs(ahead) <= SECONDS:
        return "ok", f"agrees with {whose}"
    words = f"is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} {whose}"
    return ("fault" if abs(ahead) >= WRONG_SECONDS else "note"), f"{words}: let a time service (NTP) keep both"


def _relay(settings: Settings) -> Iterator[Witness]:
    if not settings.relay.url.startswith("maildir:") and (said := talk(settings.relay, settings.desk.address).date):
        yield "the relay's greeting", said.timestamp() - time.time()


def _store(settings: Settings) -> Iterator[Witness]:
    """Ask the database, and the mail it holds."""
    file = file_of(settings.store.url)
    if file and not file.exists():
        return
    try:
        with Reader(settings.store.url) as reader:
            before = time.time()
            moment = reader.moment()
            if moment is not None:
                yield "the store's machine", moment - (before + time.time()) / 2
            stamps = tuple(filter(None, (stamped(work) for work in reader.newest(LATELY))))
    except Exception:  # whatever the database's driver says stands in the store's own line
        return
    if stamps:
        yield from passed_on(stamps)


def passed_on(stamps: tuple[tuple[float, float], ...]) -> Iterator[Witness]:
    """Judge by when the server before us stamped each message, and when it came: it cannot come before its stamp.

    A message may have waited in between, so the quickest counts, and only what is behind is sure.
    """
    quickest = min(came - stamp for stamp, came in stamps)
    if quickest < SECONDS:
        yield "the server that passes mail on to us", max(-quickest, 0.0)


def stamped(work: RawMessage) -> tuple[float, float] | None:
    """Return when the last hop stamped a message and when it became ours (epoch seconds)."""
    head = work.raw[:_HEAD_OCTETS].partition(b"\r\n\r\n")[0]
    found = _RECEIVED.search(head)
    if found is None:
        return None
    stamp = date.read(" ".join(found[1].rpartition(b";")[2][:100].decode("ascii", "replace").split()))
    return (stamp.timestamp(), work.received_at) if stamp else None
