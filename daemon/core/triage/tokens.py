"""Text as folded words with their exact places, sentences and questions.

Folding keeps the length of the text, so that every word knows the very characters it was made of: lower case, accents
stripped, one character for one. English contractions become two words with one place ("can't" is `can not`, "I'd" is
`i would`), a Romance article or pronoun cut short before a vowel is left out with its apostrophe or without ("s'ouvre"
and "s ouvre" are `ouvre`); Chinese and Japanese, which put no space between words, become one word a character.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

LONGEST = 4000  # characters of a text that are read; the rest of a longer one rarely says more and never costs more

_CJK = "\u3040-\u30ff\u3400-\u9fff"
_MARKS = "\u0300-\u036f"
_APOSTROPHES = "'\u2019\u2018\u00b4`"
_LETTER = rf"[^\W_{_CJK}]"
# Words with one blank between them, and what stands before the next word.
_STRETCH = re.compile(rf"([{_CJK}]|{_LETTER}+(?:[ {_MARKS}{_APOSTROPHES}]{_LETTER}+)*)([\W_]*)")
_LEADING = re.compile(r"[\W_]*")
_STOP = re.compile(r"[.!?\u2026](?=[\s\"'”»)\]]|\Z)|[。！？]")
_PAUSE = re.compile(r"[,;:()\[\]\u2013\u2014|、，；：]| - ")
_QUOTES = frozenset("\"'\u2018\u201a\u201c\u201e\u00ab\u2039")
# Where a quotation opens.
_OPENING = re.compile(r"(?:\A|[\s(:,])[\"'\u2018\u201a\u201c\u201e]\Z|[\u00ab\u2039][ \u00a0\u202f]?\Z")
_APART = re.compile(f"[{_APOSTROPHES}]")
_MARK = re.compile(f"[{_MARKS}]")
_TIGHT = frozenset({".", "!", "?"})  # between two words, no space: ends a sentence where the next is capitalised
_BULLETS = frozenset("-*•#>")
_GAPS = 512  # that are remembered
_SHORT_LINE = 60  # a line that ends sooner was ended on purpose; a longer one was wrapped
_VERBS = ("does", "did", "is", "are", "was", "were", "could", "would", "should", "have", "has", "had")
_BEFORE_T = {"ca": "can", "wo": "will", "sha": "shall", "don": "do", "won": "will", "can": "can"}
_BEFORE_T |= {f"{verb}n": verb for verb in _VERBS}
_CUT = frozenset({"ca", "wo", "sha"})  # no word without its not
_RUN_TOGETHER = {
    **{f"{before}t": (verb, "not") for before, verb in _BEFORE_T.items() if before not in _CUT},
    "cannot": ("can", "not"),
}
_DROPPED = frozenset({"s", "m", "re", "ve", "ll"})  # after an apostrophe: it's, I'm, we're, I've, I'll
LONE = frozenset({"l", "d", "s", "m", "c"})  # before one that was left out: l ecran, s ouvre
_ELIDED = LONE | {"t", "dell", "all", "un"}  # before one: l'application; but j'ai and n'arrive tell
_CHANGED = LONE | _RUN_TOGETHER.keys()  # words that are left out, or are two


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one text; the lists run side by side, one entry a word."""

    words: list[str]
    starts: list[int]  # where in the text
    ends: list[int]
    sentences: list[int]  # its sentence, known by the place after its last word
    pauses: list[int]  # its stretch between commas, brackets and sentence ends, known likewise
    questions: set[int]  # sentences that end in a question mark
    quoted: set[int]  # words, by place, before which a quotation opens


class _Gap(NamedTuple):
    """What stands between two words, and what it does."""

    ends: bool  # a sentence
    ends_before_capital: bool
    ends_short_line: bool
    pauses: bool
    asks: bool
    opens: bool  # a quotation
    breaks: bool  # a line


def _folding() -> dict[str, str]:
    """Map every accented letter of the Latin blocks to its plain one, length kept."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()
        table[chr(code)] = plain if len(plain) == 1 else chr(code)
    return table | {"ß": "s", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ı": "i"}


_FOLDING = _folding()
_FOREIGN = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")


def fold(text: str) -> str:
    """Bring text into the form in which patterns are compared; the result is as long as the text."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lower if lower.isascii() else _FOREIGN.sub(lambda letter: _FOLDING[letter.group()], lower)


def tokens_of(text: str) -> Tokens:
    """Cut text, up to its first 4,000 characters, into words; linear in its length."""
    found = Tokens([], [], [], [], [], set(), set())
    words, sentences, pauses = found.words, found.sentences, found.pauses
    read = text[:LONGEST]
    folded = fold(read)
    start = line = _LEADING.match(folded).end()  # type: ignore[union-attr]  # it matches nothing, too
    for stretch, between in _STRETCH.findall(folded, start):
        _take(found, stretch, start)
        place, gap, end = len(words), _gap(between), start + len(stretch)
        start = end + len(between)
        if gap.opens:
            found.quoted.add(place)
        if (
            gap.ends
            or (gap.ends_short_line and end - line < _SHORT_LINE)
            or (gap.ends_before_capital and read[start : start + 1].isupper())
        ):
            sentences += [place] * (place - len(sentences))
            pauses += [place] * (place - len(pauses))
            if gap.asks:
                found.questions.add(place)
        elif gap.pauses:
            pauses += [place] * (place - len(pauses))
        if gap.breaks:
            line = start
    sentences += [len(words)] * (len(words) - len(sentences))
    pauses += [len(words)] * (len(words) - len(pauses))
    found.quoted.discard(len(words))
    _mend(words)
    return found


def _take(found: Tokens, stretch: str, start: int) -> None:
    """Add the words of a stretch that begins at `start`, with their places."""
    words, starts, ends = found.words, found.starts, found.ends
    for word in stretch.split(" "):
        end = start + len(word)
        if word.isalnum() and word not in _CHANGED:
            words.append(word)
            starts.append(start)
            ends.append(end)
        else:
            for part, begin, stop in _parts(word, start):
                words.append(part)
                starts.append(begin)
                ends.append(stop)
        start = end + 1


@lru_cache(_GAPS)
def _gap(between: str) -> _Gap:
    """Read what stands between two words: a sentence ends at a stop, a blank line, a list, a line ended early."""
    lines = between.count("\n")
    listed = lines > 0 and between.rpartition("\n")[2].strip() in _BULLETS
    return _Gap(
        bool(_STOP.search(between)) or lines > 1 or listed,
        between in _TIGHT,
        lines == 1,
        bool(_PAUSE.search(between)),
        "?" in between or "？" in between,
        not _QUOTES.isdisjoint(between[-2:]) and bool(_OPENING.search(between)),
        lines > 0,
    )


def _parts(word: str, start: int) -> list[tuple[str, int, int]]:
    """Return the words inside one run of letters with their places."""
    end = start + len(word)
    if not word.isascii() and not _APART.search(word):
        word = _MARK.sub("", word)
    if word in LONE:
        return []
    if word in _RUN_TOGETHER:
        return [(part, start, end) for part in _RUN_TOGETHER[word]]
    cuts = [cut.span() for cut in _APART.finditer(word)]
    if not cuts:
        return [(word, start, end)]
    edges = [(0, 0), *cuts, (len(word), len(word))]
    pieces = [(_MARK.sub("", word[a:b]), start + a, start + b) for (_, a), (b, _) in pairwise(edges) if a < b]
    return _apart(pieces, start, end)


def _apart(pieces: list[tuple[str, int, int]], start: int, end: int) -> list[tuple[str, int, int]]:
    first, last = pieces[0][0], pieces[-1][0]
    if last == "t" and (first in _BEFORE_T or first.endswith("n")):
        verb = _BEFORE_T.get(first, first[:-1])
        return [(word, start, end) for word in (verb, "not") if word]
    if last == "d" and len(pieces) == 2:
        return [(word, start, end) for word in (first, "would")]
    if last in _DROPPED and len(pieces) == 2:
        return [(first, start, end)]
    return [piece for piece in pieces if piece[0] not in _ELIDED] or pieces


def _mend(words: list[str]) -> None:
    """Read `don t` and `ca n't`, which a machine cut apart, as negations."""
    if "t" in words or not _CUT.isdisjoint(words):
        for place, (before, word) in enumerate(pairwise(words)):
            if before in _BEFORE_T and (word == "t" or (word == "not" and before in _CUT)):
                words[place], words[place + 1] = _BEFORE_T[before], "not"
