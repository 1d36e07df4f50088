"""What the two digests say, in the order in which they say it: values that their templates only have to lay out."""

from dataclasses import dataclass
from datetime import date

from daemon.core.digest.measure import Change, Span
from store.model.figures import Accounting, Section


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in the daily digest, under the number by which an answer calls it."""

    place: int
    ticket: int
    subject: str
    reporter: str
    owner: str  # the member's name, "" where nobody has it
    team: str
    area: str
    priority: str
    age: Span
    old: bool  # it waits longer than such a thing should
    words: tuple[str, ...]  # commands that fit it, the likeliest first
    unreached: bool = False  # mail to its reporter comes back


@dataclass(frozen=True, slots=True)
class Part:
    """A queue with its lines, oldest first."""

    section: Section
    total: int
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.lines)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, by name; "" where there is nobody."""

    team: str  # "" for the desk's own rota
    person: str
    shadow: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """How long something took: half of it took no longer than the median, nine tenths no longer than `ninety`."""

    name: str
    count: int
    median: Span | None
    ninety: Span | None


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that the desk could not read, kept for the operator."""

    number: int
    subject: str
    why: str
    age: Span


@dataclass(frozen=True, slots=True)
class Compared:
    """A mailbox, and with how many of its messages something is wrong."""

    account: str
    messages: int
    total: int
    differences: tuple[tuple[str, int], ...]
    old: date | None = None  # the day of the comparison, where it is not of this one


@dataclass(frozen=True, slots=True)
class Shadow:
    """Requests that reached a member privately."""

    person: str
    number: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """What is left of the team for planned work in a week, in working days of one person."""

    start: date
    left: float
    whole: float
    percent: int


@dataclass(frozen=True, slots=True)
class Daily:
    """All that the daily digest may speak of; a field's name is its name in the template."""

    desk: str
    address: str
    day: date
    reply: str  # where an answer goes that acts on the lines; "" in a copy that is news
    parts: tuple[Part, ...]  # all four, also those without lines
    turns: tuple[Turn, ...]
    clocks: tuple[Clock, ...]  # of the day before
    unanswered: int  # tickets of the day before that no person has answered yet
    books: Accounting  # of the day before
    aside: tuple[Aside, ...]  # what waits for the operator, the first of it
    asides: int  # how much that is
    shadows: tuple[Shadow, ...]
    capacity: tuple[Capacity, ...]
    open: int  # how many lines there are to act on, shown or not
    example: str  # an answer that fits: a number of this digest with a word for it
    team: str = ""  # whose digest it is; "" for all of the desk
    compared: tuple[Compared, ...] = ()  # mailboxes, with what they hold

    @property
    def tickets(self) -> tuple[int, ...]:
        """The tickets of all lines: `tickets[n - 1]` is the one that an answer calls `n`."""
        return tuple(line.ticket for part in self.parts for line in part.lines)


@dataclass(frozen=True, slots=True)
class Column:
    """A week of the backlog: how much was open at its end, in all and by group, as numbers and as lengths."""

    start: date
    total: int
    width: int  # of the total, in percent of the most
    parts: tuple[int, ...]
    heights: tuple[int, ...]  # pixels


@dataclass(frozen=True, slots=True)
class Group:
    """States that wait for the same, and how many tickets are in them now and were four weeks ago."""

    name: str
    number: int
    change: Change


@dataclass(frozen=True, slots=True)
class Flow:
    """A week: how many came and how many were ended, as numbers and as widths in percent of the most."""

    start: date
    came: int
    ended: int
    came_width: int
    ended_width: int


@dataclass(frozen=True, slots=True)
class Area:
    """Problem reports about one area, and how that compares with the four weeks before."""

    name: str  # "" where no area was recognised
    number: int
    width: int
    change: Change
    weeks: tuple[int, ...]  # heights of twelve weeks, oldest first


@dataclass(frozen=True, slots=True)
class Alone:
    """An area that one person alone has solved so far."""

    area: str
    person: str
    number: int


@dataclass(frozen=True, slots=True)
class Load:
    """What duty asked of one person."""

    person: str
    days: float
    interruptions: int
    solved: int
    width: int


@dataclass(frozen=True, slots=True)
class Weekly:
    """All that the weekly report may speak of; a field's name is its name in the template."""

    desk: str
    address: str
    first: date
    last: date
    came: int
    ended: int
    open: int
    grown: Change | None  # of what is open, against the week before
    groups: tuple[Group, ...]  # those that the columns are made of, from the bottom
    columns: tuple[Column, ...]  # oldest first
    flow: tuple[Flow, ...]  # newest first
    clocks: tuple[Clock, ...]
    unanswered: int
    areas: tuple[Area, ...]
    emergencies: int
    asked: int
    false_alarms: tuple[int, ...]  # tickets called an emergency that was none
    missed: tuple[int, ...]  # tickets that were one, and were not called so
    interruptions: int
    off_duty: int  # of these, of people who were not on duty
    shadows: tuple[Shadow, ...]
    alone: tuple[Alone, ...]
    load: tuple[Load, ...]
    capacity: tuple[Capacity, ...]
    injected: int
    scheduled: int
    disturbance: int  # percent of the bugs put into sprints that were not planned
    books: Accounting
    left_out: int  # rows of lists for which there was no room
    team: str = ""  # whose report it is; "" for all of the desk
