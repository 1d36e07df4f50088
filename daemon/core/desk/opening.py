"""A new request becomes a ticket: judged by the definition, and sent the one way its verdict names."""

from dataclasses import dataclass

from daemon.core.desk.language import guess_language
from daemon.core.mail.reading import Reading
from daemon.core.roster.roster import Roster
from daemon.core.settings import Person, Settings
from daemon.core.triage.definition import Definition
from daemon.core.triage.judge import judge
from daemon.core.triage.learn import NOTHING, Learned
from store.model.changes import Draft, Opening
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Event, Kind, Participant, Role, State
from store.model.verdict import Tag, Verdict

KINDS: tuple[tuple[Tag, Kind, State], ...] = (
    # what the verdict makes of a request, and where the ticket starts
    (Tag.EMERGENCY, Kind.REPORT, State.PAGED),
    (Tag.PROBLEM, Kind.REPORT, State.TO_INVESTIGATE),
    (Tag.FEATURE, Kind.FEATURE, State.FORWARDED),
    (Tag.QUESTION, Kind.QUESTION, State.FORWARDED),
    (Tag.OTHER, Kind.OTHER, State.FORWARDED),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket to be opened, the mails that take it on its way, and why."""

    opening: Opening
    drafts: tuple[Draft, ...]
    why: str

    def events(self, now: float) -> tuple[Event, ...]:
        """Return the first lines of its history."""
        return (Event(now, self.opening.reporter or "unknown sender", "wrote"), Event(now, "triaged", self.why))


def open_ticket(
    reading: Reading,
    settings: Settings,
    definition: Definition,
    roster: Roster,
    now: float,
    links: tuple[int, ...],
    learned: Learned = NOTHING,
) -> Opened:
    """Judge a new request and choose its way: a card to the one person on duty, or one forward to the pipeline."""
    message = reading.message
    verdict = judge(definition, message.subject, message.new_text, learned)
    duty = roster.on_duty(now) if verdict.tag is Tag.EMERGENCY or verdict.unsure else None
    kind, state = start_of(verdict.tag, duty)
    reporter = reading.clues.sender
    opening = Opening(
        kind,
        state,
        verdict,
        message.subject or "(no subject)",
        reporter,
        guess_language(message.new_text, settings.desk.language),
        (Participant(reporter, Role.REPORTER),) if reporter else (),
        area=verdict.area,
        links=links,
        asks=verdict.unsure and duty is not None,
    )
    return Opened(opening, way(verdict, duty, settings), _why(verdict, duty))


def start_of(tag: Tag, duty: Person | None) -> tuple[Kind, State]:
    """Return what a request of this tag is, and where its ticket starts: paged where a person on duty gets a card."""
    kind, state = next((kind, state) for known, kind, state in KINDS if known is tag)
    if duty is not None:
        return kind, State.PAGED
    # with nobody declared who could be asked, an emergency must not wait unseen
    return kind, State.TO_INVESTIGATE if state is State.PAGED else state


def way(verdict: Verdict, duty: Person | None, settings: Settings) -> tuple[Draft, ...]:
    """Return the one mail that takes a request on: a card to the person on duty, or a forward to the pipeline."""
    language = settings.desk.language
    if duty is not None:
        return (Draft(MailKind.CARD, "card", Address(duty.name, duty.address), language),)
    pipeline = Address("", settings.pipeline.for_tag(verdict.tag))
    return (Draft(MailKind.FORWARD, "forward", pipeline, language, carries_original=True),)


def _why(verdict: Verdict, duty: Person | None) -> str:
    judged = (
        f"judged {verdict.tag}{', to be asked' if verdict.unsure else ''} (score {verdict.score:.2f}{_taught(verdict)})"
    )
    return f"{judged}; card to {duty.id}" if duty else f"{judged}; forwarded"


def _taught(verdict: Verdict) -> str:
    if verdict.learned is None:
        return ""
    return f", {verdict.learned.offset:+.2f} of it learned from {', '.join(f'#{n}' for n in verdict.learned.tickets)}"
