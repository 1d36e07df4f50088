"""The laws of calling: nobody twice, each step once and in time, nobody after it was taken, and always an end."""

from dataclasses import replace

from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from daemon.core.commands.grammar import Verb
from daemon.core.commands.reading import Command
from daemon.core.commands.states import Hand, move
from daemon.core.desk.clock.calling import called_until, escalated
from daemon.core.desk.clock.gathering import MOST, STRETCH_SECONDS, gathered_until, listed, put_off
from daemon.core.desk.clock.moment import Moment
from daemon.core.roster.roster import Roster, build
from daemon.core.settings import Settings
from store.model.changes import TicketChange
from store.model.occasion import Calls, Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import State, Ticket
from store.model.verdict import Tag
from tests.core.given import CUSTOMER, NOW, ticket

NAMES = ("ann", "bob", "cy", "dee", "eve")
MINUTE = 60.0


def settings(people: tuple[str, ...], fallback: str | None, minutes: float = 15) -> Settings:
    return Settings.model_validate(
        {
            "desk": {"address": "support@hd.test"},
            "pipeline": {"address": "pipeline@team.test"},
            "people": [{"id": name, "name": name.title(), "address": f"{name}@team.test"} for name in NAMES],
            "duty": {
                "people": people,
                "turn": "day",
                "days": "mon-sun",
                "answer_minutes": minutes,
                "pair_shifts": 0,
                "fallback": fallback,
            },
        }
    )


def paged(number: int, person: str, at: float) -> Ticket:
    opened = replace(ticket(number, CUSTOMER), state=State.PAGED, verdict=Tag.EMERGENCY)
    return replace(opened, called=(person,), called_at=at)


def after(one: Ticket, change: TicketChange) -> Ticket:
    assert (change.ticket, change.version) == (one.number, one.version)
    edits = {edit.field: edit.after for edit in change.edits}
    return replace(one, version=one.version + 1, **edits)


def cards(occasion: Occasion) -> list[str]:
    return [draft.to.address.partition("@")[0] for draft in occasion.drafts if draft.kind is MailKind.CARD]


rotas = st.lists(st.sampled_from(NAMES), unique=True, min_size=1).map(tuple)
fallbacks = st.sampled_from((None, *NAMES))
steps = st.lists(st.floats(0.5, 7200), min_size=1, max_size=60)


def begin(given_settings: Settings) -> tuple[Roster, Ticket]:
    roster = build(given_settings, NOW)
    duty = roster.on_duty(NOW)
    assert duty
    return roster, paged(1, duty.id, NOW)


@limits(deadline=None, max_examples=60)
@given(rotas, fallbacks, steps)
def test_each_is_called_once_in_time_until_all_were(
    people: tuple[str, ...], fallback: str | None, waits: list[float]
) -> None:
    desk = settings(people, fallback)
    roster, one = begin(desk)
    now, keys, called = NOW, set(), list(one.called)
    for wait in [*waits, *[900.0] * 7]:
        now += wait
        moment = Moment(desk, roster, now)
        if one.called_at is None or one.called_at > called_until(moment):
            continue
        before = one
        (occasion,) = escalated((Due(one, None),), moment)
        assert occasion.key not in keys
        keys.add(occasion.key)
        one = after(one, occasion.moves[0])
        assert before.called_at is not None
        assert one.called_at is None or one.called_at - before.called_at >= 15 * MINUTE
        assert cards(occasion) == list(one.called[len(before.called) :])
        called += cards(occasion)
    assert len(called) == len(set(called))
    assert set(called) == set(people) | ({fallback} if fallback else set())
    assert one.called_at is None
    assert one.state is State.PAGED


@limits(deadline=None, max_examples=60)
@given(rotas, fallbacks, st.integers(0, 4), st.sampled_from((Verb.MINE, Verb.NOT_EMERGENCY, Verb.BUG, Verb.FEATURE)))
def test_once_it_was_taken_nobody_is_called_and_taking_that_back_goes_on(
    people: tuple[str, ...], fallback: str | None, before: int, verb: Verb
) -> None:
    desk = settings(people, fallback)
    roster, one = begin(desk)
    now = NOW
    for _ in range(before):
        now += 900
        if one.called_at is not None:
            (occasion,) = escalated((Due(one, None),), Moment(desk, roster, now))
            one = after(one, occasion.moves[0])
    step = move(one, Command(verb), Hand("ann", now + 1, duties={None: "ann"}))
    assert step
    taken = step.apply(one)
    assert (taken.called_at, taken.gathered_until) == (None, None)
    assert step.inverse.apply(taken) == one


@limits(deadline=None, max_examples=60)
@given(rotas, fallbacks, st.integers(1, 40))
def test_what_was_on_one_list_goes_on_as_one_list_and_is_called_for_once(
    people: tuple[str, ...], fallback: str | None, many: int
) -> None:
    desk = settings(people, fallback)
    roster, one = begin(desk)
    waiting = [
        replace(paged(n, one.called[0], NOW), called_at=None, gathered_until=NOW + STRETCH_SECONDS)
        for n in range(1, many + 1)
    ]
    now = NOW + STRETCH_SECONDS
    assert gathered_until(Moment(desk, roster, now)) >= now
    (occasion,) = listed(tuple(Due(each, None) for each in waiting), Moment(desk, roster, now))
    heard: list[str] = []
    while occasion.drafts:
        (draft,) = occasion.drafts
        heard.append(draft.to.address)
        assert draft.lines == (tuple(range(1, many + 1)) if many > 1 else ())
        waiting = [after(each, change) for each, change in zip(waiting, occasion.moves, strict=True)]
        now += 15 * MINUTE
        (occasion,) = escalated(tuple(Due(each, None) for each in waiting), Moment(desk, roster, now))
    assert len(heard) == len(set(heard))
    assert len(heard) == len(set(people) | ({fallback} if fallback else set()))


@limits(deadline=None, max_examples=60)
@given(rotas, st.integers(1, 10))
def test_who_was_called_often_is_called_by_the_list_instead(people: tuple[str, ...], many: int) -> None:
    desk = settings(people, "eve")
    roster, one = begin(desk)
    now = NOW + 900
    (occasion,) = escalated((Due(one, None),), Moment(desk, roster, now))
    if occasion.calls is None:
        return
    spared = put_off(occasion, Calls(now - 10, many), now)
    if many <= MOST:
        assert spared == occasion
    else:
        later = after(one, spared.moves[0])
        assert spared.drafts == ()
        assert (later.called, later.called_at) == ((*one.called, occasion.calls), None)
        assert later.gathered_until == now - 10 + STRETCH_SECONDS
