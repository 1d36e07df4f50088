"""Corrections shift the score within bounds, name their tickets, and never overrule what is written."""

from hypothesis import given
from hypothesis import strategies as st

from daemon.core.triage.judge import judge
from daemon.core.triage.learn import FARTHEST, NOTHING, Correction, lesson, refit
from store.model.verdict import Tag
from tests.core.judge.desk import shipped, verdict

ALARM = "ALERT: job nightly_{0} failed on host db{0} at 03:{0}:00"
OUTAGE = "The production system is down, nobody can log in."


def corrected(ticket: int, subject: str, *, emergency: bool) -> Correction:
    return Correction(ticket, subject, "", verdict(subject).score, emergency)


def test_without_corrections_the_result_is_exactly_the_rules() -> None:
    assert judge(shipped(), ALARM.format(10), "", refit([])) == verdict(ALARM.format(10))
    assert lesson(NOTHING, OUTAGE, "") is None


def test_one_not_on_a_templated_alarm_silences_its_family() -> None:
    assert verdict(ALARM.format(10)).unsure
    learned = refit([corrected(7, ALARM.format(10), emergency=False)])
    for number in (11, 42, 77):
        made = judge(shipped(), ALARM.format(number), "", learned)
        assert made.tag is Tag.PROBLEM
        assert not made.unsure
        assert made.learned is not None
        assert made.learned.tickets == (7,)
        assert made.learned.offset < 0


def test_what_was_learned_leaves_other_mails_alone() -> None:
    learned = refit([corrected(7, ALARM.format(10), emergency=False)])
    other = "Please tell me how I can change the colour of the calendar."
    assert judge(shipped(), other, "", learned).score == verdict(other).score


def test_what_the_rules_page_stays_at_least_a_question() -> None:
    assert verdict(OUTAGE).tag is Tag.EMERGENCY
    learned = refit([corrected(number, OUTAGE, emergency=False) for number in range(1, 9)])
    made = judge(shipped(), OUTAGE, "", learned)
    assert made.tag is Tag.EMERGENCY or made.unsure
    assert made.learned is not None


def test_nothing_pages_without_a_quoted_malfunction_and_a_quoted_stop() -> None:
    text = "The newsletter of this month is rather long."
    learned = refit([corrected(number, text, emergency=True) for number in range(1, 9)])
    assert judge(shipped(), text, "", learned).tag is not Tag.EMERGENCY


def test_corrections_raise_what_the_rules_leave_open() -> None:
    report = "There is a bug in the label module of the warehouse"
    assert verdict(report).tag is not Tag.EMERGENCY
    learned = refit([corrected(number, report, emergency=True) for number in range(1, 4)])
    assert judge(shipped(), report, "", learned).score > verdict(report).score


def test_the_last_word_on_a_ticket_counts() -> None:
    first, last = (corrected(3, ALARM.format(1), emergency=emergency) for emergency in (True, False))
    assert refit([first, last]) == refit([last])


corrections = st.lists(
    st.builds(
        Correction,
        ticket=st.integers(1, 40),
        subject=st.sampled_from([ALARM.format(5), OUTAGE, "How do I export?", "", "Der Drucker geht nicht"]),
        text=st.text(max_size=40),
        score=st.floats(-8, 5),
        emergency=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda correction: correction.ticket,
)


@given(kept=corrections, data=st.data())
def test_the_order_in_which_corrections_were_given_does_not_matter(kept: list[Correction], data: st.DataObject) -> None:
    assert refit(data.draw(st.permutations(kept))) == refit(kept)


@given(kept=corrections, text=st.sampled_from([ALARM.format(9), OUTAGE, "How do I export?"]))
def test_the_shift_is_bounded_and_named(kept: list[Correction], text: str) -> None:
    found = lesson(refit(kept), text, "")
    if found is not None:
        assert abs(found.offset) <= FARTHEST
        assert found.tickets
        assert set(found.tickets) <= {correction.ticket for correction in kept}
