"""The L1 gate in long histories: no word of a developer reaches a customer unless support sends it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.commands.states import UNANSWERED
from daemon.core.desk.routing import Request, keeper, pipeline_for, supporting, team_of, way, with_support
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from store.model.outbox import MailKind
from store.model.ticket import Kind, State
from store.model.verdict import Tag
from tests.core.command.tickets import a_ticket
from tests.core.given import NOW
from tests.core.playing import Left, Play

BOB, ANN, MIA = "bob@team.test", "ann@team.test", "mia@team.test"
BASE = {
    "desk": {"address": "support@hd.test", "aliases": ["sales@hd.test"]},
    "smtp": {"trusted_authserv": ["mx.hd.test"]},
    "pipeline": {"address": "pipeline@team.test", "feature": "wishes@team.test"},
    "people": [
        {"id": "bob", "name": "Bob", "address": BOB, "level": "L1"},
        {"id": "ann", "name": "Ann", "address": ANN, "level": "L2"},
        {"id": "mia", "name": "Mia", "address": MIA, "level": "L2"},
    ],
    "duty": {"people": ["ann"]},
    "manager": {"people": ["mia"]},
    "gate": {"l1": True},
}
GATED = Settings.model_validate(BASE)
EMERGENCY = "Since this morning nobody can log in, the login page shows Error 500 in Firefox. We cannot work."
PROBLEM = "The export shows Error 500 since yesterday in Firefox. It is annoying but not urgent."
SECRET = "zebra"  # stands in everything that a developer writes

BY_A_DEVELOPER = (
    *(SECRET, f"note: {SECRET}", f"reply: {SECRET}", f"ask: {SECRET}", "ask", "send", "mine", "undo", "down"),
    *(f"down: {SECRET}", f"mine\nreply: {SECRET}", f"bug p1\n{SECRET}", f"done: {SECRET}", "done", "config"),
    *(f"config: {SECRET}", f"limitation: {SECRET}", f"reopen\n{SECRET}", f"repyl: {SECRET}", "up", "give bob"),
    *(f"{SECRET}\n\nreply: {SECRET}", "not emergency", "feature", "question", "problem", "emergency", "give mia"),
)
BY_SUPPORT = (
    *("We look into it.", "up: all there", "up anyway: it is technical", "ask", "send", "reply: Hello", "undo"),
    *("mine", "give ann", "config", "note: hm", "problem", "reopen", "done", "bug"),
)
BY_THE_CUSTOMER = ("Any news?", "It says error 7 since today.")
MOVE = st.one_of(
    st.tuples(st.just(ANN), st.sampled_from(BY_A_DEVELOPER), st.integers(0, 99)),
    st.tuples(st.just(MIA), st.sampled_from(BY_A_DEVELOPER), st.integers(0, 99)),
    st.tuples(st.just(BOB), st.sampled_from(BY_SUPPORT), st.integers(0, 99)),
    st.tuples(st.just(""), st.sampled_from(BY_THE_CUSTOMER), st.just(0)),
)
MOVES = st.lists(MOVE, min_size=10, max_size=20)


def is_draft(mail: Left) -> bool:
    return any(said.what.startswith("draft-") for said in mail.draft.said)


def with_a_developer() -> tuple[Play, Left]:
    """Support has passed a problem on, and the release manager has given it to Ann."""
    play = Play(GATED)
    support = next(mail for mail in play.customer(PROBLEM) if mail.draft.to.address == BOB)
    manager = next(mail for mail in play.member(BOB, "up", support) if mail.draft.to.address == MIA)
    return play, next(mail for mail in play.member(MIA, "give ann", manager) if mail.draft.to.address == ANN)


def to(mails: list[Left], who: str) -> Left:
    return next(mail for mail in mails if mail.draft.to.address == who)


@given(st.booleans(), MOVES)
@settings(max_examples=25)
def test_no_word_of_a_developer_reaches_a_customer_unless_support_sends_it(
    passed_on: bool, moves: list[tuple[str, str, int]]
) -> None:
    play = with_a_developer()[0] if passed_on else Play(GATED)
    play.customer(EMERGENCY)
    for who, text, nth in moves:
        cards = play.cards(who)
        if not who:
            play.customer(text)
        elif cards and not (text == "send" and is_draft(cards[nth % len(cards)])):
            play.member(who, text, cards[nth % len(cards)])
    for mail in play.to_customers():
        assert SECRET not in mail.words
        assert SECRET not in repr(mail.draft)


def test_of_two_drafts_exactly_that_one_leaves_whose_card_is_answered() -> None:
    play, card = with_a_developer()
    first = to(play.member(ANN, "reply: the first words", card), BOB)
    play.member(ANN, "reply: the second words", card)
    (left,) = [mail for mail in play.member(BOB, "send", first) if mail.draft.kind is MailKind.REPLY]
    assert left.draft.text == "the first words"


def test_send_to_another_card_sends_support_s_own_note_and_no_draft() -> None:
    play, card = with_a_developer()
    play.member(ANN, f"reply: {SECRET}", card)
    support = play.cards(BOB)[0]
    assert to(play.member(BOB, "send", support), BOB).draft.said[0].what == "no-note"
    play.member(BOB, "note: in our own words", support)
    (left,) = [mail for mail in play.member(BOB, "send", support) if mail.draft.kind is MailKind.REPLY]
    assert left.draft.text == "in our own words"


def test_a_draft_leaves_once_and_again_only_after_undo() -> None:
    play, card = with_a_developer()
    draft = to(play.member(ANN, "reply: please restart", card), BOB)
    assert to(play.member(BOB, "send", draft), BOB).draft.said[0].what == "passed-on"
    assert to(play.member(BOB, "send", draft), BOB).draft.said[0].what == "draft-sent"
    assert to(play.member(BOB, "undo", draft), BOB).draft.said[0].what == "undone"
    assert to(play.member(BOB, "send", draft), BOB).draft.said[0].what == "passed-on"


def test_a_developers_question_makes_the_ticket_wait_only_when_support_has_asked_it() -> None:
    play, card = with_a_developer()
    before = play.tickets[1].state
    draft = to(play.member(ANN, "ask: which file?", card), BOB)
    assert play.tickets[1].state is before
    play.member(BOB, "send", draft)
    assert play.tickets[1].state is State.WAITING
    assert play.tickets[1].owner == "ann"


def of(**sections: object) -> Settings:
    return Settings.model_validate(BASE | sections)


def requested(desk: Settings, tag: Tag, *, urgent: bool = False, team: str | None = None) -> tuple[State, list[str]]:
    found = way(Request(desk, build(desk, NOW), NOW, tag, team, urgent))
    return found.state, [draft.to.address for draft in found.drafts]


def test_the_way_of_each_tag_with_the_gate_and_without() -> None:
    free = of(gate={"l1": False})
    assert requested(GATED, Tag.EMERGENCY, urgent=True) == (State.PAGED, [ANN])
    assert requested(GATED, Tag.PROBLEM) == (State.NEW, [BOB])
    assert requested(GATED, Tag.QUESTION) == (State.NEW, [BOB])
    assert requested(GATED, Tag.QUESTION, urgent=True) == (State.PAGED, [ANN])
    assert requested(GATED, Tag.FEATURE) == (State.FORWARDED, ["wishes@team.test"])
    assert requested(free, Tag.PROBLEM) == (State.TO_INVESTIGATE, ["pipeline@team.test", MIA])
    assert requested(free, Tag.QUESTION) == (State.FORWARDED, ["pipeline@team.test"])
    assert requested(of(gate={"l1": False}, manager={}), Tag.PROBLEM)[1] == ["pipeline@team.test"]


def test_an_emergency_with_nobody_to_ask_passes_the_gate_all_the_same() -> None:
    assert requested(of(duty={}), Tag.EMERGENCY, urgent=True) == (State.TO_INVESTIGATE, ["pipeline@team.test", MIA])


SUPPORT = [
    {"id": "bob", "name": "Bob", "address": BOB, "level": "L1"},
    {"id": "cleo", "name": "Cleo", "address": "cleo@team.test", "level": "L1"},
    {"id": "dan", "name": "Dan", "address": "dan@team.test", "level": "L1", "team": "money"},
    {"id": "ann", "name": "Ann", "address": ANN, "level": "L2"},
]
TEAMS = [{"id": "money", "name": "Money", "areas": ["billing"], "pipeline": "money@team.test"}]


def test_support_takes_turns_and_one_person_at_a_time_is_disturbed() -> None:
    desk = of(people=SUPPORT, teams=TEAMS, manager={}, duty={"people": ["ann"], "turn": "day"})
    roster = build(desk, NOW)
    chosen = [supporting(desk, roster, NOW + day * 86400) for day in range(6)]
    assert [person.id for person in chosen if person] in (["bob", "cleo"] * 3, ["cleo", "bob"] * 3)
    ours = supporting(desk, roster, NOW, "money")
    assert ours is not None
    assert ours.id == "dan"


def test_whoever_of_support_is_on_duty_gets_the_new_requests() -> None:
    desk = of(people=SUPPORT, teams=TEAMS, manager={}, duty={"people": ["cleo"]})
    found = supporting(desk, build(desk, NOW), NOW)
    assert found is not None
    assert found.id == "cleo"


def test_a_request_belongs_to_the_team_of_its_area_and_goes_to_its_pipeline() -> None:
    desk = of(people=SUPPORT, teams=TEAMS, manager={}, gate={"l1": False})
    assert team_of("billing", desk) == "money"
    assert team_of("login", desk) is None
    assert team_of(None, desk) is None
    assert pipeline_for(desk, Tag.FEATURE, "money") == "money@team.test"
    assert pipeline_for(desk, Tag.FEATURE, None) == "wishes@team.test"


def test_which_side_of_the_gate_a_ticket_is_on() -> None:
    assert with_support(a_ticket(Kind.REPORT, State.NEW), GATED)
    assert with_support(a_ticket(Kind.REPORT, State.INVESTIGATING, owner="bob"), GATED)
    assert not with_support(a_ticket(Kind.REPORT, State.INVESTIGATING, owner="ann"), GATED)
    assert not with_support(a_ticket(Kind.REPORT, State.INVESTIGATING, Tag.EMERGENCY, owner="bob"), GATED)
    assert not with_support(a_ticket(Kind.REPORT, State.TO_INVESTIGATE), GATED)
    assert not with_support(a_ticket(Kind.REPORT, State.NEW), of(gate={"l1": False}))


def test_who_talks_to_the_reporter() -> None:
    roster = build(GATED, NOW)
    assert keeper(a_ticket(owner="ann"), GATED, roster, NOW) == GATED.people[0]


def test_a_team_that_is_handed_an_emergency_has_the_whole_time_to_answer() -> None:
    ours = {"id": "money", "name": "Money", "areas": [], "duty": ["mia"]}
    play = Play(of(teams=[ours], gate={"l1": False}, manager={}))
    card = to(play.customer(EMERGENCY), ANN)
    assert to(play.member(ANN, "move money", card), MIA).draft.said[0].what == "moved"
    moved = play.tickets[1]
    assert (moved.team, moved.state, moved.called, moved.called_at) == ("money", State.PAGED, ("mia",), NOW)


def test_what_a_developer_tells_of_the_end_leaves_when_support_sends_it() -> None:
    play, card = with_a_developer()
    draft = to(play.member(ANN, "limitation: it was built so", card), BOB)
    assert play.tickets[1].state is State.CLOSED
    assert is_draft(draft)
    assert not [mail for mail in play.to_customers() if mail.draft.kind is MailKind.REPLY]
    (left,) = [mail for mail in play.member(BOB, "send", draft) if mail.draft.kind is MailKind.REPLY]
    assert (left.draft.text, left.draft.letter) == ("it was built so", "outcome")
    assert to(play.member(BOB, "send", draft), BOB).draft.said[0].what == "draft-sent"


def test_what_is_no_longer_so_is_not_told() -> None:
    play, card = with_a_developer()
    draft = to(play.member(ANN, "config: switch it on", card), BOB)
    assert to(play.member(ANN, "undo", card), ANN).draft.said[0].lines == ()
    assert to(play.member(BOB, "send", draft), BOB).draft.said[0].what == "draft-over"


def test_what_was_meant_as_a_command_is_never_sent() -> None:
    play = Play(of(gate={"l1": False}))
    card = to(play.customer(EMERGENCY), ANN)
    play.member(ANN, "note: for the team", card)
    for slip in (f"repyl: {SECRET}", f"done: {SECRET}"):
        answer = to(play.member(ANN, slip, card), ANN).draft.said[0].what
        assert answer == "unknown" or answer.startswith("refused")
        assert to(play.member(ANN, "send", card), ANN).draft.said[0].what == "no-command"
    play.member(ANN, "note: for the customer", card)
    (left,) = [mail for mail in play.member(ANN, "send", card) if mail.draft.kind is MailKind.REPLY]
    assert left.draft.text == "for the customer"


def test_to_take_back_a_question_that_nobody_answered_says_reopen() -> None:
    play = Play(of(gate={"l1": False}))
    card = to(play.customer(EMERGENCY), ANN)
    play.member(ANN, "ask: since when?", card)
    play.tickets[1] = replace(play.tickets[1], state=State.CLOSED, resolution=UNANSWERED, waiting_since=None)
    said = to(play.member(ANN, "undo", card), ANN).draft.said[0]
    assert (said.what, said.words) == ("lapsed-since", ("reopen",))
    play.member(ANN, "reopen", card)
    assert play.tickets[1].state is State.TO_INVESTIGATE
