"""A new request becomes a ticket: judged by the definition, and sent the one way its verdict names."""

from dataclasses import dataclass

from daemon.core.desk.language import guess_language
from daemon.core.desk.routing import Request, Way, team_of, way
from daemon.core.mail.reading import Reading
from daemon.core.roster.roster import Roster
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.core.triage.judge import judge
from daemon.core.triage.learn import NOTHING, Learned
from store.model.changes import Draft, Opening
from store.model.ticket import Event, Participant, Role, State
from store.model.verdict import Tag, Verdict


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
    """Judge a new request and choose its way."""
    message = reading.message
    verdict = judge(definition, message.subject, message.new_text, learned)
    team = team_of(verdict.area, settings)
    urgent = verdict.tag is Tag.EMERGENCY or verdict.unsure
    taken = way(Request(settings, roster, now, verdict.tag, team, urgent))
    reporter = reading.clues.sender
    opening = Opening(
        taken.kind,
        taken.state,
        verdict,
        message.subject or "(no subject)",
        reporter,
        guess_language(message.new_text, settings.desk.language),
        (Participant(reporter, Role.REPORTER),) if reporter else (),
        team=team,
        area=verdict.area,
        links=links,
        asks=verdict.unsure and taken.state is State.PAGED,
        calls=(taken.calls,) if taken.calls else (),
    )
    return Opened(opening, taken.drafts, _why(verdict, taken))


def _why(verdict: Verdict, taken: Way) -> str:
    asked = ", to be asked" if verdict.unsure else ""
    return f"judged {verdict.tag}{asked} (score {verdict.score:.2f}{_taught(verdict)}); {taken.words}"


def _taught(verdict: Verdict) -> str:
    if verdict.learned is None:
        return ""
    return f", {verdict.learned.offset:+.2f} of it learned from {', '.join(f'#{n}' for n in verdict.learned.tickets)}"
