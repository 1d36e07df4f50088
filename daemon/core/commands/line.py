"""One line of a reply, taken apart, and the command in it if the whole of it is one."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from daemon.core.commands.arguments import Argument, Known, Slot, Words, may_be_name, read, suggest
from daemon.core.commands.grammar import LONGEST_SPELLING, SPELLINGS, Row, Text
from daemon.core.commands.nearest import allowance, nearest, slips
from daemon.core.commands.wrong import Wrong, wrong

_LONGEST_HEAD = 120  # characters before the colon; a command is short
_MOST_WORDS = 8
_QUOTED = 200  # characters of a line that are quoted back
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_COLON = re.compile(r"(?<![0-9])[:\uff1a\ufe55]|[:\uff1a\ufe55](?![0-9])")  # the one in 10:30 parts nothing
_FINAL = re.compile(r"[.! ]*[.!]\Z")
_OPEN_RANGE = re.compile(r"[0-9]\.\.\Z")  # no end of a sentence: somebody is away without knowing until when
_PREFIX = frozenset("!/#@")
_DIGIT = re.compile(r"[0-9]")
_MEANT = re.compile(r"[^\W\d_][\w-]{0,31}")


class Reason(StrEnum):
    """Why a line that was meant as a command is none."""

    UNKNOWN = "I do not know this word"
    MISFIT = "I do not understand what stands behind the word"
    NO_TEXT = "the words that go with it are missing"
    TOO_MANY = "these are more commands than one mail may hold"
    CONTRADICTS = "this contradicts a command before it"
    NO_SUCH_LINE = "the digest has no such line"


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A line that was meant as a command and is none: nothing changes, and the text is kept as a note."""

    line: str
    reason: Reason
    nearest: tuple[str, ...] = ()  # what may have been meant, for the member to write: none of it is ever applied
    wrong: Wrong | None = None  # what does not fit behind a word that is known

    @property
    def words(self) -> str:
        """Say it in one line."""
        return f"{self.reason}: {self.line}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text, taken apart."""

    raw: str
    written: str  # without the space around it, and not endless
    words: Words  # before the colon, without prefix and final mark
    prefix: str  # one of ! / # @, or ""
    colon: bool
    text: str  # behind the colon
    asked: bool  # it ends with a question mark
    start: int  # its place in the text
    end: int  # where the next line begins


@dataclass(frozen=True, slots=True)
class Fit:
    """A line that is a command from its first word to its last."""

    row: Row
    arguments: tuple[Argument, ...]


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of a text, each taken apart."""
    for found in _LINE.finditer(text):
        yield take_apart(found[1], found.start(), found.end())


def take_apart(written: str, start: int, end: int) -> Line:
    """Part a line at its first colon, and its beginning into words."""
    colon = _COLON.search(written, 0, _LONGEST_HEAD)
    head = _plain(written[: colon.start()] if colon else written[:_LONGEST_HEAD])
    prefix, body = _prefix(head)
    asked = body.endswith("?") and not colon
    if asked:
        body = body[:-1]
    elif not colon and not _OPEN_RANGE.search(body):
        body = _FINAL.sub("", body)
    words = tuple(body.split())
    if not colon and len(written) > _LONGEST_HEAD:
        words = (*words, "…")  # fits nowhere
    text = written[colon.end() :].strip() if colon else ""
    return Line(written, _trim(written)[:_QUOTED], words, prefix, colon is not None, text, asked, start, end)


def _prefix(head: str) -> tuple[str, str]:
    """Part the prefix of `#mine` from the rest; in `/var/log` and `#12` it is none, in `# mine` it means nothing."""
    if head[:1] not in _PREFIX:
        return "", head
    if head[1:2] == " ":
        return "", head[2:]
    return (head[0], head[1:]) if _MEANT.fullmatch(head[1:].partition(" ")[0].rstrip(".!?")) else ("", head)


def fit(line: Line, known: Known) -> Fit | None:
    """Return the command that the whole line is, None where any of it is left over."""
    if line.asked and not _fits(line.words, colon=False, known=known, question=True):
        return None
    return _fits(line.words, colon=line.colon, known=known)


def misfit(line: Line, known: Known, *, first: bool) -> NotUnderstood | None:
    """Return what to say of a line that is no command although it was meant as one; None where it is prose.

    Below the first line a single unknown word is text: it may well be somebody's name.
    """
    found = _misfit(line, known, first=first)
    row = SPELLINGS.get(tuple(word.casefold() for word in line.words[:1]))
    if found is None or row is None:
        return found
    what = wrong(row, line.words[1:], known)
    return replace(found, wrong=what, nearest=() if what and what.is_hopeless else found.nearest)


def _misfit(line: Line, known: Known, *, first: bool) -> NotUnderstood | None:
    if line.asked and not line.prefix:
        return None
    close = tuple(dict.fromkeys(_corrections(line, known))) if len(line.words) <= _MOST_WORDS else ()
    row = SPELLINGS.get(tuple(word.casefold() for word in line.words[:1]))
    if row and len(line.words) == 1 and (row.colon or (first and row.needs and not line.colon)):
        return NotUnderstood(line.written, Reason.NO_TEXT, (row.form,))
    if line.prefix and not (line.prefix == "@" and not close and row is None):
        word = line.words[0].casefold()
        return NotUnderstood(line.written, Reason.MISFIT if row else Reason.UNKNOWN, close or _near_words(word, row))
    if close and (first or len(line.words) > 1):
        return NotUnderstood(line.written, Reason.MISFIT if row else Reason.UNKNOWN, close)
    if row and row.slots and len(line.words) > 1 and _looks_like_arguments(line.words[1:], row.slots, known):
        return NotUnderstood(line.written, Reason.MISFIT, (row.form,))
    return None


def _plain(text: str) -> str:
    """Return a text in its plainest form (NFKC), without marks that nobody sees and with single spaces."""
    plain = unicodedata.normalize("NFKC", text)
    return " ".join("".join(letter for letter in plain if unicodedata.category(letter) != "Cf").split())


def _trim(text: str) -> str:
    return text.strip(" \t\xa0\u200b\ufeff")


def _looks_like_arguments(words: Words, slots: tuple[Slot, ...], known: Known) -> bool:
    """Say whether these words were meant for the slots though they do not fit: numbers, or one name nobody has."""
    numbers = tuple(word for word in words if _DIGIT.search(word))
    if numbers and all(word in numbers or any(any(read(slot, (word,), known)) for slot in slots) for word in words):
        return True
    return slots[0] in (Slot.NAME, Slot.TEAM, Slot.AREA) and len(words) == 1 and may_be_name(words[0])


def _fits(words: Words, *, colon: bool, known: Known, question: bool = False) -> Fit | None:
    folded = tuple(word.casefold() for word in words)
    for length in range(min(LONGEST_SPELLING, len(words)), 0, -1):
        row = SPELLINGS.get(folded[:length])
        if row is None or (question and not row.question):
            continue
        if (colon and row.text is Text.NONE) or (row.colon and not colon):
            continue
        for arguments in _fill(row.slots, row.needs, words[length:], known):
            return Fit(row, arguments)
    return None


def _fill(slots: tuple[Slot, ...], needs: int, words: Words, known: Known) -> Iterator[tuple[Argument, ...]]:
    """Yield the ways in which the words fill the slots without leaving one over."""
    if not words:
        if needs <= 0:
            yield ()
        return
    if slots:
        for argument, took in read(slots[0], words, known):
            for others in _fill(slots[1:], needs - 1, words[took:], known):
                yield (argument, *others)


def _near_words(word: str, row: Row | None) -> tuple[str, ...]:
    return (row.form,) if row else nearest(word, (" ".join(spelling) for spelling in SPELLINGS))


def _corrections(line: Line, known: Known) -> Iterator[str]:
    """Yield the lines that are commands and one slip of the thumb away, as they would be written."""
    if not line.words:
        return
    for length in range(min(LONGEST_SPELLING, len(line.words)), 0, -1):
        written = " ".join(line.words[:length]).casefold()
        alike = (" ".join(spelling) for spelling in SPELLINGS if len(spelling) == length)
        for word in nearest(written, alike):
            yield from _corrected((*word.split(), *line.words[length:]), line, known)
    first, *rest = line.words
    row = SPELLINGS.get((first.casefold(),))
    for slot in row.slots if row else ():
        for place, word in enumerate(rest, 1):
            for better in _near_names(word.casefold(), slot, known):
                yield from _corrected((*line.words[:place], better, *line.words[place + 1 :]), line, known)


def _corrected(words: Words, line: Line, known: Known) -> Iterator[str]:
    if found := _fits(words, colon=line.colon, known=known):
        yield " ".join(words) + (":" if found.row.colon else "")


def _near_names(word: str, slot: Slot, known: Known) -> Iterator[str]:
    most = allowance(word) or 1
    for spelling, name in suggest(slot, known):
        if slips(word, spelling.casefold(), most) <= most:
            yield name
