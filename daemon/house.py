"""What the stages have at hand: settings, store, relay, clock and all else that a journey needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from daemon.core.mail.address import Own
from daemon.core.roster.roster import Roster
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.core.triage.learn import NOTHING, Learned
from daemon.edge.apart import Apart
from daemon.edge.bell import Bell
from daemon.edge.dns import Dns
from daemon.edge.relay import Relay
from daemon.edge.scan import Scanner
from daemon.hands import Hands
from daemon.letters import Letters
from daemon.loops import Beside, Threads
from store.model.message import RawMessage
from store.model.outbox import Answer, Mail, MailKind
from store.model.privacy import Aged
from store.store import Store


class Way(Protocol):
    """How something other than mail leaves the house."""

    async def send(self, mail: Mail, settings: Settings, before: Callable[[], Awaitable[bool]]) -> Answer:
        """Hand over one row of the outbox once `before` says that it may leave; the outcome is the answer."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


@dataclass(slots=True)
class Memory:
    """What the team taught the judge, and who has which turn; all that changes in a house."""

    roster: Roster
    learned: Learned = NOTHING
    latest: tuple[int, ...] = ()  # rows of the latest corrections it is learned from
    rota: tuple[int, ...] = ()  # of the latest overrides and turns that the roster is built from
    kept: set[str] = field(default_factory=set)  # appointments of the last day that were kept, by key
    looked_at: float = 0.0  # when it was last seen how the desk fares (epoch seconds)
    first_run: float | None = None  # when the desk first ran (epoch seconds), once that was asked
    aged: Aged | None = None  # how far the present pass came in which what is old is forgotten
    next_pass: float = 0.0  # when the next one begins (epoch seconds)


@dataclass(frozen=True, slots=True)
class House:
    """What the stages have at hand."""

    settings: Settings
    own: Own
    definition: Definition
    letters: Letters
    store: Store
    relay: Relay
    dns: Dns
    bell: Bell
    threads: Threads
    messages: Hands[RawMessage]  # of the crank that turns `process`
    mails: Hands[Mail]  # of the crank that turns `deliver`
    clock: Callable[[], float]  # epoch seconds
    random: Callable[[int], bytes]
    memory: Memory
    disk_percent: Callable[[], float | None] = lambda: None  # in use of the disk that the store is on, if it is ours
    spare: Relay | None = None  # for mails to the operator that the relay does not take
    ways: Mapping[MailKind, Way] = field(default_factory=dict)  # of what leaves the house and is no mail
    apart: Apart | None = None  # reads what is large or suspicious; None: it is read in a thread
    scanner: Scanner | None = None  # for viruses; None: nothing is scanned
    beside: Beside = field(default_factory=Beside)  # where that is done, so that no mail waits for it
