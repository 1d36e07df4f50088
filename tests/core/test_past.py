"""Mail of before the desk's time: threaded by the ordinary signals, and nothing at all follows from it."""

from daemon.core.desk.decide import decide
from daemon.core.desk.past import Together, file_past, ours_of, read_past
from daemon.core.mail.address import Key, Own
from daemon.core.mail.reading import read
from daemon.core.roster.roster import build
from daemon.core.settings import Settings, Smtp
from store.model.changes import Changes, Outcome
from store.model.facts import Facts
from store.model.message import Door, Envelope
from store.model.ticket import Kind, State
from tests.desk import shipped_definition

DESK = "support@hd.test"
MARIA = "maria@shop.example"
ENVELOPE = Envelope("", (), door=Door.IMPORT)
OWN = Own((DESK,), "+", "hd.test", (Key("1", b"k" * 32),))
SETTINGS = Settings.model_validate(
    {
        "desk": {"address": DESK},
        "pipeline": {"address": "pipeline@team.test"},
        "people": [{"id": "bob", "name": "Bob", "address": "bob@team.test"}],
        "duty": {"people": ["bob"]},
    }
)
OURS = ours_of(SETTINGS)
DEFINITION = shipped_definition()
THEN = 1_136_214_245.0
DAY = 86400.0


def mail(name: str, sender: str = MARIA, to: str = DESK, answers: str = "", more: str = "", text: str = "") -> bytes:
    reply = f"In-Reply-To: <{answers}@x.test>\r\n" if answers else ""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {name}\r\nMessage-ID: <{name}@x.test>\r\n{reply}{more}"
    return f"{head}\r\n{text or 'The export is broken since this morning, we cannot send our bills.'}\r\n".encode()


def brought(*mails: bytes) -> list[Changes]:
    """What each mail changes, one day after the other, all of one batch."""
    together, found = Together(), []
    for day, raw in enumerate(mails):
        past = read_past(read(raw, ENVELOPE, OWN, Smtp()), THEN + day * DAY, SETTINGS, OURS, DEFINITION)
        facts = together.facts(past, Facts())
        changes = file_past(past, facts)
        together.remember(past, changes, -1 - day)
        found.append(changes)
    return found


def test_a_request_is_judged_ended_and_nobody_hears_of_it() -> None:
    (request,) = brought(mail("broken"))
    assert request.outcome is Outcome.TICKET
    assert request.opens is not None
    assert request.opens.verdict is not None
    assert (request.opens.kind, request.opens.state) == (Kind.REPORT, State.CLOSED)
    assert (request.opens.asks, request.drafts, request.moves) == (False, (), ())


def test_a_conversation_is_one_ticket_however_long_it_took() -> None:
    days = [mail("one"), *(mail(f"quiet{n}", sender=f"c{n}@else.example") for n in range(60))]
    *_, answer = brought(*days, mail("two", answers="one"))
    assert (answer.outcome, answer.ticket, answer.drafts) == (Outcome.FOLLOW_UP, -1, ())


def test_an_answer_of_the_team_is_no_request() -> None:
    _, desk, bob = brought(mail("one"), mail("a", DESK, MARIA, "one"), mail("b", "bob@team.test", MARIA, "a"))
    assert (desk.outcome, desk.ticket) == (Outcome.FOLLOW_UP, -1)
    assert (bob.outcome, bob.ticket) == (Outcome.FOLLOW_UP, -1)
    assert "answered" in desk.events[0].what


def test_a_customer_answers_an_answer_of_the_team() -> None:
    *_, again = brought(mail("one"), mail("a", DESK, MARIA, "one"), mail("two", answers="a"))
    assert (again.outcome, again.ticket) == (Outcome.FOLLOW_UP, -1)


def test_what_the_team_wrote_first_is_the_customers_conversation() -> None:
    first, answer = brought(mail("offer", DESK, MARIA), mail("thanks", answers="offer"))
    assert first.opens is not None
    assert (first.opens.reporter, first.opens.verdict) == (MARIA, None)
    assert answer.ticket == -1


def test_what_the_team_wrote_to_itself_opens_nothing() -> None:
    (among_us,) = brought(mail("lunch", "bob@team.test", DESK))
    assert (among_us.outcome, among_us.reason) == (Outcome.SILENCED, "ours")


def test_a_whole_domain_may_be_ours() -> None:
    ours = ours_of(SETTINGS, ("team.test", "eva@old.test"))
    assert "gone@team.test" in ours
    assert "eva@old.test" in ours
    assert "maria@old.test" not in ours


def test_a_stranger_who_names_a_conversation_gets_a_linked_one() -> None:
    _, stranger = brought(mail("one"), mail("two", "eve@evil.example", answers="one"))
    assert stranger.opens is not None
    assert stranger.opens.links == (-1,)


def test_a_number_in_a_subject_was_given_by_another_desk() -> None:
    (numbered,) = brought(mail("[#1] broken"))
    assert numbered.outcome is Outcome.TICKET
    assert numbered.threading.linked is None


def test_an_absence_is_filed_and_opens_nothing() -> None:
    _, away = brought(mail("one"), mail("away", answers="one", more="Auto-Submitted: auto-replied\r\n"))
    assert (away.outcome, away.reason, away.ticket) == (Outcome.SILENCED, "auto-reply", -1)


def test_the_same_mail_by_another_path_is_a_repeat() -> None:
    _, repeat = brought(mail("one"), mail("one", more="Reply-To: list@x.test\r\n"))
    assert (repeat.outcome, repeat.reason) == (Outcome.SILENCED, "repeat")


def test_one_that_was_set_aside_and_is_tried_again_stays_silent() -> None:
    for text in ("", "done"):
        reading = read(mail("one", "bob@team.test", text=text) if text else mail("one"), ENVELOPE, OWN, Smtp())
        changes = decide(reading, Facts(), SETTINGS, OWN, DEFINITION, THEN, roster=build(SETTINGS, THEN))
        assert (changes.drafts, changes.moves) == ((), ())
