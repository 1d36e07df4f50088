"""Half a year of a desk, the same each time: what is written into the store, and plain lists to count it again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from store.model.changes import Changes, Filed, Opening, Outcome, TicketChange
from store.model.correction import Correction
from store.model.facts import Signal, Threading
from store.model.outbox import MailKind, MailState, Settlement
from store.model.ticket import ENDED, Edit, Kind, Participant, Role, State
from store.model.verdict import Tag, Verdict
from store.store import Store
from tests.store.specimens import ENVELOPE, mail, raw

DAY, HOUR = 86400.0, 3600.0
START = datetime(2026, 5, 18, 7, tzinfo=UTC).timestamp()  # a Monday
END = datetime(2026, 11, 16, 7, tzinfo=UTC).timestamp()  # a Monday
PEOPLE = ("anna", "bo", "cy")
ONGOING = (State.INVESTIGATING, State.WAITING)
KINDS = (
    (Tag.EMERGENCY, Kind.REPORT, State.PAGED),
    (Tag.PROBLEM, Kind.REPORT, State.TO_INVESTIGATE),
    (Tag.FEATURE, Kind.FEATURE, State.FORWARDED),
    (Tag.PROBLEM, Kind.REPORT, State.TO_INVESTIGATE),
    (Tag.QUESTION, Kind.QUESTION, State.FORWARDED),
)


@dataclass(frozen=True)
class Past:
    """One ticket and all that happened to it."""

    number: int
    opened: float
    kind: Kind
    tag: Tag
    unsure: bool
    started: State
    area: str | None
    owner: str | None
    moves: tuple[tuple[float, State], ...]
    human: float | None
    resolution: str | None
    said: tuple[float, Tag | None] | None
    shadow: bool

    def state_at(self, at: float) -> State | None:
        """The state just before a moment; None before it was opened."""
        if self.opened >= at:
            return None
        return next((state for moved, state in reversed(self.moves) if moved < at), self.started)

    @property
    def state(self) -> State:
        return self.moves[-1][1] if self.moves else self.started

    @property
    def ended(self) -> float | None:
        return self.moves[-1][0] if self.moves and self.state in ENDED else None


def past(number: int) -> Past:
    """The ticket of this number: all of it follows from the number."""
    tag, kind, started = KINDS[number % 5]
    opened = START + (number - 1) * 2.6 * DAY + (number % 7) * 1.7 * HOUR
    over = State.CLOSED if kind is Kind.REPORT else State.DONE
    moves: list[tuple[float, State]] = []
    if kind is Kind.REPORT and number % 11:
        moves.append((opened + HOUR * (1 + number % 5), State.INVESTIGATING))
        if number % 6 == 0:
            moves.append((opened + 9 * HOUR, State.WAITING))
            moves.append((opened + 40 * HOUR, State.INVESTIGATING))
    if number % 4 and number % 11:
        moves.append((opened + (2 + number % 9) * DAY, over))
        if number % 13 == 0:
            moves += [(opened + 13 * DAY, State.TO_INVESTIGATE), (opened + 20 * DAY, over)]
    moves = [one for one in moves if one[0] < END]
    ended = bool(moves) and moves[-1][1] in ENDED
    return Past(
        number,
        opened,
        kind,
        tag,
        number % 15 == 1,
        started,
        None if number % 9 == 0 else ("billing", "login", "export")[number % 3],
        "anna" if number % 3 == 0 else PEOPLE[number % 2],
        tuple(moves),
        None if number % 8 == 0 else opened + HOUR * (1 + 7 * (number % 6)),
        ("config" if number % 2 else "limitation") if ended and kind is Kind.REPORT else None,
        (opened + 2 * HOUR, None if tag is Tag.EMERGENCY else Tag.EMERGENCY) if number % 10 in (0, 7) else None,
        number % 14 == 0,
    )


PASTS = tuple(one for one in (past(n) for n in range(1, 71)) if one.opened < END)


async def write(store: Store, pasts: tuple[Past, ...] = PASTS) -> None:
    """Bring all of it into an empty store, as the stages would have."""
    for one in pasts:
        await _open(store, one)
        version = 0
        state, ended = one.started, None
        for at, became in one.moves:
            after = at if became in ENDED else None
            edits = [Edit("state", state, became), Edit("ended_at", ended, after), Edit("owner", None, one.owner)]
            edits.append(Edit("resolution", None, one.resolution if became in ENDED else None))
            await _say(store, one, at, f"{one.number}-{version}", (TicketChange(one.number, version, tuple(edits)),))
            version, state, ended = version + 1, became, after
        if one.human is not None:
            await _say(store, one, one.human - 60, f"{one.number}-answer", (), MailKind.REPLY)
            (leased,) = await store.lease_mails(one.human, 10, 60)
            await store.settle(leased, Settlement(MailState.SENT, None, "250"), one.human)
        if one.said:
            at, said = one.said
            await store.correct(Correction(one.number, said, "anna", at, "d", 1.0, "", ""))


async def _open(store: Store, one: Past) -> None:
    await store.keep(raw(f"p{one.number}"), ENVELOPE, one.opened)
    (work,) = await store.lease_messages(one.opened, 1, 60)
    assert await store.reserve_number(work.id) == one.number
    reporter = f"c{one.number}@customer.example"
    verdict = Verdict(one.tag, one.unsure, 1.0, one.area, (), "d", ())
    opening = Opening(
        one.kind,
        one.started,
        verdict,
        f"Past {one.number}",
        reporter,
        "en",
        (Participant(reporter, Role.REPORTER),),
        area=one.area,
    )
    filed = Filed(f"p{one.number}@x", "bo@team.test" if one.shadow else reporter, "s", f"t{one.number}")
    reason = "shadow" if one.shadow else ""
    changes = Changes(Outcome.TICKET, reason, Threading(Signal.NONE, None), filed, opens=opening)
    mails = [mail(one.number, MailKind.ACK, reporter, one.opened)]
    if one.started is State.PAGED:
        mails.append(mail(one.number, MailKind.CARD, "anna@team.test", one.opened))
    assert await store.commit(work, changes, tuple(mails), one.number, one.opened)
    for leased in await store.lease_mails(one.opened, 10, 60):
        await store.settle(leased, Settlement(MailState.SENT, None, "250"), one.opened + 0.5)


async def _say(
    store: Store, one: Past, at: float, name: str, moves: tuple[TicketChange, ...], *kinds: MailKind
) -> None:
    await store.keep(raw(f"say{name}"), ENVELOPE, at)
    (work,) = await store.lease_messages(at, 1, 60)
    filed = Filed(f"say{name}@x", "anna@team.test", "s", f"say{name}")
    changes = Changes(Outcome.COMMAND, "", Threading(Signal.ADDRESS, one.number), filed, ticket=one.number, moves=moves)
    mails = tuple(mail(one.number, kind, due=at) for kind in kinds)
    assert await store.commit(work, changes, mails, None, at)
