"""Every word of the grammar has a journey that does it, and one in which it is refused."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.core.commands.grammar import GRAMMAR, LONGEST_SPELLING, SPELLINGS, Row, Verb

HERE = Path(__file__).parent
REFUSALS = re.compile(r"nothing changed|nichts geändert|'s already|hat schon|nothing waits", re.IGNORECASE)
ELSEWHERE: dict[Verb, str] = {  # words whose journeys are not folders, and why
    **dict.fromkeys((Verb.DUTY, Verb.SWAP, Verb.COVER, Verb.AWAY, Verb.SHADOW), "their clock is set by hand"),
    **dict.fromkeys((Verb.UP, Verb.DOWN, Verb.MOVE), "they need a gate or teams, and have tests of their own"),
}
NEVER_REFUSED = frozenset({Verb.STATUS, Verb.WHO, Verb.LIST, Verb.HELP, Verb.WHY})  # they change nothing


def spoken() -> Iterator[tuple[Verb, bool]]:
    """Yield the first word of every answer of a member in all journeys, and whether it was refused."""
    for story in sorted(HERE.glob("*/story.toml")):
        for step in tomllib.loads(story.read_text("utf-8"))["steps"]:
            row = word_of(story.parent / step["mail"]) if "mail" in step else None
            said = " ".join(
                phrase for mail in step.get("out", ()) if mail["kind"] == "result" for phrase in mail.get("says", ())
            )
            if row and said:
                yield row.verb, bool(REFUSALS.search(said))


def word_of(file: Path) -> Row | None:
    """Return the row of the word that a mail begins with."""
    body = file.read_text("utf-8").partition("\n\n")[2]
    first = next((line for line in body.splitlines() if line.strip()), "")
    words = first.partition(":")[0].strip(" !/#@.").casefold().split()
    spellings = (tuple(words[:length]) for length in range(LONGEST_SPELLING, 0, -1))
    return next((SPELLINGS[spelling] for spelling in spellings if spelling in SPELLINGS), None)


SPOKEN = set(spoken())


@pytest.mark.parametrize("verb", [row.verb for row in GRAMMAR if row.verb not in ELSEWHERE])
def test_there_is_a_journey_that_does_it(verb: Verb) -> None:
    assert (verb, False) in SPOKEN


@pytest.mark.parametrize("verb", [row.verb for row in GRAMMAR if row.verb not in {*ELSEWHERE, *NEVER_REFUSED}])
def test_there_is_a_journey_in_which_it_is_refused(verb: Verb) -> None:
    assert (verb, True) in SPOKEN
