"""The rota as calendars: holidays read from .ics text, and turns written as .ics for programs and people."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it comes with icalendar
from icalendar import Calendar, Event, vCalAddress, vRecur, vText

from daemon.core.roster.changes import Turn
from daemon.core.roster.hours import FIRST_DAY
from daemon.core.roster.invitations import uid
from daemon.core.settings import Desk, Person
from store.model.invitation import Invitation, Method

LAST_DAY = date(2100, 1, 1)  # until which a holiday is repeated
MOST_LETTERS = 4 << 20  # of a file of holidays
LONGEST = 366  # days of one holiday
OFTEN = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY"})
PRODUCT = "-//triaged//duty//EN"
_DAY = timedelta(days=1)


def holidays(text: str) -> tuple[date, ...] | str:
    """Return the days that the events of an .ics text (RFC 5545) cover, repeated ones too; or what is wrong with it."""
    if len(text) > MOST_LETTERS:
        return f"is larger than {MOST_LETTERS >> 20} MB"
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except ValueError as error:
        return f"is no calendar (.ics): {str(error).splitlines()[0][:120].lower()}"
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        return "is no calendar (.ics): it has no BEGIN:VCALENDAR"
    days: set[date] = set()
    for event in (event for one in calendars for event in one.walk("VEVENT") if isinstance(event, Event)):
        found = _days_of(event)
        if isinstance(found, str):
            return found
        days |= found
    return tuple(sorted(days))


def _days_of(event: Event) -> set[date] | str:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return set()
    name = f"the event {' '.join(str(event.get('SUMMARY', '')).split())[:60]!r}"
    if "DTSTART" not in event or event.errors:
        return f"{name} has no date that can be read"
    try:
        first, length = _day(event.start), max((_day(event.end) - _day(event.start)).days, 1)
        if length > LONGEST:
            return f"{name} lasts {length} days"
        rule = event.get("RRULE")
        if isinstance(rule, vRecur) and not {str(word).upper() for word in rule.get("FREQ", ())} <= OFTEN:
            return f"{name} is repeated in a way that no holiday is"
        starts = {first, *(_repeated(first, rule) if rule else ())} - set(_listed(event, "EXDATE"))
        starts |= set(_listed(event, "RDATE"))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return f"{name} has a date or rule that cannot be read"
    return {start + n * _DAY for start in starts for n in range(length)}


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _repeated(first: date, rule: vRecur) -> Iterator[date]:
    plain = vRecur({name: [_midnight(one) for one in values] for name, values in rule.items()})
    words = bytes(plain.to_ical()).decode()  # type: ignore[no-untyped-call]  # theirs
    found = rrulestr(words, dtstart=datetime.combine(first, time()))
    start, end = datetime.combine(FIRST_DAY, time()), datetime.combine(LAST_DAY, time())
    return (one.date() for one in found.between(start, end, inc=True))


def _midnight(value: object) -> object:
    """Return the end of a rule (UNTIL) as midnight without a zone, as a holiday's days are."""
    return datetime.combine(_day(value), time()) if isinstance(value, date) else value


def _listed(event: Event, name: str) -> Iterator[date]:
    given = event.get(name, [])
    for one in given if isinstance(given, list) else [given]:
        yield from (_day(each.dt) for each in one.dts)


def published(turns: Iterable[Turn], people: Mapping[str, Person], desk: Desk, now: float) -> bytes:
    """Return turns as a calendar to be shown or subscribed to (METHOD:PUBLISH, RFC 5546 section 3.2.1).

    Nobody is invited by it, so that it names no ATTENDEE.
    """
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", f"{desk.name}: duty")
    for turn in turns:
        event = _event(uid(turn, desk.id_host), turn.start, turn.end, desk, now)
        event.add("summary", _title(turn.rota, turn.person, turn.shadow, people))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def invitation(one: Invitation, people: Mapping[str, Person], desk: Desk, organizer: str, now: float) -> bytes:
    """Return the calendar of one invitation or its withdrawal (RFC 5546 sections 3.2.2 and 3.2.5).

    It travels as `text/calendar; method=REQUEST` or `CANCEL` (RFC 6047 section 2.4). Times are written in UTC, which
    every client shows in its reader's zone. `organizer` is the desk's address to which answers may come; none is asked
    for. The turn blocks nobody's calendar: who is on duty works on (TRANSP:TRANSPARENT).
    """
    calendar = _calendar(one.method.value)
    event = _event(one.uid, one.start, one.end, desk, now, organizer)
    event.add("sequence", one.sequence)
    event.add("summary", _title(one.rota, one.person, one.shadow, people))
    event.add("status", "CANCELLED" if one.method is Method.CANCEL else "CONFIRMED")
    person = people[one.person]
    attendee = vCalAddress(f"mailto:{person.address}")
    attendee.params["CN"] = vText(person.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(identity: str, start: float, end: float, desk: Desk, now: float, organizer: str | None = None) -> Event:
    event = Event()
    event.add("uid", identity)
    event.add("dtstamp", _utc(now))
    event.add("dtstart", _utc(start))
    event.add("dtend", _utc(end))
    address = vCalAddress(f"mailto:{organizer or desk.address}")
    address.params["CN"] = vText(desk.name)
    event.add("organizer", address)
    event.add("transp", "TRANSPARENT")
    return event


def _title(rota: str, person: str, shadow: str | None, people: Mapping[str, Person]) -> str:
    what, _, team = rota.partition("/")
    names = [people[one].name if one in people else one for one in (person, shadow) if one]
    role = "Release manager" if what == "manager" else "On duty"
    beside = f" (shadow: {names[1]})" if len(names) > 1 else ""
    return f"{role}{f' for {team}' if team else ''}: {names[0]}{beside}"


def _utc(moment: float) -> datetime:
    return datetime.fromtimestamp(round(moment), UTC)
