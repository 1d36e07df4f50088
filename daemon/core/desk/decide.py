"""The page of policy: what one message changes, decided from what was read and what the store knows."""

from collections.abc import Callable
from dataclasses import replace

from daemon.core.commands.states import UNANSWERED, differences
from daemon.core.desk.acting import members_word
from daemon.core.desk.authority import author_of, authority
from daemon.core.desk.case import NO_BACKDROP, NOTE_LETTERS, Backdrop, Case
from daemon.core.desk.clock.hearing import told
from daemon.core.desk.gate import GIVES, facts_in
from daemon.core.desk.listed import answered_news, members_lines
from daemon.core.desk.opening import open_ticket
from daemon.core.desk.past import imported
from daemon.core.desk.rota.heard import members_turn
from daemon.core.desk.rota.pairing import learners_word
from daemon.core.desk.rota.replied import answers_invitation
from daemon.core.desk.routing import GATED_KINDS, keeper, pipeline_for
from daemon.core.desk.shadow import SHADOW, author_permission, author_reading
from daemon.core.mail.address import Own, fold
from daemon.core.mail.reading import Reading, may_answer
from daemon.core.mail.thread import thread
from daemon.core.roster.roster import Roster
from daemon.core.settings import Person, Settings
from daemon.core.triage.definition import Definition
from daemon.core.triage.learn import NOTHING, Learned
from store.model.changes import Changes, Draft, Outcome, TicketChange
from store.model.facts import Facts, Signal
from store.model.history import ANSWERED, NOTE, PRIVATE, STRANGER, UNPROVEN, WROTE_AGAIN
from store.model.message import Address, AutomaticKind
from store.model.outbox import MailKind
from store.model.ticket import ENDED, Event, Kind, State, Ticket


def decide(
    reading: Reading,
    facts: Facts,
    settings: Settings,
    own: Own,
    definition: Definition,
    now: float,
    learned: Learned = NOTHING,
    backdrop: Backdrop = NO_BACKDROP,
    *,
    roster: Roster,
) -> Changes:
    """Say what a message changes: the first policy that has a word on it decides."""
    case = Case(
        reading,
        facts,
        settings,
        definition,
        thread(reading.clues, facts, now),
        may_answer(reading, facts, settings.acknowledge, own),
        now,
        learned,
        authority(reading, facts, settings, now),
        backdrop,
        roster,
    )
    return next(changes for policy in POLICIES if (changes := policy(case)) is not None)


def own_mail(case: Case) -> Changes | None:
    """Our own mail came back: nothing may be sent to anyone, or two desks talk for ever (RFC 3834 section 2)."""
    return _silence(case, "own") if case.reading.automatic.kind is AutomaticKind.OWN else None


def unreadable(case: Case) -> Changes | None:
    """Reading it had to be ended: set aside for the operator, and its sender hears that it came, as far as is safe."""
    why = case.reading.unread
    if not why:
        return None
    drafts = _acknowledgement(case, case.settings.desk.language)
    drafts = tuple(replace(draft, letter="unread", answers_message=False) for draft in drafts)
    return Changes(Outcome.SET_ASIDE, why, replace(case.threading, ticket=None), case.filed, drafts=drafts)


def repeat(case: Case) -> Changes | None:
    """The same mail by a second path, such as a list that also reaches the desk."""
    return _silence(case, "repeat", case.ticket) if case.threading.signal is Signal.REPEAT else None


def delivery_report(case: Case) -> Changes | None:
    """A report on a mail of ours is filed with its ticket; on anybody else's it is noise. It never opens a ticket."""
    kind, bounce = case.reading.automatic.kind, case.reading.bounce
    if kind not in (AutomaticKind.BOUNCE, AutomaticKind.REPORT) or (bounce is None and kind is AutomaticKind.BOUNCE):
        return None
    about = next((mail for mail in case.facts.sent if mail.mark == case.reading.clues.bounced_mark), None)
    failing = (fold(about.to),) if about and bounce and bounce.permanent else ()
    if case.ticket is None or bounce is None:
        return replace(_silence(case, str(kind), case.ticket), failing=failing)
    what = f"mail to {failing[0]} failed for good ({bounce.status or 'no status'})" if failing else "a delivery report"
    return Changes(
        Outcome.SILENCED,
        str(kind),
        case.threading,
        case.filed,
        ticket=case.ticket.number,
        events=(case.event(what),),
        drafts=_to_owner(case, case.ticket, "notice") if failing else (),
        failing=failing,
    )


def calendars_answer(case: Case) -> Changes | None:
    """A calendar says that a turn was accepted or declined (RFC 5546 section 3.2.3): nobody needs to hear of it."""
    return _silence(case, "calendar") if answers_invitation(case.reading.message, case.settings) else None


def automatic_follow_up(case: Case) -> Changes | None:
    """A machine's answer is filed and wakes nobody: it never reopens and stops no clock."""
    automatic = case.reading.automatic
    if case.ticket is None or automatic.kind is AutomaticKind.NONE:
        return None
    return _silence(case, str(automatic.kind), case.ticket)


def members_note(case: Case) -> Changes | None:
    """A member answered a mail that was meant for the team: an internal note, of which no customer reads a word."""
    sender = case.reading.clues.sender
    if case.ticket is None or case.threading.signal not in (Signal.ADDRESS, Signal.OWN_ID):
        return None
    if sender not in {fold(person.address) for person in case.settings.people}:
        return None
    how = NOTE if case.filed.proven else UNPROVEN
    return Changes(
        Outcome.FOLLOW_UP,
        "",
        case.threading,
        case.filed,
        ticket=case.ticket.number,
        events=(case.event(f"{how}{case.reading.message.new_text.strip()[:NOTE_LETTERS]}"),),
    )


def unverified_follow_up(case: Case) -> Changes | None:
    """The right address or Message-ID from somebody who takes no part: kept, flagged, answered by nobody."""
    if case.ticket is None or not case.threading.unverified:
        return None
    sender = case.reading.clues.sender or "an unknown sender"
    return _follow_up(case, case.ticket, f"{STRANGER}{sender} wrote, but takes no part", case.ticket)


def follow_up(case: Case) -> Changes | None:
    """A participant wrote again: a card to the owner, else the way of the ticket; what is over is reopened.

    What was put aside for a while, and what waited for their answer, is so no more.
    """
    ticket = case.ticket
    if ticket is None:
        return None
    what, state = _what_follows(case, ticket)
    resolution = None if ticket.resolution == UNANSWERED else ticket.resolution
    ended_at = ticket.ended_at if state in ENDED else None
    after = replace(ticket, state=state, resolution=resolution, ended_at=ended_at)
    return _follow_up(case, ticket, what, replace(after, snoozed_until=None, waiting_since=None, reminded_at=None))


def _what_follows(case: Case, ticket: Ticket) -> tuple[str, State]:
    """Return what is said of it that its reporter wrote, and where it stands then."""
    gated = case.settings.gate.l1 and ticket.kind in GATED_KINDS
    later = State.TO_INVESTIGATE if ticket.kind is Kind.REPORT else State.FORWARDED
    if ticket.state is State.WAITING and ticket.kind is Kind.REPORT:
        return ANSWERED, State.INVESTIGATING if ticket.owner else later
    if ticket.state is State.WAITING:
        return ANSWERED, State.NEW if gated and ticket.support is None else later
    if ticket.state not in ENDED:
        return WROTE_AGAIN, ticket.state
    return f"{WROTE_AGAIN} and reopened it", State.NEW if gated and ticket.owner is None else later


def shadow_request(case: Case) -> Changes | None:
    """A member forwards what a customer wrote in private: filed for the customer, as if written to the desk."""
    reading = author_reading(case.reading, case.settings) if case.threading.signal is Signal.NONE else None
    if reading is None:
        return None
    author = replace(case, reading=reading, permission=author_permission(reading, case.facts, case.settings))
    changes = new_request(author)
    member = author_of(case.reading, case.settings) if case.filed.proven or author.permission.allowed else None
    note = case.reading.message.new_text.strip()[:NOTE_LETTERS]
    return replace(
        changes,
        reason=SHADOW,
        filed=case.filed,
        events=(case.event(PRIVATE + note if note else "forwarded a private request"), *changes.events),
        drafts=(
            *(_to_author(draft) if draft.kind is MailKind.ACK else draft for draft in changes.drafts),
            *((_filed_for_author(case, member),) if member else ()),
        ),
    )


def new_request(case: Case) -> Changes:
    """Nothing we know of: a new ticket, linked to the one it names without belonging to it."""
    return _new_request(case, links=(case.threading.linked,) if case.threading.linked else ())


POLICIES: tuple[Callable[[Case], Changes | None], ...] = (
    imported,
    own_mail,
    unreadable,
    repeat,
    delivery_report,
    automatic_follow_up,
    calendars_answer,
    members_turn,
    members_lines,
    answered_news,
    learners_word,
    members_word,
    members_note,
    unverified_follow_up,
    follow_up,
    shadow_request,
    new_request,
)


def _new_request(case: Case, links: tuple[int, ...]) -> Changes:
    opened = open_ticket(case.reading, case.settings, case.definition, case.roster, case.now, links, case.learned)
    return Changes(
        Outcome.TICKET,
        "",
        case.threading,
        case.filed,
        opens=opened.opening,
        events=(*opened.events(case.now), *_acknowledged(case)),
        drafts=(*_acknowledgement(case, opened.opening.language), *opened.drafts),
    )


def _to_author(acknowledgement: Draft) -> Draft:
    return replace(acknowledgement, letter=SHADOW, answers_message=False)  # the member's mail is not the author's


def _filed_for_author(case: Case, member: Person) -> Draft:
    return Draft(MailKind.RESULT, "filed", Address(member.name, member.address), case.settings.desk.language)


def _acknowledged(case: Case) -> tuple[Event, ...]:
    if case.permission.allowed:
        return ()
    return (Event(case.now, "triaged", f"not acknowledged: {', '.join(case.permission.reasons)}"),)


def _acknowledgement(case: Case, language: str) -> tuple[Draft, ...]:
    to = case.reading.answer_to
    if to is None or not case.permission.allowed:
        return ()
    return (Draft(MailKind.ACK, "ack", to, language, answers_message=True),)


def _silence(case: Case, reason: str, ticket: Ticket | None = None) -> Changes:
    events = (case.event(f"kept without an answer: {reason}"),) if ticket else ()
    number = ticket.number if ticket else None
    return Changes(Outcome.SILENCED, reason, case.threading, case.filed, ticket=number, events=events)


def _follow_up(case: Case, ticket: Ticket, what: str, after: Ticket) -> Changes:
    after, drafts = told(ticket, after, _to_whom_it_concerns(case, after), case.now)
    edits = differences(ticket, after)
    event = replace(case.event(f"{what} ({case.threading.signal}){_gives(case)}"), edits=edits)
    return Changes(
        Outcome.FOLLOW_UP,
        "",
        case.threading,
        case.filed,
        ticket=ticket.number,
        events=() if edits else (event,),
        moves=(TicketChange(ticket.number, ticket.version, edits, (event,)),) if edits else (),
        drafts=drafts,
    )


def _gives(case: Case) -> str:
    """Return which of the facts that support must have before it goes up are in a message, for the history."""
    gated = case.settings.gate.l1 and not case.threading.unverified
    facts = facts_in(case.definition, case.reading.message.new_text) if gated else frozenset()
    return f"{GIVES}{', '.join(sorted(facts))}" if facts else ""


def _to_owner(case: Case, ticket: Ticket, letter: str = "follow-up") -> tuple[Draft, ...]:
    owner = next((person for person in case.settings.people if person.id == ticket.owner), None)
    return (_to_person(case, owner, letter),) if owner else ()


def _to_person(case: Case, person: Person, letter: str = "follow-up") -> Draft:
    kind = MailKind.CARD if letter == "follow-up" else MailKind.NOTICE
    return Draft(kind, letter, Address(person.name, person.address), case.settings.desk.language)


def _to_whom_it_concerns(case: Case, ticket: Ticket) -> tuple[Draft, ...]:
    """A card to the owner, and to the one of support who talks to the reporter; else it goes where the request went."""
    gate = case.settings.gate.l1
    support = (
        keeper(ticket, case.settings, case.roster, case.now)
        if gate and (ticket.support or ticket.state is State.NEW)
        else None
    )
    owned = _to_owner(case, ticket)
    told = (_to_person(case, support),) if support and support.id != ticket.owner else ()
    return (
        (*owned, *told) if owned or (told and ticket.state is State.NEW) else (*told, *_to_where_it_went(case, ticket))
    )


def _to_where_it_went(case: Case, ticket: Ticket) -> tuple[Draft, ...]:
    """Nobody owns it yet: whoever has the request must also have what was added to it."""
    if case.threading.unverified:
        return ()
    duty = case.roster.on_duty(case.now, ticket.team) if ticket.state is State.PAGED else None
    if duty is not None:
        return (_to_person(case, duty),)
    to = Address("", pipeline_for(case.settings, ticket.verdict, ticket.team))
    language = case.settings.desk.language
    return (Draft(MailKind.FORWARD, "follow-up", to, language, carries_original=True),)
