"""A desk in memory for histories: what members and a customer write is decided by the pure core, and remembered."""

from dataclasses import dataclass, field, replace

from daemon.core.desk.case import Backdrop
from daemon.core.desk.decide import decide
from daemon.core.desk.words import words_for, words_of
from daemon.core.mail.address import Purpose, mark_from, message_id, reply_address
from daemon.core.mail.compose import MARKS
from daemon.core.mail.letter import Letter
from daemon.core.mail.reading import Reading, read
from daemon.core.roster.roster import Roster, build
from daemon.core.settings import Settings, Smtp
from store.model.changes import Changes, Draft, TicketChange
from store.model.facts import Background, Facts, Past, Posted, SentMail
from store.model.message import Door, Envelope, RawMessage
from store.model.outbox import MailKind
from store.model.ticket import Event, Ticket
from store.model.verdict import Verdict
from tests.core.given import CUSTOMER, NOW, OWN
from tests.desk import shipped_definition, shipped_letters

DEFINITION = shipped_definition()
LETTERS = shipped_letters()
SMTP = Smtp(trusted_authserv=("mx.hd.test",))
TO_CUSTOMERS = frozenset({MailKind.ACK, MailKind.REPLY, MailKind.ASK})


@dataclass(frozen=True, slots=True)
class Left:
    """A mail of the desk with its words."""

    mark: str
    message: int  # that caused it
    draft: Draft
    letter: Letter
    ticket: int

    @property
    def words(self) -> str:
        """All that its reader can read."""
        return f"{self.letter.subject}\n{self.letter.text}\n{self.letter.html}"


@dataclass
class Play:
    """One customer's request, and everybody who speaks about it."""

    settings: Settings
    tickets: dict[int, Ticket] = field(default_factory=dict)
    verdict: Verdict | None = None
    history: list[Past] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    first: Reading | None = None
    said: int = 0  # messages so far
    roster: Roster = field(init=False)

    def __post_init__(self) -> None:
        self.roster = build(self.settings, NOW)

    def customer(self, text: str) -> list[Left]:
        """The customer writes, the second time in answer to the acknowledgement."""
        ack = next((mail for mail in self.left if mail.draft.kind is MailKind.ACK), None)
        to = reply_address(OWN, Purpose.TALK, ack.mark) if ack else OWN.addresses[0]
        head = f"In-Reply-To: <{message_id(OWN, ack.mark)}>\r\n" if ack else ""
        return self._happens(CUSTOMER, text, to, head, ack)

    def member(self, who: str, text: str, answered: Left) -> list[Left]:
        """A member answers a mail of the desk, at the address that was given to that member."""
        to = reply_address(OWN, MARKS[answered.draft.kind].reply, answered.mark)
        head = "Authentication-Results: mx.hd.test; dmarc=pass header.from=team.test\r\n"
        return self._happens(who, text, to, head, answered)

    def cards(self, who: str) -> list[Left]:
        """Every mail that a member can answer with a word."""
        return [mail for mail in self.left if mail.draft.to.address == who and MARKS[mail.draft.kind].reply == "c"]

    def to_customers(self) -> list[Left]:
        """Every mail that left for the customer."""
        return [mail for mail in self.left if mail.draft.to.address == CUSTOMER]

    def _happens(self, who: str, text: str, to: str, head: str, answered: Left | None) -> list[Left]:
        self.said += 1
        body = text.replace("\n", "\r\n")
        raw = (
            f"{head}From: <{who}>\r\nTo: support@hd.test\r\nSubject: Export\r\nMessage-ID: <{self.said}@a.test>\r\n\r\n"
            f"{body}\r\n"
        ).encode()
        envelope = Envelope(who, (to,), "127.0.0.1", Door.SMTP)
        reading = read(raw, envelope, OWN, SMTP)
        self.first = self.first or reading
        facts = Facts(
            sent=tuple(
                SentMail(mail.mark, mail.ticket, mail.draft.to.address, mail.draft.kind, NOW) for mail in self.left
            ),
            tickets=tuple(self.tickets.values()),
        )
        background = self._background(answered, RawMessage(1, raw, envelope, NOW, 1, 1)) if self.tickets else None
        changes = decide(
            reading,
            facts,
            self.settings,
            OWN,
            DEFINITION,
            NOW,
            backdrop=Backdrop(background, self.first),
            roster=self.roster,
        )
        return self._written(reading, facts, changes, background)

    def _background(self, answered: Left | None, original: RawMessage) -> Background:
        about = answered.ticket if answered else 1
        return Background(
            verdict=self.verdict,
            history=tuple(self.history),
            related=tuple(one for number, one in self.tickets.items() if number != about),
            open=tuple(self.tickets.values()),
            posted=tuple(
                Posted(
                    row,
                    mail.message,
                    mail.draft.kind,
                    mail.draft.to.address,
                    mail.draft.hold_seconds > 0,
                    NOW,
                    mail.ticket,
                )
                for row, mail in enumerate(self.left)
            ),
            original=original,
            cause=answered.message if answered else None,
        )

    def _written(self, reading: Reading, facts: Facts, changes: Changes, background: Background | None) -> list[Left]:
        opened = len(self.tickets) + 1 if changes.opens else None
        number = opened if changes.ticket is None else changes.ticket
        words = words_for(reading, facts, changes, number, self.settings, DEFINITION, NOW)
        new = []
        for draft in changes.drafts:
            mine = (
                words_of(
                    draft,
                    words,
                    changes,
                    self.first.message if self.first else None,
                    facts,
                    background,
                    DEFINITION,
                    self.settings,
                    opened,
                    NOW,
                )
                if background and reading.clues.sender != CUSTOMER
                else replace(words, said=draft.said, text=draft.text)
            )
            mark = mark_from((len(self.left) + len(new)).to_bytes(10))
            letter = LETTERS.write(draft.letter, draft.language, mine)
            new.append(Left(mark, self.said, draft, letter, mine.ticket or 0))
        self._remembered(changes, opened)
        self.left += new
        return new

    def _remembered(self, changes: Changes, opened: int | None) -> None:
        opening = changes.opens
        if opening and opened:
            self.verdict = opening.verdict or self.verdict
            self.tickets[opened] = Ticket(
                opened, opening.kind, opening.state, opening.verdict.tag if opening.verdict else None, False, None,
                opening.subject, opening.reporter, None, opening.team, opening.area, opening.priority,
                opening.language, NOW, None, opening.links, opening.participants, called=opening.calls,
            )  # fmt: skip
        for change in changes.moves:
            self._moved(change)
        for event in changes.events:
            self._past(event)

    def _moved(self, change: TicketChange) -> None:
        ticket = self.tickets[change.ticket]
        fields = {edit.field: edit.after for edit in change.edits}
        self.tickets[change.ticket] = replace(ticket, version=ticket.version + 1, **fields)
        for event in change.events:
            self._past(event)

    def _past(self, event: Event) -> None:
        row = len(self.history) + 1
        self.history.append(Past(row, self.said, event.at, event.who, event.what, event.edits, event.undoes))
