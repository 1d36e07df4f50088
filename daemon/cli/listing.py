"""`triaged list`: tickets and messages by whatever a figure is made of, so that each number can be looked up."""

import time
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.text import Text

from daemon.cli.desk import AsJson, Option, reader_of, settings_of
from daemon.cli.paper import USAGE, Column, cell, complain, say, say_json, show_table, span
from daemon.cli.records import received_record, ticket_record
from daemon.core.figures.calendar import bounds, week_named
from daemon.core.settings import Settings
from store.model.ticket import Kind, State, Ticket
from store.model.verdict import Tag
from store.model.views import ReceivedLine
from store.model.wanted import Event, Wanted

STATES = {State.PAGED: "bold red", State.NEW: "yellow", State.DONE: "dim", State.CLOSED: "dim"}
VERDICTS = {Tag.EMERGENCY: "bold red", Tag.PROBLEM: "yellow", Tag.FEATURE: "green"}
TICKETS = (
    Column("#", right=True),
    Column("kind", spare=True),
    Column("state"),
    Column("verdict"),
    Column("age", right=True),
    Column("owner"),
    Column("reporter", gives=True),
    Column("subject", gives=True),
)
MESSAGES = (
    Column("id", right=True),
    Column("age", right=True),
    Column("became"),
    Column("reason", gives=True),
    Column("ticket", right=True),
    Column("from", gives=True),
    Column("subject", gives=True),
)

ALL = "all"
MESSAGES_HELP = (
    "what came in the period, instead of tickets: all, or of which this became (ticket, follow-up, command, silenced,"
    " set-aside, waiting), or silenced for this reason (such as auto-reply)"
)
NONE = "-"  # asks for those that have none


def tickets(
    everything: Annotated[bool, typer.Option("--all", help="ended ones too")] = False,
    state: Annotated[list[State] | None, typer.Option(help="in this state; may be repeated")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="of this kind; may be repeated")] = None,
    tag: Annotated[list[Tag] | None, typer.Option(help="held to be this now; may be repeated")] = None,
    judged: Annotated[list[Tag] | None, typer.Option(help="judged this when it came, without asking")] = None,
    class_: Annotated[list[str] | None, typer.Option("--class", help="bug, limitation, config or duplicate")] = None,
    area: Annotated[str | None, typer.Option(help="about this area; - for none")] = None,
    team: Annotated[str | None, typer.Option(help="of this team; - for none")] = None,
    owner: Annotated[str | None, typer.Option(help="owned by this person; - for nobody")] = None,
    reporter: Annotated[str | None, typer.Option(help="reported from this address")] = None,
    priority: Annotated[str | None, typer.Option(help="p0 to p3; - for none")] = None,
    subject: Annotated[str | None, typer.Option(metavar="WORDS", help="has these words, in any case")] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="passed on by a member")] = False,
    event: Annotated[Event | None, typer.Option(help="what happened in the period [default: opened]")] = None,
    entered: Annotated[State | None, typer.Option(help="went into this state in the period")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="first day of the period")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="its last day")] = None,
    week: Annotated[str | None, typer.Option(metavar="WEEK", help="the period, such as 2026-W47")] = None,
    at: Annotated[str | None, typer.Option(metavar="DAY", help="states as they were at the end of this day")] = None,
    messages: Annotated[str | None, typer.Option(metavar="WHAT", help=MESSAGES_HELP)] = None,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """List the open tickets, oldest first; every word narrows the list."""
    _, settings = settings_of(option)
    within = period(since, until, week, settings)
    if messages is not None:
        _show_messages(messages, within, settings, as_json)
        return
    wanted = Wanted(
        everything or bool(event or entered or class_),
        *(tuple(state or ()), tuple(kind or ()), tuple(tag or ()), tuple(judged or ()), tuple(class_ or ())),
        *(_value(area), _value(team), _value(owner), _value(reporter), _value(priority)),
        *(shadow, event, entered, *within),
        None if at is None else bounds(day_of(at), settings.desk.timezone)[1],
        subject,
    )
    with reader_of(settings) as reader:
        _show(reader.wanted(wanted), wanted, as_json, time.time())


def _show(found: tuple[Ticket, ...], wanted: Wanted, as_json: bool, now: float) -> None:
    if as_json:
        for ticket in found:
            say_json(ticket_record(ticket, now))
    elif not found:
        narrowed = wanted not in (Wanted(), Wanted(ended=True))
        say("no such tickets" if narrowed else "no tickets" if wanted.ended else "no open tickets")
    else:
        show_table(TICKETS, [_ticket(t, now) for t in found])


def _show_messages(what: str, within: tuple[float | None, float | None], settings: Settings, as_json: bool) -> None:
    now = time.time()
    with reader_of(settings) as reader:
        found = reader.received(*within, "" if what == ALL else what)
    if as_json:
        for one in found:
            say_json(received_record(one))
    elif not found:
        say("no such messages")
    else:
        show_table(MESSAGES, [_message(one, now) for one in found])


def _message(one: ReceivedLine, now: float) -> tuple[Text, ...]:
    return (
        Text(str(one.id), "bold"),
        cell(span(now - one.received_at)),
        cell(one.became),
        cell(one.reason),
        cell(f"#{one.ticket}" if one.ticket else None),
        cell(one.sender),
        cell(one.subject),
    )


def _value(written: str | None) -> str | None:
    return "" if written == NONE else written


def period(
    since: str | None, until: str | None, week: str | None, settings: Settings
) -> tuple[float | None, float | None]:
    """Return when the period that is asked about begins and ends; None for no limit."""
    zone = settings.desk.timezone
    if week is not None:
        monday = monday_of_week(week)
        return bounds(monday, zone)[0], bounds(monday + timedelta(6), zone)[1]
    first = None if since is None else bounds(day_of(since), zone)[0]
    return first, None if until is None else bounds(day_of(until), zone)[1]


def day_of(written: str) -> date:
    """Return the day that is written, or end with status 2."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        complain(f"there is no day {written}: write it as 2026-11-16")
        raise typer.Exit(USAGE) from None


def monday_of_week(written: str) -> date:
    """Return the Monday of the week that is written, or end with status 2."""
    found = week_named(written)
    if found is None:
        complain(f"there is no week {written}: write it as 2026-W47, or one of its days as 2026-11-16")
        raise typer.Exit(USAGE)
    return found


def _ticket(t: Ticket, now: float) -> tuple[Text, ...]:
    return (
        Text(str(t.number), "bold"),
        cell(t.kind.value),
        cell(t.state.value, STATES.get(t.state, "")),
        cell(t.verdict.value if t.verdict else None, VERDICTS.get(t.verdict, "") if t.verdict else ""),
        cell(span(now - t.opened_at)),
        cell(t.owner),
        cell(t.reporter),
        cell(t.subject),
    )
