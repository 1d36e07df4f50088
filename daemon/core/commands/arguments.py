"""What may stand behind the verb of a command: names, numbers, priorities, days, sprints and spans of time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from daemon.core.commands.dates import Days, looks_like_date, read_date, read_days

HIGHEST = 999_999_999  # ticket number
_NUMBER = re.compile(r"#?([1-9][0-9]{0,8})")
_SPAN = re.compile(r"([1-9][0-9]{0,2}) ?(h|hours?|d|days?|w|weeks?)")
_SPRINT = re.compile(r"(?=[^0-9]{0,31}[0-9])[^\W_][\w./-]{0,31}")
_ANY_NAME = re.compile(r"(?=[^\W_]*[^\W\d_])[^\W_][\w.'-]{0,31}")
_NO_NAMES = frozenset(  # give up, move on
    {"a", "an", "and", "back", "in", "it", "me", "on", "out", "over", "that", "the", "them", "this", "to", "up", "us"}
    | {"way", "what", "with", "you", "your"}
)
_SECONDS = {"h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody or something that a command may name: its identifier, and how people spell it."""

    id: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What a command can be about; None means that nothing is known, and any single word may be a name."""

    today: date  # in the desk's time zone
    people: tuple[Name, ...] | None = None
    teams: tuple[Name, ...] | None = None
    areas: tuple[Name, ...] | None = None


@dataclass(frozen=True, slots=True)
class MemberId:
    """A member of the team."""

    id: str

    def __str__(self) -> str:
        """Write it as in a command."""
        return self.id


@dataclass(frozen=True, slots=True)
class TeamId:
    """A team with a queue of its own."""

    id: str

    def __str__(self) -> str:
        """Write it as in a command."""
        return self.id


@dataclass(frozen=True, slots=True)
class AreaName:
    """A part of the product."""

    name: str

    def __str__(self) -> str:
        """Write it as in a command."""
        return self.name


@dataclass(frozen=True, slots=True)
class TicketNumber:
    """Another ticket."""

    number: int

    def __str__(self) -> str:
        """Write it as in a command."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Priority:
    """How much a bug matters: p0 most."""

    level: str

    def __str__(self) -> str:
        """Write it as in a command."""
        return self.level


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint, by the team's own name for it."""

    name: str

    def __str__(self) -> str:
        """Write it as in a command."""
        return self.name


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time from now."""

    seconds: int
    written: str

    def __str__(self) -> str:
        """Write it as in a command."""
        return self.written


@dataclass(frozen=True, slots=True)
class Anyway:
    """The wish to pass a gate although its conditions are not met."""

    def __str__(self) -> str:
        """Write it as in a command."""
        return "anyway"


Argument = MemberId | TeamId | AreaName | TicketNumber | Priority | Sprint | Days | Span | Anyway


class Slot(StrEnum):
    """A place behind the verb, by the word that the help shows for it."""

    NAME = "NAME"
    TEAM = "TEAM"
    AREA = "AREA"
    NUMBER = "N"
    PRIORITY = "p0-p3"
    PLAN = "SPRINT or DATE"
    DATE = "DATE"
    DATES = "DATES"
    SPAN = "3d"
    ANYWAY = "anyway"


Words = tuple[str, ...]
Read = tuple[Argument, int]  # an argument, and how many words it took


def read(slot: Slot, words: Words, known: Known) -> Iterator[Read]:
    """Yield what the next words may mean in this place, the longest reading first."""
    return READERS[slot](words, known)


def suggest(slot: Slot, known: Known) -> Iterator[tuple[str, str]]:
    """Yield (spelling, identifier) of all that may stand in this place, where that can be listed."""
    names = {Slot.NAME: known.people, Slot.TEAM: known.teams, Slot.AREA: known.areas}.get(slot) or ()
    yield from ((spelling, name.id) for name in names for spelling in (name.id, *name.spellings))
    if slot is Slot.PRIORITY:
        yield from ((level, level) for level in ("p0", "p1", "p2", "p3"))


def named(slot: Slot, word: str, known: Known) -> tuple[str, ...]:
    """Return all that may stand in this place, where that can be listed; with a word the ids that it may mean."""
    names = {Slot.NAME: known.people, Slot.TEAM: known.teams, Slot.AREA: known.areas}.get(slot) or ()
    if not word:
        return tuple(next(iter(name.spellings), name.id) for name in names)
    spelled = word.casefold().removeprefix("@")
    return tuple(name.id for name in names if spelled in {one.casefold() for one in name.spellings})


def may_be_name(word: str) -> bool:
    """Say whether a word could be somebody's name, were everybody known."""
    plain = word.casefold().removeprefix("@")
    return _ANY_NAME.fullmatch(plain) is not None and plain not in _NO_NAMES


def _named(
    kind: Callable[[str], Argument], names: Callable[[Known], tuple[Name, ...] | None]
) -> Callable[..., Iterator[Read]]:
    def reader(words: Words, known: Known) -> Iterator[Read]:
        listed = names(known)
        if listed is None:
            if words and may_be_name(words[0]):
                yield kind(words[0].casefold().removeprefix("@")), 1
            return
        for length in range(min(4, len(words)), 0, -1):
            spelled = " ".join(words[:length]).casefold().removeprefix("@")
            exact = {name.id for name in listed if spelled == name.id.casefold()}
            meant = exact or {n.id for n in listed if spelled in {s.casefold() for s in n.spellings}}
            if len(meant) == 1:  # a first name that two people share names nobody
                yield kind(meant.pop()), length

    return reader


def _number(words: Words, _: Known) -> Iterator[Read]:
    if words and (found := _NUMBER.fullmatch(words[0])):
        yield TicketNumber(int(found[1])), 1


def _priority(words: Words, _: Known) -> Iterator[Read]:
    if words and words[0].casefold() in {"p0", "p1", "p2", "p3"}:
        yield Priority(words[0].casefold()), 1


def _plan(words: Words, known: Known) -> Iterator[Read]:
    """Read a date or a sprint: a word with a digit in it, any word behind `sprint`, or the next one."""
    first, second = ([w.casefold() for w in words[:2]] + ["", ""])[:2]
    if first == "sprint" and second and re.fullmatch(r"[\w./-]{1,32}", second):
        yield Sprint(words[1]), 2
    elif first == "next":
        yield Sprint("next"), 2 if second == "sprint" else 1
    elif day := read_date(first, known.today, after=True):
        yield Days(day, day), 1
    elif _SPRINT.fullmatch(first) and not looks_like_date(first) and first not in {"p0", "p1", "p2", "p3"}:
        yield Sprint(words[0]), 1


def _date(words: Words, known: Known) -> Iterator[Read]:
    if words and (day := read_date(words[0].casefold(), known.today)):
        yield Days(day, day), 1


def _days(words: Words, known: Known) -> Iterator[Read]:
    for length in (3, 2, 1):  # `A .. B`, `A ..B`, `A..B`
        if len(words) >= length and (days := read_days("".join(words[:length]).casefold(), known.today)):
            yield days, length


def _span(words: Words, known: Known) -> Iterator[Read]:
    for length in (2, 1):
        if len(words) >= length and (found := _SPAN.fullmatch(" ".join(words[:length]).casefold())):
            unit = found[2][0]
            yield Span(int(found[1]) * _SECONDS[unit], f"{found[1]}{unit}"), length
    if words and (day := read_date(words[0].casefold(), known.today, after=True)) and day > known.today:
        yield Days(day, day), 1


def _anyway(words: Words, _: Known) -> Iterator[Read]:
    if words and words[0].casefold() == "anyway":
        yield Anyway(), 1


READERS: dict[Slot, Callable[[Words, Known], Iterator[Read]]] = {
    Slot.NAME: _named(MemberId, lambda known: known.people),
    Slot.TEAM: _named(TeamId, lambda known: known.teams),
    Slot.AREA: _named(AreaName, lambda known: known.areas),
    Slot.NUMBER: _number,
    Slot.PRIORITY: _priority,
    Slot.PLAN: _plan,
    Slot.DATE: _date,
    Slot.DATES: _days,
    Slot.SPAN: _span,
    Slot.ANYWAY: _anyway,
}
