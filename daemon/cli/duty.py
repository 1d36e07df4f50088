"""`triaged duty`: who is on duty when, as a calendar for eyes, as records, and as an .ics file."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from daemon.cli.desk import AsJson, Option, settings_of
from daemon.cli.knowledge import roster_of
from daemon.cli.paper import fail, flat, hanging, say, say_json, screen
from daemon.cli.records import turn_record
from daemon.core.roster.changes import Turn
from daemon.core.roster.hours import FIRST_DAY, day_of, span
from daemon.core.roster.roster import Line, Roster
from daemon.core.roster.rotas import DUTY, MANAGER, WEEKDAYS
from daemon.core.settings import Settings

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_red", "bright_cyan", "bright_green")
LEFT = 7  # columns for the month and the number of the week
WIDEST = 16  # of a day
_DAY = timedelta(days=1)

From = Annotated[str, typer.Option("--from", metavar="D", help="first day, as 2026-12-01; else today")]
Days = Annotated[int, typer.Option("--days", metavar="N", min=1, max=1830, help="how many days")]
Ics = Annotated[Path | None, typer.Option("--ics", metavar="FILE", help="write the turns into a calendar file")]


def duty(first: From = "", days: Days = 28, ics: Ics = None, as_json: AsJson = False, option: Option = None) -> None:
    """Show who is on duty when: a calendar of the rotas, today marked."""
    _, settings = settings_of(option)
    now = time.time()
    start = _first_day(first)
    end = (start or datetime.fromtimestamp(now, UTC).date()) + days * _DAY
    roster = roster_of(settings, now, datetime.combine(end, datetime.min.time(), UTC).timestamp() + 8 * 86400)
    today = day_of(roster.hours, now)
    begin = start or today
    last = begin + (days - 1) * _DAY
    turns = [turn for line in _lines(roster) for turn in _within(line, *span(roster.hours, begin, last))]
    if ics:
        _write(ics, turns, roster, settings, now)
    elif as_json:
        for turn in turns:
            say_json(turn_record(turn, roster.people))
    elif not turns:
        say("nobody takes turns: duty.people and duty.fallback are empty")
    else:
        _show(roster, settings, begin, last, now)


def _first_day(words: str) -> date | None:
    try:
        found = date.fromisoformat(words) if words else None
    except ValueError:
        raise typer.BadParameter(f"{words!r} is no day such as 2026-12-01", param_hint="--from") from None
    if found and not FIRST_DAY <= found <= date(2200, 1, 1):
        raise typer.BadParameter(f"must be {FIRST_DAY} or later", param_hint="--from")
    return found


def _lines(roster: Roster) -> list[Line]:
    return [line for name, line in roster.lines.items() if name == line.rota.name or DUTY not in roster.lines]


def _within(line: Line, since: float, until: float) -> list[Turn]:
    return [turn for turn in line.turns if turn.end > since and turn.start < until]


def _write(path: Path, turns: list[Turn], roster: Roster, settings: Settings, now: float) -> None:
    from daemon.core.roster.calendar import published  # noqa: PLC0415 - only here, and it is slow

    try:
        path.write_bytes(published(turns, roster.people, settings.desk, now))
    except OSError as error:
        fail(f"{path} cannot be written: {(error.strerror or str(error)).lower()}")
    say(f"{path}: {len(turns)} turn{'s'[: len(turns) != 1]}")


def _show(roster: Roster, settings: Settings, first: date, last: date, now: float) -> None:
    since, until = span(roster.hours, first, last)
    colours = {person: COLOURS[n % len(COLOURS)] for n, person in enumerate(roster.people)}
    for n, line in enumerate(_lines(roster)):
        if n:
            say("")
        say(_title(line, roster, settings, now))
        screen().print(_calendar(line, roster, colours, first, last, day_of(roster.hours, now)))
    told = [*_changes(roster, since, until), *_gaps(roster, since, until)]
    if told:
        say("")
    for label, words in told:
        hanging(label, words)


def _title(line: Line, roster: Roster, settings: Settings, now: float) -> Text:
    turn = line.at(now)
    what, _, team = line.rota.name.partition("/")
    name = "release manager" if what == MANAGER else f"duty of {team}" if team else "duty"
    until = datetime.fromtimestamp(turn.end, roster.hours.zone)
    person = _name(turn.person, roster)
    beside = f", {_name(turn.shadow, roster)} beside" if turn.shadow else ""
    words = f": {person}{beside} until {until:%a %d %b %H:%M} ({settings.desk.timezone})"
    return Text(name, "bold") + Text(words)


def _calendar(line: Line, roster: Roster, colours: dict[str, str], first: date, last: date, today: date) -> Table:
    width = min(WIDEST, (screen().width - LEFT) // 7 - 1)
    sheet = _Sheet(line, roster, colours, today, width, *span(roster.hours, first, last))
    table = Table(box=None, show_edge=False, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    table.add_column("", width=LEFT - 1, style="dim", no_wrap=True)
    for name in WEEKDAYS:
        table.add_column(name, width=width, no_wrap=True, overflow="ellipsis")
    monday = first - first.weekday() * _DAY
    while monday <= last:
        days = [monday + n * _DAY for n in range(7)]
        cells = [sheet.cell(day) if first <= day <= last else Text() for day in days]
        table.add_row(f"{max(monday, first):%b} {monday.isocalendar().week}", *cells)
        monday += 7 * _DAY
    return table


class _Sheet:
    """The days of one rota, each to be written as a cell."""

    def __init__(
        self, line: Line, roster: Roster, colours: dict[str, str], today: date, width: int, since: float, until: float
    ) -> None:
        self.line, self.roster, self.colours, self.today, self.width = line, roster, colours, today, width
        self.gaps = [gap for gap in roster.gaps(since, until) if gap.rota == line.rota.name]
        people = {person for turn in _within(line, since, until) for person in (turn.person, turn.shadow) if person}
        names = {person: _name(person, roster) for person in people}
        fit = all(cell_len(name) <= width - 4 for name in names.values())
        self.names = names if fit else {person: person for person in people}  # the id, as commands write it

    def cell(self, day: date) -> Text:
        """Return the number of a day, and who has the longest part of it; below, who learns beside them."""
        hours = self.roster.hours
        since, until = span(hours, day, day)
        parts = _within(self.line, since, until)
        turn = max(parts, key=lambda one: min(one.end, until) - max(one.start, since))
        off = "bold red" if day in hours.holidays else "dim"
        number = Text(f"{day.day:>2}", "reverse bold" if day == self.today else off)
        mark = self._mark(parts, since, until)
        name = self._named(turn.person, " ", self.width - 2 - mark.cell_len)
        if not hours.worked(day):
            name.stylize("dim")
        beside = Text("\n") + self._named(turn.shadow, "  +", self.width) if turn.shadow else Text()
        return Text.assemble(number, name, mark, beside)

    def _named(self, person: str, before: str, width: int) -> Text:
        name = Text(before + self.names[person], self.colours.get(person, ""))
        name.truncate(width, overflow="ellipsis")
        return name

    def _mark(self, parts: list[Turn], since: float, until: float) -> Text:
        if any(gap.start < until and since < gap.end for gap in self.gaps):
            return Text("!", "bold red")
        return Text("*", "bold") if len(parts) > 1 or any(turn.why for turn in parts) else Text()


def _changes(roster: Roster, since: float, until: float) -> list[tuple[Text, str]]:
    """Return a line for each turn that somebody else has than the rota had planned."""
    found = []
    for line in _lines(roster):
        for turn in _within(line, since, until):
            if turn.why:
                planned = f" instead of {_name(turn.planned, roster)}" if turn.planned else ""
                words = f"{_span(turn.start, turn.end, roster)}: {_name(turn.person, roster)}{planned} ({turn.why})"
                found.append((Text("*   ", "bold"), words))
    return found


def _gaps(roster: Roster, since: float, until: float) -> list[tuple[Text, str]]:
    return [
        (
            Text("!   ", "bold red"),
            f"{_span(gap.start, gap.end, roster)}: {gap.words}; {_name(gap.person, roster)} has it",
        )
        for gap in roster.gaps(since, until)
    ]


def _span(start: float, end: float, roster: Roster) -> str:
    first, last = (datetime.fromtimestamp(moment, roster.hours.zone) for moment in (start, end))
    return f"{first:%a %d %b %H:%M} to {last:%a %d %b %H:%M}"


def _name(person: str | None, roster: Roster) -> str:
    found = roster.people.get(person or "")
    return flat(found.name if found else person or "")
