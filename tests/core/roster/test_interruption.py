"""A card for an emergency to somebody off duty is counted; to whoever may be interrupted it is not."""

from dataclasses import replace

import pytest

from daemon.core.desk.decide import decide
from daemon.core.mail.reading import read
from daemon.core.roster.interruption import Concern, by_message, by_time, off_duty
from daemon.core.roster.roster import DAY, build
from daemon.core.settings import Smtp
from store.model.changes import Draft, TicketChange
from store.model.facts import Facts
from store.model.message import Address
from store.model.occasion import Due, Occasion
from store.model.outbox import MailKind
from store.model.shift import Change, Override
from store.model.ticket import Edit, State
from tests.core.given import CUSTOMER, OWN, envelope, ticket
from tests.core.roster.given import MONDAY, at, desk
from tests.desk import shipped_definition

NOW = at(MONDAY)
SETTINGS = desk("ann", "bob", fallback="cy")
ROSTER = build(SETTINGS, NOW, [Override(Change.SHADOW, "duty", "dee", NOW, NOW + DAY, "dee", NOW)])
DUTY = ROSTER.on_duty(NOW)
assert DUTY is not None
ON, NEXT = DUTY.id, "ann" if DUTY.id == "bob" else "bob"
EMERGENCY = Concern(emergency=True)
PAGED = replace(ticket(12, CUSTOMER), state=State.PAGED)


def address(person: str) -> str:
    return f"{person.title()}@team.test"


@pytest.mark.parametrize("person", [ON, "dee"])
def test_who_is_on_duty_and_who_learns_beside_them_may_be_interrupted(person: str) -> None:
    assert not off_duty(address(person), EMERGENCY, ROSTER, NOW)


@pytest.mark.parametrize("person", [NEXT, "cy", "eve", "nobody-we-know"])
def test_everybody_else_may_not(person: str) -> None:
    assert off_duty(address(person), EMERGENCY, ROSTER, NOW)


@pytest.mark.parametrize("person", [NEXT, "cy"])
def test_whom_an_escalation_calls_may_be_interrupted_if_it_is_their_turn_to_be_asked(person: str) -> None:
    assert not off_duty(address(person), Concern(emergency=True, called=frozenset({person})), ROSTER, NOW)
    assert off_duty(address("eve"), Concern(emergency=True, called=frozenset({"eve"})), ROSTER, NOW)


def test_who_has_the_ticket_hears_of_it_and_what_is_no_emergency_interrupts_nobody() -> None:
    assert not off_duty(address("eve"), Concern(emergency=True, owners=frozenset({"eve"})), ROSTER, NOW)
    assert not off_duty(address("eve"), Concern(emergency=False), ROSTER, NOW)


def card(to: str, about: int | None = None) -> Draft:
    return Draft(MailKind.CARD, "card", Address("", address(to)), "en", about=about)


def test_every_card_that_the_policy_writes_for_a_new_emergency_is_to_somebody_on_duty() -> None:
    raw = b"From: a@b.test\r\nSubject: Down\r\n\r\nSince this morning nobody can log in. It worked before.\r\n"
    changes = decide(
        read(raw, envelope(), OWN, Smtp()), Facts(), SETTINGS, OWN, shipped_definition(), NOW, roster=ROSTER
    )
    cards = [draft for draft in changes.drafts if draft.kind is MailKind.CARD and not draft.copy_of]
    assert len(cards) == 1
    assert not any(by_message(draft, changes, Facts(), None, ROSTER, NOW) for draft in changes.drafts)
    astray = replace(cards[0], to=Address("", address(NEXT)))
    assert by_message(astray, changes, Facts(), None, ROSTER, NOW)


def test_a_card_about_a_ticket_is_judged_by_how_the_ticket_stands_once_it_is_written() -> None:
    step = TicketChange(12, 0, (Edit("called", (ON,), (ON, NEXT)),))
    called = Occasion("escalate/12/0", (step,), (card(NEXT, 12),), tickets=(Due(PAGED, None),))
    assert not by_time(called.drafts[0], called, ROSTER, NOW)
    assert by_time(called.drafts[0], replace(called, moves=()), ROSTER, NOW)
    given = TicketChange(12, 0, (Edit("owner", None, NEXT),))
    assert not by_time(called.drafts[0], replace(called, moves=(given,)), ROSTER, NOW)


def test_a_card_that_lists_tickets_is_judged_by_them() -> None:
    gathered = Occasion("gather/1", (), (replace(card(NEXT), lines=(12, 13)),), tickets=(Due(PAGED, None),))
    assert by_time(gathered.drafts[0], gathered, ROSTER, NOW)
    assert not by_time(replace(gathered.drafts[0], to=Address("", address(ON))), gathered, ROSTER, NOW)
