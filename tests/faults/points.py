"""The 22 places at which a crash is worth trying: each is a function of the daemon, wrapped from outside.

The shipped code knows nothing of them. A name that is not there any more breaks the start of the run, so a place cannot
be lost without a word.
"""

import asyncio
import errno
import importlib
import inspect
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from daemon.edge.relay import Waits
from store.model.outbox import MailKind

HASTY = Waits(connect=2.0, command=3.0, dot=2.5, shut=0.3)  # for lives that shall not wait long


def always(*_: object, **__: object) -> bool:
    return True


def _promises(wire: Any, *_: object) -> bool:
    return any(b"Kept as" in answer for answer in wire._answers)


def _reads_a_message(wire: Any, *_: object) -> bool:
    return wire.data_since is not None


def _after_the_dot(*_: object, seconds: float) -> bool:
    return seconds in (Waits().dot, HASTY.dot)


def _moves(_: object, filings: Any) -> bool:
    return any(one.changes.moves for one in filings)


def _writes(kind: MailKind, argument: int) -> Callable[..., bool]:
    def asks(*arguments: Any, **_: object) -> bool:
        return any(mail.kind is kind for mail in arguments[argument])

    return asks


def _has_kept(session: Any) -> bool:
    return bool(session._unmoved)


@dataclass(frozen=True, slots=True)
class Point:
    """A place: before or after this function, where its arguments and its result are so."""

    name: str
    what: str
    module: str
    path: str  # of the function within the module
    after: bool = False
    given: Callable[..., bool] = always  # asked before, with the arguments
    gave: Callable[[Any], bool] = always  # asked after, with the result


_CONVERSATION, _RELAY = "daemon.edge.smtp.conversation", "daemon.edge.relay.smarthost"

POINTS = (
    Point("K01", "after RCPT", "daemon.edge.smtp.paths", "Mailboxes.read", True, gave=lambda it: isinstance(it, str)),
    Point("K02", "in the middle of DATA", "daemon.edge.smtp.wire", "Wire._fill", True, _reads_a_message),
    Point("K03", "after the dot", _CONVERSATION, "Conversation._keep"),
    Point("K04", "message inserted, not committed", "store.intake", "keep", True),
    Point("K05", "message committed, 250 not written", "daemon.run", "receive", True),
    Point("K06", "250 written", "daemon.edge.smtp.wire", "Wire.flush", True, _promises),
    Point("K07", "parse started", "daemon.journey", "read_message"),
    Point("K08", "ticket inserted", "store.filing", "_open", True),
    Point("K09", "ticket and its mails committed, bell not rung", "store.store", "Store.commit_and_lease", True),
    Point("K10", "mail claimed", "daemon.run", "deliver"),
    Point("K11", "relay connected", _RELAY, "Smarthost._connect", True, gave=lambda it: hasattr(it, "client")),
    Point("K12", "354 seen", _RELAY, "Smarthost._content"),
    Point("K13", "final dot sent, no reply", "daemon.edge.relay.dialog", "Dialog.reply", False, _after_the_dot),
    Point("K14", "250 read, not marked", "store.store", "Store.settle"),
    Point("K15", "marked, job not ended", "store.store", "Store.settle", True),
    Point("K16", "command applied, not committed", "store.filing", "commit", True, _moves),
    Point("K17", "confirmation issued", "store.store", "Store.commit_and_lease", True, _writes(MailKind.CONFIRM, 3)),
    Point("K18", "digest built", "store.store", "Store.happen", False, _writes(MailKind.DIGEST, 2)),
    Point("K19", "mailbox fetched", "daemon.edge.imap.session", "Session._fetch", True, gave=bool),
    Point("K20", "mailbox kept, not moved", "daemon.edge.imap.session", "Session._put_away", False, _has_kept),
    Point("K21", "in a step of a migration", "alembic.command", "upgrade", True),
    Point("K22", "told to stop, draining", "daemon.run", "_stop"),
)
ON_THE_WAY = tuple(f"K{number:02}" for number in range(1, 16))  # that every message and its mails pass

_PASSED_BY = {"intake": frozenset(ON_THE_WAY[:6]), "worker": frozenset(ON_THE_WAY[6:])}

EVER = sys.maxsize
DELAY_SECONDS = 30.0
_AT_ONCE = 0.002  # what was written leaves when the loop has turned


@dataclass(frozen=True, slots=True)
class Harm:
    """What is done at a place, from the first to the last of these passings."""

    point: str
    action: str  # kill, stop, raise, full, delay, cancel
    first: int = 1
    last: int = 1
    seconds: float = DELAY_SECONDS

    @classmethod
    def of(cls, words: str) -> "Harm":
        """Read `K05:kill`, `K05:kill@3`, `K05:raise@3-7`, `K05:delay=2@1-`."""
        point, _, rest = words.partition(":")
        action, _, passings = rest.partition("@")
        action, _, seconds = action.partition("=")
        first, dash, last = passings.partition("-")
        begin = int(first or 1)
        return cls(point, action, begin, int(last or EVER) if dash else begin, float(seconds or DELAY_SECONDS))


def passes(role: str, point: str) -> bool:
    """Say whether messages on their way come by a place in a process of this role."""
    return point in _PASSED_BY.get(role, frozenset(ON_THE_WAY))


def install(harms: Iterable[Harm]) -> None:
    """Wrap the places where harm is meant to be done; all the others are left as they are."""
    for harm in harms:
        point = next(one for one in POINTS if one.name == harm.point)
        owner, name = seam(point)
        setattr(owner, name, _wrapped(getattr(owner, name), point, harm))


def seam(point: Point) -> tuple[Any, str]:
    """Return what holds the function, and under which name.

    Raises:
        AttributeError: it is not there any more.

    """
    owner: Any = importlib.import_module(point.module)
    *within, name = point.path.split(".")
    for part in within:
        owner = getattr(owner, part)
    getattr(owner, name)
    return owner, name


def _wrapped(function: Any, point: Point, harm: Harm) -> Any:
    passings = count(1)

    def due() -> bool:
        return harm.first <= next(passings) <= harm.last

    async def later(*arguments: Any, **named: Any) -> Any:
        concerned = point.given(*arguments, **named)
        if concerned and not point.after and due():
            await _harm_soon(harm)
        result = await function(*arguments, **named)
        if concerned and point.after and point.gave(result) and due():
            await _harm_soon(harm)
        return result

    def now(*arguments: Any, **named: Any) -> Any:
        concerned = point.given(*arguments, **named)
        if concerned and not point.after and due():
            _harm(harm)
        result = function(*arguments, **named)
        if concerned and point.after and point.gave(result) and due():
            _harm(harm)
        return result

    return later if inspect.iscoroutinefunction(function) else now


async def _harm_soon(harm: Harm) -> None:
    await asyncio.sleep(_AT_ONCE)
    if harm.action == "delay":
        _say(harm)
        await asyncio.sleep(harm.seconds)
    elif harm.action == "cancel":
        _say(harm)
        raise asyncio.CancelledError
    else:
        _harm(harm)


def _harm(harm: Harm) -> None:
    _say(harm)
    match harm.action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "raise":
            raise OSError(errno.EIO, f"harm at {harm.point}")
        case "full":
            raise OSError(errno.ENOSPC, f"harm at {harm.point}")
        case "delay":
            time.sleep(harm.seconds)
        case other:
            raise ValueError(f"{other} cannot be done at {harm.point}")


def _say(harm: Harm) -> None:
    os.write(2, f"harm {harm.point} {harm.action}\n".encode())


def told(log: bytes) -> list[str]:
    """Return which harm was done, as far as a log tells."""
    return [line.split()[1] for line in log.decode("utf-8", "replace").splitlines() if line.startswith("harm K")]
