"""`digest` and `report`: what the team and its stakeholders would be sent, to look at before it is."""

import time
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from daemon.cli.desk import AsJson, Option, reader_of, settings_of
from daemon.cli.figures import show_weekly
from daemon.cli.jsonline import Json, Record
from daemon.cli.knowledge import roster_of
from daemon.cli.listing import day_of, monday_of_week
from daemon.cli.paper import clean, fail, say, say_json
from daemon.core.desk.clock.calendar import local_moment
from daemon.core.digest.build import daily_view, weekly_view
from daemon.core.figures import day as of_day
from daemon.core.figures import week as of_week
from daemon.core.figures.calendar import local_day, monday_of
from daemon.core.figures.daily import DailyFigures
from daemon.core.figures.weekly import WeekFlow, WeeklyFigures
from daemon.core.mail.letter import Letter
from daemon.core.settings import Settings
from daemon.letters import Letters
from store.reader import Reader

Team = Annotated[str | None, typer.Option(help="only what is this team's")]


def digest(
    weekly: Annotated[bool, typer.Option("--weekly/--daily", help="the report of a week, or that of a day")] = False,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="the day on which it is sent [default: today]")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="write its page, as it is sent")] = None,
    team: Team = None,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """Show the digest of a day as a list is sent it; in a member's own copy the words to answer with are links.

    Of a day that is over, what was open then is shown, with the owners of today.
    """
    _, settings = settings_of(option)
    now = time.time()
    sent = local_day(now, settings.desk.timezone) if day is None else day_of(day)
    with reader_of(settings) as reader:
        figures = (
            weekly_figures(reader, settings, monday_of(sent) - timedelta(7), now, team)
            if weekly
            else daily_figures(reader, settings, sent, now, team)
        )
    if html is not None:
        _write(html, _letter(figures, settings))
    elif as_json:
        say_json(figures_record(figures))
    else:
        letter = _letter(figures, settings)
        say(Text(letter.subject, "bold"), "", clean(letter.text).rstrip("\n"))


def report(
    week: Annotated[
        str | None, typer.Option(metavar="WEEK", help="such as 2026-W47, or one of its days [default: the last one]")
    ] = None,
    team: Team = None,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """Show the figures of a week, and of the eleven before it."""
    _, settings = settings_of(option)
    now = time.time()
    last = monday_of(local_day(now, settings.desk.timezone)) - timedelta(7)
    monday = last if week is None else monday_of_week(week)
    with reader_of(settings) as reader:
        figures = weekly_figures(reader, settings, monday, now, team)
    if as_json:
        say_json(figures_record(figures))
    else:
        show_weekly(figures)


def daily_figures(reader: Reader, settings: Settings, day: date, now: float, team: str | None) -> DailyFigures:
    """Return the figures of the digest of a day; of one that is over, as it was when its digest was due."""
    past = day < local_day(now, settings.desk.timezone)
    then = local_moment(day, settings.digest.daily, settings.desk.timezone) if past else now
    counts = reader.day(*of_day.asked_for(day, settings), then, of_day.MOST, team, past=past)
    return of_day.daily(counts, settings, roster_of(settings, then), day, then, team)


def weekly_figures(reader: Reader, settings: Settings, monday: date, now: float, team: str | None) -> WeeklyFigures:
    """Return the figures of the week that begins on `monday`."""
    counts = reader.week(of_week.asked_for(monday, settings), team)
    return of_week.weekly(counts, settings, roster_of(settings, now), monday, team)


def _letter(figures: DailyFigures | WeeklyFigures, settings: Settings) -> Letter:
    """Write it as `daemon.digests` does."""
    language = settings.desk.language
    letters = Letters(language)
    if isinstance(figures, DailyFigures):
        return letters.write("digest-daily", language, daily_view(figures, settings))
    return letters.write("digest-weekly", language, weekly_view(figures, settings))


def _write(path: Path, letter: Letter) -> None:
    try:
        path.write_text(letter.html, "utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {(error.strerror or str(error)).lower()}")
    say(f"{path}: {letter.subject}")


def figures_record(figures: DailyFigures | WeeklyFigures) -> Record:
    """Return the record of `digest --json` and `report --json`: the fields by their names, pairs as an object."""
    record = _plain(figures)
    return record if isinstance(record, dict) else {}


def _plain(value: object) -> Json:
    if is_dataclass(value):
        found = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {**found, **({"backlog": value.backlog} if isinstance(value, WeekFlow) else {})}
    if isinstance(value, tuple):
        pairs = [one for one in value if isinstance(one, tuple) and len(one) == 2]
        return {str(k): _plain(v) for k, v in pairs} if pairs else [_plain(one) for one in value]
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 3) if isinstance(value, float) else value if isinstance(value, str | int) else None
