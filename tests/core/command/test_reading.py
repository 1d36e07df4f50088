"""Which lines are commands, which words are text, and what is said of a line that is neither."""

import pytest

from daemon.core.commands.grammar import ROWS, Verb
from daemon.core.commands.line import Reason
from daemon.core.commands.reading import MOST, Command, read_command
from tests.core.command.words import DESK, NOBODY, refused, said, understood

# --- form: what a phone does to a word -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        *("mine", "Mine", "MINE", " mine ", "mine.", "mine!", "mine!!", "Mine .", "!mine", "/mine", "#mine", "@mine"),
        *("# mine", "\xa0mine\xa0", "\ufeffmine", "mi\u00adne", "\u200bmine", "ｍｉｎｅ", "！mine"),
        *("\n\n \nmine\n\n", "mine\r\n"),
    ],
)  # fmt: skip
def test_a_word_is_known_in_every_form_that_a_phone_gives_it(written: str) -> None:
    assert said(written) == (("mine",),)


def test_arguments_are_known_in_every_form_too() -> None:
    assert said("BUG\xa0P1.") == (("bug", "p1"),)
    assert said("Give  ANNA !") == (("give", "anna"),)
    assert said("Swap Bo Fri.") == (("swap", "bo", "2026-11-27"),)


def test_a_range_without_an_end_is_not_taken_for_one_day() -> None:
    assert refused("away 12-24..").nearest == ("away DATES",)


# --- place: where the commands end and the text begins ---------------------------------------------------------------


def test_the_rest_of_the_text_is_a_note() -> None:
    commands = understood("mine\n\nI think it is the cache.\nAnna")
    assert commands.commands == (Command(Verb.MINE, note="I think it is the cache.\nAnna", line="mine"),)
    assert commands.text == "I think it is the cache.\nAnna"


@pytest.mark.parametrize("verb", ["reply", "ask", "done"])
def test_the_rest_of_the_text_is_the_letter_of_a_word_that_writes_one(verb: str) -> None:
    (command,) = understood(f"{verb}: Dear Ada,\n\nplease try again.").commands
    assert (command.letter, command.note) == ("Dear Ada,\n\nplease try again.", "")


def test_words_below_a_class_go_to_the_reporter_only_behind_a_colon() -> None:
    (command,) = understood("limitation: It was built so.\nSorry.").commands
    assert (command.letter, command.note) == ("It was built so.\nSorry.", "")
    (command,) = understood("limitation\nthey complain about everything").commands
    assert (command.letter, command.note) == ("", "they complain about everything")


def test_several_commands_stand_in_order_and_the_text_belongs_to_the_last() -> None:
    commands = understood("mine\n\nbug p1: a race\narea export\nI saw it in the log").commands
    assert [(c.verb, c.note) for c in commands] == [
        (Verb.MINE, ""),
        (Verb.BUG, "a race"),
        (Verb.AREA, "I saw it in the log"),
    ]


def test_a_word_within_a_letter_is_a_word_of_the_letter() -> None:
    for letter in ("Hi Ada,\n\nYes.\n\nBob", "\nDone.\nBob", "We are done.\nmine is done too\n"):
        (command,) = understood(f"reply: {letter}").commands
        assert command.letter == letter.strip()


def test_a_command_directly_below_a_letter_of_one_line_is_a_command() -> None:
    commands = understood("reply: It works again.\ndone").commands
    assert [(c.verb, c.letter) for c in commands] == [(Verb.REPLY, "It works again."), (Verb.DONE, "")]


def test_nothing_leaves_the_house_without_its_colon() -> None:
    for text in ("reply\nDear Ada,\nit works", "mine\nreply\nDear Ada"):
        assert refused(text).nearest == ("reply: …",)


def test_a_line_that_goes_on_far_behind_its_command_is_text() -> None:
    assert said("done" + " " * 300 + "is what it is not") is None
    assert said("done" + " " * 300) is None
    assert refused("#done " + "and " * 100).line.startswith("#done and")
    assert len(refused("#done " + "and " * 100).line) == 200


def test_a_command_below_text_is_text() -> None:
    assert said("I will look at it.\nmine") is None
    assert understood("mine\nI look at it\ndone").commands[0].note == "I look at it\ndone"


def test_a_colon_within_a_time_parts_nothing() -> None:
    assert said("mine 10:30") is None
    assert understood("note: at 10:30: he called").text == "at 10:30: he called"


def test_a_name_below_a_command_is_a_signature() -> None:
    assert understood("mine\nMike").commands[0].note == "Mike"


# --- all or nothing --------------------------------------------------------------------------------------------------


def test_no_more_than_five_commands_are_taken_from_one_mail() -> None:
    words = ["mine", "area export", "p1", "snooze 3d", "ask", "split"]
    assert len(understood("\n".join(words[:MOST])).commands) == MOST
    assert refused("\n".join(words)).reason is Reason.TOO_MANY


def test_one_line_that_is_not_understood_stops_all_of_them() -> None:
    for second in ("#asign anna", "bugg p1", "give annaa", "dup 12a", "area nowhere"):
        assert said(f"mine\n{second}\nsnooze 3d") == f"? {second}"


@pytest.mark.parametrize(
    "both",
    [
        *("close\nreopen", "#close\n#reopen", "yes\nno", "mine\ngive bo", "give anna\ngive bo", "p1\np2", "bug\ndup 3"),
        *(
            "inject\nschedule",
            "up\ndown",
            "feature\nquestion",
            "undo\nmine",
            "mine\nundo",
            "cover\naway fri",
            "bug\ndone",
        ),
    ],
)
def test_commands_that_contradict_each_other_change_nothing(both: str) -> None:
    assert refused(both).reason is Reason.CONTRADICTS


def test_the_same_command_twice_is_one() -> None:
    assert said("mine\nMINE!\n#mine") == (("mine",),)


def test_a_question_contradicts_nothing() -> None:
    assert said("undo\nstatus\nwhy") == (("undo",), ("status",), ("why",))


# --- not understood --------------------------------------------------------------------------------------------------

SLIPS = """
    #clsoe -> close
    clsoe -> close
    mien -> mine
    bugg p1 -> bug p1
    bug p9 -> bug p0, bug p1, bug p2, bug p3
    give annaa -> give anna
    gvie anna -> give anna
    move biling -> move billing
    move nowhere -> move TEAM
    give carla -> give NAME
    area exprot -> area export
    dup 12a -> dup N
    dup p1 -> dup N
    snooze 3x -> snooze 3d
    schedule 2026-02-30 -> schedule [SPRINT or DATE]
    away 2025-01-01 -> away DATES
    swap anna 13-13 -> swap NAME [DATE]
    not emergancy -> not emergency, no emergency
    reopne -> reopen
    #ntoe he is a pain, refund refused -> note
    /done and dusted -> done [: …]
    !give -> give NAME
    #erase ->
    rpely: Dear Ada -> reply:
    fixd: it is -> fixed
    reply -> reply: …
    #reply Dear Ada -> reply: …
"""


@pytest.mark.parametrize("row", [row.strip() for row in SLIPS.strip().splitlines()])
def test_a_line_that_was_meant_as_a_command_is_quoted_with_what_is_near(row: str) -> None:
    written, _, near = (part.strip() for part in row.partition("->"))
    answer = refused(written)
    assert answer.line == written
    assert answer.nearest == tuple(filter(None, near.split(", ")))
    assert written in answer.words


def test_what_is_near_is_itself_understood_or_says_its_form() -> None:
    forms = {row.form for row in ROWS.values()}
    for row in SLIPS.strip().splitlines():
        for near in refused(row.partition("->")[0].strip()).nearest:
            assert near in forms or said(near) or said(f"{near} x"), near


@pytest.mark.parametrize("slip", ["repyl: Dear Ada", "aks: why", "sned", "doen", "clsoe", "#fixd", "dnoe: it works"])
def test_a_word_that_leaves_the_house_is_never_guessed(slip: str) -> None:
    for text in (slip, f"mine\n{slip}\nfor sure"):
        answer = read_command(text, DESK)
        assert not (hasattr(answer, "commands") and any(ROWS[c.verb].outward for c in answer.commands))


def test_a_word_nobody_knows_is_text_unless_it_is_near_or_marked() -> None:
    assert said("thanks") is None
    assert said("perhaps") is None
    assert refused("#perhaps").nearest == ()


def test_only_what_is_known_of_the_desk_can_be_corrected() -> None:
    assert said("give annaa", NOBODY) == (("give", "annaa"),)
