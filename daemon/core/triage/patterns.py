"""The phrases of a definition, read one by one.

A phrase is a row of elements: `word`, `begin*`, `*end`, `one|other`, `<class>`, `!<class>` (any word that is not of the
class), `~3` (up to three words of any kind, but no comma), `~3,` (commas too), and `^` in front (only where a sentence
begins). No phrase reaches over the end of a sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass

from daemon.core.triage.tokens import LONE, fold, tokens_of

WIDEST_GAP = 8
MOST_ELEMENTS = 10
SHORTEST_BEGINNING = 2  # letters
SHORTEST_END = 2
NUMBER = "<number>"  # a class that is always there: a word that begins with a digit
QUOTED = "<quoted>"  # another: a word before which a quotation opens; in front of a phrase, the opening alone
ALWAYS = frozenset({NUMBER, QUOTED})  # the classes that no definition names
AT_ONCE = (0, True)  # no gap: a comma between two words of a phrase does not part them

_CHOICE = "a | stands between two words, with no blank beside it; several words make a phrase of their own"

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: the words it takes, or (other) all but these, after up to `gap` free words."""

    words: Words
    other: bool
    gap: int
    over: bool  # the gap may hold a comma


class PhraseError(ValueError):
    """Says in words what is wrong with a phrase."""


def parse(phrase: str, class_of: Callable[[str], Words | None]) -> tuple[Element, ...]:
    """Read one phrase, without the `^` in front; raise PhraseError with the fault in words."""
    elements: list[Element] = []
    gap = AT_ONCE
    for part in phrase.split():
        if part.startswith("~"):
            gap = _gap(part, elements)
            continue
        for words in _places(part, class_of):
            other = part.startswith("!")
            elements.append(Element(words, other, gap[0], gap[1] and not other))
            gap = AT_ONCE
    if gap != AT_ONCE:
        raise PhraseError("a phrase cannot end in a gap")
    if not elements or elements[0].other:
        raise PhraseError("a phrase must begin with a word or a class")
    if len(elements) > MOST_ELEMENTS:
        raise PhraseError(f"more than {MOST_ELEMENTS} elements")
    return tuple(elements)


def _gap(part: str, before: list[Element]) -> tuple[int, bool]:
    written = part[1:].removesuffix(",")
    if not written.isdecimal() or not 1 <= int(written) <= WIDEST_GAP:
        raise PhraseError(f"a gap is written ~1 to ~{WIDEST_GAP}, not {part}")
    if not before:
        raise PhraseError("a phrase cannot begin with a gap")
    return int(written), part.endswith(",")


def _places(part: str, class_of: Callable[[str], Words | None]) -> list[Words]:
    """Return the words that each place takes which a part stands for: one, several, or none."""
    taken: set[str] = set()
    for choice in part.removeprefix("!").split("|"):
        if choice in LONE:  # left out of a text, too
            continue
        if choice in ALWAYS:
            taken.add(choice)
        elif choice.startswith("<") and choice.endswith(">"):
            words = class_of(choice[1:-1])
            if words is None:
                raise PhraseError(f"no class of words is called {choice}")
            taken |= words
        elif not choice:
            raise PhraseError(_CHOICE)
        else:
            spelled = spell(choice)
            if len(spelled) > 1 and choice == part:
                return [frozenset({word}) for word in spelled]
            if len(spelled) > 1:
                raise PhraseError(f"{choice} is more than one word; write a phrase of its own")
            taken.add(spelled[0])
    return [frozenset(taken)] if taken else []


def spell(word: str) -> tuple[str, ...]:
    """Return the folded word or words that a written one stands for, a star kept where it stands."""
    before, after = "*" * word.startswith("*"), "*" * (word.endswith("*") and word != "*")
    bare = word[len(before) : len(word) - len(after)]
    words = tokens_of(bare).words
    if not words or "*" in bare or (before and after) or len(fold(word)) > 40:
        raise PhraseError(f"not a word: {word or 'nothing'}")
    if after and len(words[-1]) < SHORTEST_BEGINNING:
        raise PhraseError(f"a beginning needs at least {SHORTEST_BEGINNING} letters: {word}")
    if before and len(words[0]) < SHORTEST_END:
        raise PhraseError(f"an end needs at least {SHORTEST_END} letters: {word}")
    return (*words[:-1], words[-1] + after) if not before else (before + words[0], *words[1:])
