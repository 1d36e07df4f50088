"""Every word of the grammar, its aliases and what may stand behind it."""

from dataclasses import replace

import pytest

from daemon.core.commands.arguments import Name
from daemon.core.commands.grammar import GRAMMAR, ROWS, Row, Verb
from daemon.core.commands.line import Reason
from tests.core.command.words import DESK, NOBODY, refused, said, understood

CONTRACT = """
    mine | m | take | ack = mine
    yes = yes
    no = no
    emergency = emergency
    not emergency | not an emergency | no emergency = not emergency
    feature = feature
    question = question
    problem = problem
    bug = bug
    bug p0 = bug, p0
    bug P3 = bug, p3
    limitation | limitation: it was built so = limitation
    config | config: see the settings = config
    dup 12 | dup #12 = dup, 12
    inject = inject
    schedule = schedule
    schedule S42 = schedule, S42
    schedule sprint 42 | schedule 42 = schedule, 42
    schedule sprint Alpha = schedule, Alpha
    schedule next | schedule next sprint = schedule, next
    schedule 2026-12-01 | schedule 12-01 = schedule, 2026-12-01
    schedule fri | schedule Friday = schedule, 2026-11-27
    reply: hello = reply
    ask | ask: which version? = ask
    send = send
    up | up: too deep for us = up
    up anyway | up anyway: it is = up, anyway
    down | down: a matter of settings = down
    give anna | give Anna Berg | give @anna | give anna@acme.example = give, anna
    move billing = move, billing
    move Core Team = move, core
    area export = area, export
    area Data Import = area, data import
    p0 = p0
    P1 = p1
    p2 = p2
    p3 = p3
    join 7 = join, 7
    split = split
    admit = admit
    note: he called = note
    snooze 3d | snooze 3 days = snooze, 3d
    snooze 2w = snooze, 2w
    snooze 4h = snooze, 4h
    snooze sat = snooze, 2026-11-28
    done | close | fixed | done: it is | close: x | fixed: x = done
    reopen = reopen
    undo | undo: a slip = undo
    why | why? = why
    status | Status? = status
    who = who
    list = list
    help = help
    duty | me = duty
    swap bo = swap, bo
    swap bo fri = swap, bo, 2026-11-27
    swap Bo Kim 12-01 = swap, bo, 2026-12-01
    cover = cover
    cover today | cover sat = cover, 2026-11-21
    cover tomorrow = cover, 2026-11-22
    away 12-24 = away, 2026-12-24
    away 12-24..01-02 | away 12-24 .. 01-02 = away, 2026-12-24..2027-01-02
    away mon…wed = away, 2026-11-23..2026-11-25
    shadow anna = shadow, anna
"""
WORDS = {
    written.strip(): tuple(meaning.strip().split(", "))
    for row in CONTRACT.strip().splitlines()
    for line, _, meaning in [row.rpartition(" = ")]
    for written in line.split(" | ")
}
PROSE = """
    done with this, thanks | mine is broken too | take a look please | no idea | yes please | up to you | give up
    give it to me | move on | area of concern | list of things | help me | who is this | why not | bug in the export
    bug, I think | feature request | question about the export | problem solved | schedule a meeting | schedule it
    schedule changed | duplicate of 12 | send it to me | send: that | status: still open | help: I cannot log in
    why: because | list: one | who: me | split the bill | not an issue | not urgent | me too | close to it
    reply when you can | note that it fails | inject fuel | join us | join the call at 12 | cover me | away with it
    shadow it | p1 is right | mine? | done? | emergency? | - mine | > mine | * done | mine, thanks | 10:30 call
    see https://x.test/done | up and running | down again | reopen the door | undo that | config is wrong | 1 mine
    mine 1 2 | thanks | I will look at it | Hello Anna, | /var/log is full | #12 is mine | @anna can you look | + | .
    !!! | # | # Steps | ... | give me 5 minutes | area 51 is not it
"""


@pytest.mark.parametrize("line", WORDS)
def test_a_word_of_the_contract_is_understood(line: str) -> None:
    assert said(line) == (WORDS[line],)


def test_the_contract_names_every_word_of_the_table() -> None:
    assert {meant[0] for meant in WORDS.values()} == set(Verb)
    assert list(ROWS) == [row.verb for row in GRAMMAR]
    assert set(ROWS) == set(Verb)


def test_no_spelling_is_two_words() -> None:
    spellings = [word for row in GRAMMAR for word in row.words]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.verb)
def test_the_help_of_a_word_is_one_short_line(row: Row) -> None:
    assert row.form.startswith(row.verb)
    assert "\n" not in row.help
    assert not row.help.endswith(".")
    assert 5 < len(row.help) < 64


@pytest.mark.parametrize("outward", ["reply", "ask", "send", "done"])
def test_the_words_that_leave_the_house_are_marked(outward: str) -> None:
    assert {row.verb.value for row in GRAMMAR if row.outward} == {"reply", "ask", "send", "done"}
    assert ROWS[Verb(outward)].outward


@pytest.mark.parametrize(
    "prose", [line.strip() for row in PROSE.splitlines() for line in row.split("|") if line.strip()]
)
def test_prose_that_begins_like_a_word_is_text(prose: str) -> None:
    assert said(prose) is None


def test_names_are_any_word_where_nobody_is_known() -> None:
    assert said("give carla", NOBODY) == (("give", "carla"),)
    assert said("swap carla fri", NOBODY) == (("swap", "carla", "2026-11-27"),)
    assert said("give up", NOBODY) is None
    assert said("give it back", NOBODY) is None


def test_a_name_that_two_people_share_is_nobodys() -> None:
    two = replace(DESK, people=(Name("berg", ("Anna Berg", "Anna")), Name("bo", ("Anna Bo", "Anna"))))
    assert said("give Anna Bo", two) == (("give", "bo"),)
    assert said("give anna", two) == "? give anna"
    assert refused("give anna", two).nearest == ("give berg", "give bo")
    assert said("give anna", replace(two, people=(Name("anna"), Name("bo", ("Anna",))))) == (("give", "anna"),)


def test_a_word_that_needs_words_says_so() -> None:
    for line in ("reply", "reply:", "note:", "note"):
        assert refused(line).reason is Reason.NO_TEXT
    assert understood("note\nhe called").commands[0].note == "he called"
