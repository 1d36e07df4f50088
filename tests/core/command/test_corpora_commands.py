"""Commands of the outside corpora, as far as they are written in this grammar.

The records of kind `command` are another desk's: fields in the form `Priority: High` within a new request. None of
them is our grammar, and so each must be read as text. The hazards are ours; whose word counts is not asked here.
"""

import json

import pytest

from daemon.core.commands.line import NotUnderstood, Reason
from daemon.core.commands.reading import Commands, read_command
from daemon.core.mail.guard import automatic
from daemon.core.mail.parse import parse
from store.model.message import AutomaticKind, Door, Envelope, Message
from tests.core.command.words import NOBODY
from tests.core.given import NO_DESK
from tests.corpora import CORPORA, records

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPORA is None, reason="the corpora (shared/corpora beside the checkout) are not here"),
]

ORDERED = {  # by file: the verbs, or the reason for which nothing is done
    "cmd-good.eml": ("done",),
    "cmd-good-phone.eml": ("done",),
    "cmd-good-html-only.eml": ("done",),
    "cmd-two-commands.eml": Reason.CONTRADICTS,
    "cmd-note-leak.eml": Reason.UNKNOWN,
    "cmd-destructive.eml": Reason.UNKNOWN,  # nothing is erased by mail
    "cmd-quoted-only.eml": None,
    "cmd-in-signature.eml": None,
    "cmd-control-headers.eml": None,
}


def message(source: str, file: str) -> Message:
    assert CORPORA is not None
    return parse((CORPORA / source / file).read_bytes())


@pytest.mark.parametrize("file", ORDERED)
def test_a_hazard_orders_what_it_says_and_no_more(file: str) -> None:
    answer = read_command(message("hazards", file).new_text, NOBODY)
    if isinstance(answer, Commands):
        assert tuple(command.verb.value for command in answer.commands) == ORDERED[file]
    else:
        assert (answer.reason if isinstance(answer, NotUnderstood) else None) is ORDERED[file]


def test_an_out_of_office_answer_orders_nothing() -> None:
    away = message("hazards", "cmd-out-of-office.eml")
    assert automatic(away, Envelope("", (), "", Door.FILE), NO_DESK).kind is not AutomaticKind.NONE
    assert read_command(away.new_text, NOBODY) is None


def test_every_other_hazard_is_about_authority_and_says_one_word() -> None:
    assert CORPORA is not None
    files = {path.name for path in (CORPORA / "hazards").glob("cmd-*.eml")} - {*ORDERED, "cmd-out-of-office.eml"}
    said = {file: read_command(message("hazards", file).new_text, NOBODY) for file in files}
    assert len(said) > 15
    for file, answer in said.items():
        assert isinstance(answer, Commands), file
        assert [command.verb.value for command in answer.commands] == ["done"], file


@pytest.mark.parametrize("record", [pytest.param(r, id=r["id"]) for r in records("redmine") if r["kind"] == "command"])
def test_another_desks_keywords_are_text(record: dict[str, str]) -> None:
    assert read_command(message("redmine", record["file"]).new_text, NOBODY) is None, json.dumps(record)


def test_mail_that_was_not_written_for_this_grammar_is_text() -> None:
    assert CORPORA is not None
    texts = [parse(path.read_bytes()).new_text for path in CORPORA.glob("*/**/*.eml") if "hazards" not in path.parts]
    ordered = [text for text in texts if isinstance(read_command(text, NOBODY), Commands)]
    assert len(texts) > 500
    assert {text.split()[0] for text in ordered} == {"Send"}  # two test mails that consist of that word
