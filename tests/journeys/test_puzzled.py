"""Whoever writes a word that does not fit hears what is wrong with it and what would work, in their language."""

from pathlib import Path

import pytest

from tests.desk import Delivered
from tests.journeys.clocked import PEOPLE, Clocked, clocked

PLAIN = {"name": "Helpdesk", "address": "support@hd.test"}
WEB = {"id": "web", "name": "Web", "areas": ["login"], "duty": ["bob"]}
MONEY = {"id": "money", "name": "Money", "areas": ["billing"], "duty": ["cy"]}
TWO_ANNS = [*PEOPLE[:1], *({"id": one, "name": "Ann", "address": f"{one}@team.test"} for one in ("a1", "a2"))]


async def answered(desk: Clocked, word: str) -> Delivered:
    """Say a word about a new emergency; it changes nothing."""
    card = next(mail for mail in await desk.write() if mail.kind == "card")
    (answer,) = await desk.say(word, card, card.to.partition("@")[0])
    assert answer.kind == "result"
    assert "changed" in answer.message.subject or "geändert" in answer.message.subject
    return answer


def words(mail: Delivered) -> str:
    return " ".join(mail.message.text.split())


@pytest.mark.parametrize(
    ("word", "english", "german"),
    [
        ("move x", 'This desk has no teams: "give NAME" hands it', "Dieses Desk hat keine Teams: „give NAME“ gibt es"),
        ("move", "This desk has no teams", "Dieses Desk hat keine Teams"),
        (
            "give zoe",
            'Nobody here is called "zoe". You can name: Bob, Ann, Cy',
            "Hier heißt niemand „zoe“. Nennen kannst",
        ),
        ("give", "You can name: Bob, Ann, Cy", "Nennen kannst du: Bob, Ann, Cy"),
        ("area moon", 'knows no area "moon". Its areas: login,', "kennt die Definition nicht. Ihre Bereiche: login,"),
        ("bug p9", '"p9" is no priority: they are p0', "„p9“ ist keine Priorität: es gibt p0"),
        ("dup", "The number of a ticket is missing. Your text", "Die Nummer eines Tickets fehlt. Dein Text"),
        ("dup 99", 'there is no #99. What works: "list".', "#99 gibt es nicht. Möglich ist: „list“."),
        ("join 99", 'there is no #99. What works: "list".', "#99 gibt es nicht. Möglich ist: „list“."),
        ("join 1", 'that is its own number. What works: "dup N", "join N".', "das ist die eigene Nummer. Möglich ist"),
        (
            "snooze 2020-01-01",
            '"2020-01-01" is no time to come that I know.',
            "„2020-01-01“ ist keine Zeit, die noch kommt.",
        ),
        ("snooze", 'How long is written as "12h", "3d"', "Wie lange, schreibt man als „12h“, „3d“"),
        ("cover 2020-01-01", '"2020-01-01" is no day to come.', "„2020-01-01“ ist kein Tag, der noch kommt."),
        ("away", 'a range as "fri..tue"', "einen Zeitraum als „fri..tue“"),
        (
            "undo",
            "What you said last on this ticket can be taken back",
            "Zurücknehmen lässt sich, was du zu diesem Ticket",
        ),
        (
            "split",
            "To part a later message from it, answer the mail",
            "Um eine spätere Nachricht abzutrennen, antworte",
        ),
        ("admit", "To admit a stranger, answer the mail", "Um jemanden dazuzunehmen, antworte"),
        ("reopen", 'it is open: paged. What works: "mine"', "es ist noch offen. Möglich ist: „mine“"),
    ],
)
async def test_a_word_that_does_not_fit_is_answered_with_what_is_wrong_and_what_would_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, english: str, german: str
) -> None:
    for language, says in (("en", english), ("de", german)):
        folder = tmp_path / language
        folder.mkdir()
        async with clocked(folder, monkeypatch, desk=PLAIN | {"language": language}) as desk:
            answer = words(await answered(desk, word))
            assert says in answer
            assert 'Did you mean "move' not in answer


@pytest.mark.parametrize(
    ("teams", "says"),
    [([WEB], 'There is no team "x": Web is the only team.'), ([WEB, MONEY], "The teams: Web, Money.")],
)
async def test_a_team_that_is_none_is_answered_with_those_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teams: list[dict[str, object]], says: str
) -> None:
    async with clocked(tmp_path, monkeypatch, teams=teams) as desk:
        assert says in words(await answered(desk, "move x"))


async def test_a_name_that_two_share_is_answered_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duty = {"people": ["bob"], "pair_shifts": 0}
    async with clocked(tmp_path, monkeypatch, people=TWO_ANNS, duty=duty) as desk:
        assert 'More than one is called "ann"; say which: a1, a2.' in words(await answered(desk, "give ann"))
