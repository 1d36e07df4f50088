"""Read the commands at the top of a member's reply, and keep every other word as text."""

import re
from dataclasses import dataclass, replace
from itertools import islice

from daemon.core.commands.arguments import Argument, Known
from daemon.core.commands.grammar import ROWS, Aspect, Text, Verb
from daemon.core.commands.line import Line, NotUnderstood, Reason, fit, lines, misfit, take_apart

MOST = 5  # commands in one mail
MOST_IN_DIGEST = 25  # lines of a digest answered in one mail
_LOOKED_AT = 400  # lines of an answer to a digest in which commands are looked for
_ENTRY = re.compile(r"\s{0,9}#?([1-9][0-9]{0,3})(?:[.):]\s{0,9}|\s{1,9})(?=[^\W\d_]|[!/#@])")


@dataclass(frozen=True, slots=True)
class Command:
    """One line that was understood."""

    verb: Verb
    arguments: tuple[Argument, ...] = ()
    letter: str = ""  # words for the reporter
    note: str = ""  # words for the team
    entry: int | None = None  # number of the digest's line that it is about
    line: str = ""  # as it was written


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of one mail, in order: all of them are applied, or none."""

    commands: tuple[Command, ...]
    text: str  # all that is no command: what stands behind the colons, and the rest


@dataclass(frozen=True, slots=True)
class _Found:
    """A command with the words behind its colon, and where in the text its line ends and the next thing begins."""

    command: Command
    colon: bool
    text: str
    start: int
    end: int


def read_command(new_text: str, known: Known) -> Commands | NotUnderstood | None:
    """Return what the first lines of a member's new text order, None where they are only text.

    `new_text` is without quotes, signature and forwarded parts. Whatever it holds, nothing is raised.
    """
    found: list[_Found] = []
    for line in lines(new_text):
        if _text_begun(found, line):
            break
        if not line.written:
            continue
        answer = _understand(line, known, first=not found)
        if answer is None:
            break
        if isinstance(answer, NotUnderstood):
            return answer
        if len(found) == MOST:
            return NotUnderstood(line.written, Reason.TOO_MANY)
        found.append(answer)
    return _gather(found, new_text)


def read_digest_commands(new_text: str, known: Known, last: int) -> Commands | NotUnderstood | None:
    """Return what an answer to a digest orders; its lines begin with a number, `last` being the digest's highest.

    Lines that are no commands belong to the command above them. A word that is about no ticket needs no number.
    """
    found: list[_Found] = []
    for line in islice(lines(new_text), _LOOKED_AT):
        answer = _understand_entry(line, known, last, first=not found)
        if isinstance(answer, NotUnderstood):
            return answer
        if answer and len(found) == MOST_IN_DIGEST:
            return NotUnderstood(line.written, Reason.TOO_MANY)
        if answer:
            found.append(answer)
        elif line.written and not found:
            return None
    return _gather(found, new_text)


def _text_begun(found: list[_Found], line: Line) -> bool:
    """Behind a colon the text has begun: only a line directly below words can still be a command."""
    return bool(found) and found[-1].colon and not (line.written and found[-1].text)


def _understand(line: Line, known: Known, *, first: bool) -> _Found | NotUnderstood | None:
    understood = fit(line, known)
    if understood is None:
        return misfit(line, known, first=first)
    command = Command(understood.row.verb, understood.arguments, line=line.written)
    return _Found(command, line.colon, line.text, line.start, line.end)


def _understand_entry(line: Line, known: Known, last: int, *, first: bool) -> _Found | NotUnderstood | None:
    numbered = _ENTRY.match(line.raw)
    if numbered is None:
        return _understand(line, known, first=first)
    entry = int(numbered[1])
    answer = _understand(take_apart(line.raw[numbered.end() :], line.start, line.end), known, first=True)
    if isinstance(answer, _Found):
        if entry > last:
            return NotUnderstood(line.written, Reason.NO_SUCH_LINE)
        return replace(answer, command=replace(answer.command, entry=entry, line=line.written))
    if answer:
        return replace(answer, line=line.written, nearest=tuple(f"{entry} {words}" for words in answer.nearest))
    return None


def _gather(found: list[_Found], whole: str) -> Commands | NotUnderstood | None:
    """Return the commands with the words that belong to each, or why they cannot stand together."""
    if not found:
        return None
    ends = [*(one.start for one in found[1:]), len(whole)]
    texts = [f"{one.text}\n{whole[one.end : end]}".strip() for one, end in zip(found, ends, strict=True)]
    commands: list[Command] = []
    for one, text in zip(found, texts, strict=True):
        command = _with_words(one, text)
        row = ROWS[command.verb]
        if row.text_needed and not text:
            return NotUnderstood(command.line, Reason.NO_TEXT, (row.form,))
        if any(_contradict(command, before) for before in commands):
            return NotUnderstood(command.line, Reason.CONTRADICTS)
        if not any(_same(command, before) for before in commands):
            commands.append(command)
    return Commands(tuple(commands), "\n".join(text for text in texts if text))


def _with_words(found: _Found, text: str) -> Command:
    rule = ROWS[found.command.verb].text
    letter = rule is Text.LETTER or (rule is Text.LETTER_AFTER_COLON and found.colon)
    return replace(found.command, letter=text) if letter else replace(found.command, note=text)


def _same(one: Command, other: Command) -> bool:
    return replace(one, line="") == replace(other, line="")


def _contradict(one: Command, other: Command) -> bool:
    """Say whether two commands settle the same thing of the same ticket, each in its own way."""
    ours, theirs = ROWS[one.verb], ROWS[other.verb]
    if one.entry != other.entry or _same(one, other) or ours.question or theirs.question:
        return False
    alone = Aspect.EVERYTHING in (ours.settles, theirs.settles)
    return alone or (ours.settles is not None and ours.settles is theirs.settles)
