"""How much one client may ask of the door, and how many clients at once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from daemon.core.settings import Smtp
from daemon.edge.smtp.answers import Reply

MAX_LINE: Final = 4096  # octets of a command line; RFC 5321 section 4.5.3.1.4 asks for 512, SMTPUTF8 and tags for more
MAX_RECIPIENTS: Final = 100  # in one message; RFC 5321 section 4.5.3.1.8 asks for no fewer
MAX_ERRORS: Final = 20  # 5yz answers since the last message kept
MAX_IDLE_COMMANDS: Final = 100  # NOOP, RSET, HELP, VRFY and greetings since the last message kept
MAX_AGE: Final = 3600.0  # seconds a connection may last
DATA_SECONDS: Final = 900.0  # for a message of any size, and then
DATA_OCTETS_A_SECOND: Final = 256.0  # the slowest sender that is still worth a connection
IN_FLIGHT: Final = 12  # sizes of the largest message that all unfinished messages may come to together
STRANGERS: Final = 0.9  # the part of all connections that peers who are not trusted may hold together


class Patience:
    """What is left of the door's patience with one client; a message kept restores it."""

    def __init__(self) -> None:
        self.errors = 0
        self.idle_commands = 0

    def restore(self) -> None:
        """Begin anew: this client brought a message."""
        self.errors = self.idle_commands = 0

    @property
    def is_gone(self) -> bool:
        """Say whether the client is to be sent away."""
        return self.errors > MAX_ERRORS or self.idle_commands > MAX_IDLE_COMMANDS


class Load:
    """The octets of all messages that are being read or kept, which are in memory until the commit ends."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.octets = 0

    def has_room(self, octets: int) -> bool:
        """Say whether so many more may come."""
        return self.octets + octets <= self._most


class Crowd:
    """Who is connected: at most so many in all, and so many from one place."""

    def __init__(self, settings: Smtp) -> None:
        self._most = settings.max_connections
        self._most_strangers = max(1, int(settings.max_connections * STRANGERS))
        self._most_each = settings.max_connections_per_peer
        self._trusted = frozenset(map(plain_address, settings.trusted_peers))
        self._places: Counter[str] = Counter()
        self._all = 0

    def admits(self, peer: str) -> bool:
        """Say whether there is room for one more connection of this peer, and count it if so.

        Trusted peers stand for many senders: they are not counted one by one, and a tenth of all is kept for them.
        Whoever is sent away is not counted, so that a flood of them keeps nobody out.
        """
        if self._all >= (self._most if peer in self._trusted else self._most_strangers):
            return False
        if peer not in self._trusted:
            place = _place(peer)
            if self._places[place] >= self._most_each:
                return False
            self._places[place] += 1
        self._all += 1
        return True

    def leaves(self, peer: str) -> None:
        """Take a connection that was admitted off the count."""
        self._all -= 1
        if peer in self._trusted:
            return
        place = _place(peer)
        self._places[place] -= 1
        if not self._places[place]:
            del self._places[place]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session's clock looks at; times are of the loop's clock, in seconds."""

    heard_at: float  # last octet from the client
    working: bool  # the dot is in, or we are closing: the client waits for us, not we for it
    data_since: float | None  # start of the message that is being read
    data_octets: int


class Clock:
    """One timer a connection, which looks again when the next limit could be reached."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        idle: float,
        progress: Callable[[], Progress],
        late: Callable[[Reply], None],
    ) -> None:
        self._loop, self._idle, self._progress, self._late = loop, idle, progress, late
        self._opened_at = loop.time()
        self._timer = loop.call_later(idle, self._look)

    def stop(self) -> None:
        """Never call back again."""
        self._timer.cancel()

    def _look(self) -> None:
        now, progress = self._loop.time(), self._progress()
        due = [(progress.heard_at + self._idle, Reply.SILENT), (self._opened_at + MAX_AGE, Reply.OLD)]
        if progress.data_since is not None:
            paced = progress.data_since + DATA_SECONDS + progress.data_octets / DATA_OCTETS_A_SECOND
            due[1] = (paced, Reply.SLOW)
        if progress.working:
            due = [(now + self._idle, Reply.SILENT)]
        when, reply = min(due, key=lambda row: row[0])
        if when <= now:
            self._late(reply)
        else:
            self._timer = self._loop.call_at(when, self._look)


@lru_cache(maxsize=4096)
def plain_address(peer: str) -> str:
    """Write an IP address the one way: IPv4 in IPv6 as IPv4, no zone; anything else as it is."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


@lru_cache(maxsize=4096)
def _place(peer: str) -> str:
    """Return what one client can hold of the address space: an IPv4 address, or an IPv6 network of 64 bits."""
    return str(int(IPv6Address(peer)) >> 64) if ":" in peer else peer
