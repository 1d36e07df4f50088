"""What a member says of a request teaches the judge, and goes on teaching when the definition changes."""

from dataclasses import replace

from daemon.core.desk.teaching import LETTERS, correction, learned_from
from daemon.core.triage.judge import judge
from daemon.core.triage.learn import NOTHING
from store.model.correction import Correction
from store.model.verdict import Tag
from tests.core.given import NOW, message
from tests.core.judge.desk import shipped

ALARM = "Nightly job 4711 failed on host web-3, nobody can log in. See the monitoring page for more."
LIKE_IT = "Nightly job 4902 failed on host web-9, nobody can log in. See the monitoring page for more."


def taught(said: Tag | None, text: str = ALARM, ticket: int = 7) -> Correction:
    return correction(ticket, message(subject="Alarm", text=text), said, "bob", shipped(), NOW)


def test_without_corrections_nothing_is_learned() -> None:
    assert learned_from((), shipped()) == NOTHING


def test_a_correction_keeps_what_the_rules_alone_said() -> None:
    made = taught(None)
    assert (made.ticket, made.said, made.who, made.at, made.emergency) == (7, None, "bob", NOW, False)
    assert made.score == judge(shipped(), "Alarm", ALARM).score
    assert made.definition == shipped().hash


def test_a_correction_moves_what_resembles_it_and_is_named() -> None:
    learned = learned_from((taught(None),), shipped())
    moved = judge(shipped(), "Alarm", LIKE_IT, learned)
    assert moved.learned is not None
    assert moved.learned.offset < 0
    assert moved.learned.tickets == (7,)
    assert moved.score < judge(shipped(), "Alarm", LIKE_IT).score


def test_the_last_word_on_a_ticket_counts() -> None:
    learned = learned_from((taught(None), taught(Tag.EMERGENCY)), shipped())
    moved = judge(shipped(), "Alarm", LIKE_IT, learned)
    assert moved.learned is None or moved.learned.offset > 0


def test_what_a_changed_definition_says_by_itself_is_not_learned_twice() -> None:
    stale = replace(taught(None), definition="another", score=9.0)
    assert learned_from((stale,), shipped()) == learned_from((taught(None),), shipped())


def test_no_more_of_a_request_is_kept_than_is_needed() -> None:
    assert len(taught(None, text="word " * LETTERS).text) == LETTERS
