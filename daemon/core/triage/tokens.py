"""Text as folded words with their exact places, sentences and questions.

Folding keeps the length of the text, so that every word knows the very characters it was made of: lower case, accents
stripped, one character for one. English contractions become two words with one place ("can't" is `can not`); Chinese
and Japanese, which put no space between words, become one word a character.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 4000  # characters of a text that are read; the rest of a longer one rarely says more and never costs more

_CJK = "\u3040-\u30ff\u3400-\u9fff"
_MARKS = "\u0300-\u036f"
_APOSTROPHES = "'\u2019\u2018\u00b4`"
_LETTER = rf"[^\W_{_CJK}]"
_PIECE = re.compile(
    rf"(?P<plain>[{_CJK}]|{_LETTER}+(?![{_MARKS}{_APOSTROPHES}]|{_LETTER}))"
    rf"|(?P<word>{_LETTER}+(?:[{_MARKS}{_APOSTROPHES}]{_LETTER}+)*)"
    r"|(?P<stop>[.!?\u2026]+(?=[\s\"'”»)\]]|\Z)|(?<=[a-z]{3})[.!?](?=[A-Z][a-z ])|[。！？]+)"
    r"|(?P<line>[\r\n][\s>]{0,200})"
    r"|(?P<pause>[,;:()\[\]\u2013\u2014|、，；：]| - )"
)
_APART = re.compile(f"[{_APOSTROPHES}]")
_MARK = re.compile(f"[{_MARKS}]")
_SHORT_LINE = 60  # a line that ends sooner was ended on purpose; a longer one was wrapped
_VERBS = ("does", "did", "is", "are", "was", "were", "could", "would", "should", "have", "has", "had")
_BEFORE_T = {"ca": "can", "wo": "will", "sha": "shall", "don": "do", "won": "will", "can": "can"}
_BEFORE_T |= {f"{verb}n": verb for verb in _VERBS}
_CUT = frozenset({"ca", "wo", "sha"})  # no word without its not
_RUN_TOGETHER = {
    **{f"{before}t": (verb, "not") for before, verb in _BEFORE_T.items() if before not in _CUT},
    "cannot": ("can", "not"),
}
_DROPPED = frozenset({"s", "m", "re", "ve", "ll", "d"})  # after an apostrophe: it's, I'm, we're, I've, I'll, I'd
_ELIDED = frozenset({"l", "d", "s", "m", "t", "c", "dell", "all", "un"})  # before one: l'application, d'accès
_KEPT = frozenset({"j", "n", "qu", "jusqu", "lorsqu"})  # before one, and telling: j'ai, n'arrive


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one text; the lists run side by side, one entry a word."""

    words: list[str]
    spans: list[tuple[int, int]]  # where in the text
    sentences: list[int]  # number of the sentence
    pauses: list[int]  # number of the stretch between commas, brackets and sentence ends
    questions: frozenset[int]  # sentences that end in a question mark


def _folding() -> dict[int, str]:
    """Map every accented letter of the Latin blocks to its plain one, length kept."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()
        table[code] = plain if len(plain) == 1 else chr(code)
    return table | {ord("ß"): "s", ord("ø"): "o", ord("Ø"): "o", ord("ł"): "l", ord("Ł"): "l", ord("ı"): "i"}


_FOLDING = _folding()


def fold(text: str) -> str:
    """Bring text into the form in which patterns are compared; the result is as long as the text."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lower if lower.isascii() else lower.translate(_FOLDING)


def tokens_of(text: str) -> Tokens:
    """Cut text, up to its first 4,000 characters, into words; linear in its length."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    pauses: list[int] = []
    sentence_of = [0]  # by number of the stretch
    questions: set[int] = set()
    line_start = 0
    read = text[:LONGEST]
    folded = fold(read)
    for piece in _PIECE.finditer(read):
        kind = piece.lastgroup
        span = start, end = piece.span()
        if kind == "plain" and (word := folded[start:end]) not in _RUN_TOGETHER:
            words.append(word)
            spans.append(span)
            pauses.append(len(sentence_of) - 1)
        elif kind in {"plain", "word"}:
            parts = _parts(folded[start:end], start)
            words += [word for word, _, _ in parts]
            spans += [(begin, finish) for _, begin, finish in parts]
            pauses += [len(sentence_of) - 1] * len(parts)
        else:
            sentence = sentence_of[-1]
            if kind == "stop" and ("?" in piece.group() or "？" in piece.group()):
                questions.add(sentence)
            ends = kind == "stop" or (kind == "line" and _ends_line(read, line_start, piece))
            if ends or kind == "pause":
                sentence_of.append(sentence + ends)
            if kind == "line":
                line_start = end
    sentences = [sentence_of[pause] for pause in pauses]
    return Tokens(_mend(words), spans, sentences, pauses, frozenset(questions))


def _ends_line(text: str, line_start: int, piece: re.Match[str]) -> bool:
    blank = piece.group().count("\n") > 1
    listed = text[piece.end() : piece.end() + 1] in "-*•#>"
    return blank or listed or piece.start() - line_start < _SHORT_LINE


def _parts(word: str, start: int) -> list[tuple[str, int, int]]:
    """Return the words inside one run of letters with their places."""
    end = start + len(word)
    if not word.isascii() and not _APART.search(word):
        word = _MARK.sub("", word)
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
    if last in _DROPPED and len(pieces) == 2:
        return [(first, start, end)]
    return [piece for piece in pieces if piece[0] not in _ELIDED] or pieces


def _mend(words: list[str]) -> list[str]:
    """Read `don t` and `ca n't`, which a machine cut apart, as negations."""
    if "t" in words or "not" in words:
        for place, (before, word) in enumerate(pairwise(words)):
            if before in _BEFORE_T and (word == "t" or (word == "not" and before in _CUT)):
                words[place], words[place + 1] = _BEFORE_T[before], "not"
    return words
