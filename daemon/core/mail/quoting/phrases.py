"""The words of all languages, gathered into the tables and patterns by which a line of mail is recognised."""

import re
from collections.abc import Callable, Iterable

from daemon.core.mail.quoting.folding import plain
from daemon.core.mail.quoting.language import Language
from daemon.core.mail.quoting.languages_latin import WESTERN
from daemon.core.mail.quoting.languages_other import OTHERS

LANGUAGES = WESTERN + OTHERS

SENDER, SENT, TO, SUBJECT = 1, 2, 4, 8  # what a header field tells; a word of two languages may tell two things

_UNSPACED = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)  # scripts without spaces between words


def _gather(words: Callable[[Language], str]) -> tuple[str, ...]:
    """Return the distinct alternatives of one column, longest first, so that no word hides a longer one."""
    found = {plain(word) for language in LANGUAGES for word in words(language).split("|") if word.strip()}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


def _fields() -> dict[str, int]:
    columns: tuple[tuple[int, Callable[[Language], str]], ...] = (
        (SENDER, lambda row: row.sender),
        (SENT, lambda row: row.sent),
        (TO, lambda row: row.to),
        (SUBJECT, lambda row: row.subject),
    )
    table: dict[str, int] = {}
    for bit, words in columns:
        for word in _gather(words):
            table[word] = table.get(word, 0) | bit
    return table


FIELDS = _fields()
OPENERS = frozenset(_gather(lambda row: row.opens))
DEVICES = _gather(lambda row: row.device)
DEVICE_ENDS = _gather(lambda row: row.device_ends)
CLOSINGS = frozenset(_gather(lambda row: row.closing))
BEGINS = frozenset(_gather(lambda row: row.begin))
ORIGINALS = frozenset(_gather(lambda row: row.original))
FORWARDS = _gather(lambda row: f"{row.forwarded}|{row.begin}")

_VERBS = _gather(lambda row: row.wrote)
_WORD = re.compile(r"\w+")
_VERB_WORDS = frozenset(verb for verb in _VERBS if _WORD.fullmatch(verb) and not _UNSPACED.search(verb))
_VERB_PHRASES = tuple(verb if _UNSPACED.search(verb) else f" {verb}" for verb in _VERBS if verb not in _VERB_WORDS)


def has_verb(folded: str) -> bool:
    """Say whether "wrote" stands in a folded line, in any language."""
    if not _VERB_WORDS.isdisjoint(_WORD.findall(folded)):
        return True
    return any(verb in folded for verb in _VERB_PHRASES)


def _nouns(row: Language) -> set[str]:
    """Return what a language calls a message: the words that both an original and a forwarded one are named by."""
    original, forwarded = (plain(column.replace("|", " ")).split() for column in (row.original, row.forwarded))
    return set(original) & set(forwarded)


MESSAGES = re.compile(_any_of(sorted({word for row in LANGUAGES for word in _nouns(row) if len(word) > 3})))
