"""Writes the shipped definition shorter, so that it judges the same: `python -m tests.benchmarks.pruning`.

What another phrase, or another word of a choice or a class, covers is left out; phrases that differ in one place
become one with a choice; words of a choice that a class lists are named by the class. What is written instead is
proved to find the same before the file is touched. Order, comments and the lines that need no change stay.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from daemon.core.triage.covered import (
    NONE,
    TWO,
    Places,
    Sets,
    choices,
    covered,
    denied,
    denying_words,
    listed,
    misfit,
    parts,
    table_of,
)
from daemon.core.triage.definition import Definition, Effect, Group, Rule, Written, read, written
from daemon.core.triage.patterns import Element, Words
from tests.core.judge.desk import SHIPPED

WIDTH = 120
_TABLE = re.compile(r"^\[((?:groups|words|facts)\.[\w.]+)\].*$", re.MULTILINE)
_VALUE = re.compile(r'^([a-z]{2,4}) = (?:"""\n?(.*?)"""|"([^"\n]*)")', re.MULTILINE | re.DOTALL)
_HEAD = re.compile(r"^\[", re.MULTILINE)


@dataclass(slots=True)
class Line:
    """One line of a value: as it stands, and what is to stand there."""

    text: str
    entries: list[str]
    changed: bool = False


@dataclass(slots=True)
class Value:
    """The phrases of a group, or the words of a class, in one language, as they lie in the file."""

    table: str
    language: str
    start: int
    end: int
    block: bool  # of lines of its own
    lines: list[Line]

    @property
    def entries(self) -> list[str]:
        return [entry for line in self.lines for entry in line.entries]

    def change(self, entry: str, new: str | None) -> None:
        """Write something else, or nothing, for the last of the entries that read so."""
        line = next(line for line in reversed(self.lines) if entry in line.entries)
        place = len(line.entries) - 1 - line.entries[::-1].index(entry)
        line.entries[place : place + 1] = [] if new is None else [new]
        line.changed = True

    def written(self) -> str:
        between = " " if self.table.startswith("words.") else "; "
        if not self.entries:
            return ""
        if not self.block:
            line = self.lines[0]
            laid_out = between.join(line.entries) if line.changed else line.text
            return f'{self.language} = "{laid_out}"'
        lines = [laid for line in self.lines for laid in _laid_out(line, between)]
        return f'{self.language} = """\n' + "".join(f"{line}\n" for line in lines) + '"""'


def _laid_out(line: Line, between: str) -> Iterator[str]:
    """Yield a line as it stands, or anew: no wider than lines may be, unless it was before."""
    if not line.changed:
        yield line.text
        return
    row = ""
    for entry in line.entries:
        longer = f"{row}{between}{entry}" if row else f"  {entry}"
        if row and len(longer) > max(WIDTH, len(line.text)):
            yield row
            longer = f"  {entry}"
        row = longer
    if row:
        yield row


def values(text: str) -> Iterator[Value]:
    """Yield all that holds phrases or words, but for the areas, in the order of the file."""
    for table in _TABLE.finditer(text):
        end = _HEAD.search(text, table.end())
        apart = r"\s+" if table[1].startswith("words.") else ";"
        for value in _VALUE.finditer(text, table.end(), end.start() if end else len(text)):
            block = value[2] is not None
            rows = (value[2] if block else value[3]).splitlines()
            lines = [Line(row, [" ".join(its.split()) for its in re.split(apart, row) if its.strip()]) for row in rows]
            yield Value(table[1], value[1], value.start(), value.end(), block, lines)


def rewritten(text: str, laid: Sequence[Value]) -> str:
    """Return the text with its values as they are now."""
    for value in reversed(laid):
        if any(line.changed for line in value.lines):
            after = value.end if value.entries else text.find("\n", value.end) + 1  # an emptied one goes with its line
            text = text[: value.start] + value.written() + text[after:]
    return text


def shorter(text: str) -> str:
    """Return a definition that judges the same and cannot be written shorter by what is known here."""
    while (again := with_classes(folded(without_covered(text)))) != text:
        text = again
    return text


def without_covered(text: str) -> str:
    """Leave out what something else covers."""
    found, laid = written(text), list(values(text))
    at = {(value.table, value.language): value for value in laid}
    for number, its in groupby(covered(found), key=lambda one: one.rule):
        rule = found.rules[number]
        phrase: str | None = rule.phrase
        for one in its:
            phrase = None if one.place is None else _without(phrase or "", one.place, one.choice)
        at[table_of(rule.group), rule.language].change(rule.phrase, phrase)
    for word in listed(found):
        at[f"words.{word.name}", word.language].change(word.word, None)
    return rewritten(text, laid)


def _with_part(phrase: str, place: int, part: str) -> str:
    """Return a phrase with another text in one of its written places."""
    written_ = phrase.split()
    at = [n for n, word in enumerate(written_) if word != "^" and not word.startswith("~")][place]
    written_[at] = "^" * written_[at].startswith("^") + part
    return " ".join(written_)


def _without(phrase: str, place: int, choice: str) -> str:
    left = parts(phrase)[place].split("|")
    del left[len(left) - 1 - left[::-1].index(choice)]
    return _with_part(phrase, place, "|".join(left))


def by_value(found: Written, laid: Sequence[Value]) -> Iterator[tuple[Value, list[tuple[Rule, Places]]]]:
    """Yield each value of one language with its phrases, in their order."""
    rules: defaultdict[tuple[str, str], list[tuple[Rule, Places]]] = defaultdict(list)
    for number, (rule, places) in enumerate(zip(found.rules, found.places, strict=True)):
        if rule.group.effect is not Effect.AREA and number not in found.shared:
            rules[table_of(rule.group), rule.language].append((rule, places))
    for value in laid:
        its = rules.get((value.table, value.language), [])
        if its:
            assert [rule.phrase for rule, _ in its] == value.entries, (value.table, value.language)
            yield value, its


def folded(text: str) -> str:
    """Make one phrase with a choice of those that differ in one place, where that is shorter."""
    found, laid = written(text), list(values(text))
    denying = denying_words(found)
    for value, its in by_value(found, laid):
        kept = denying if denied(its[0][0].group) else frozenset()
        left = its
        while (fold := _best_fold(left, kept)) is not None:
            siblings, new = fold
            value.change(siblings[0][0].phrase, new[0].phrase)
            for rule, _ in siblings[1:]:
                value.change(rule.phrase, None)
            left = [new if one is siblings[0] else one for one in left if one is siblings[0] or one not in siblings]
    return rewritten(text, laid)


Sibling = tuple[Rule, Places]


def _best_fold(its: Sequence[Sibling], denying: Words) -> tuple[list[Sibling], Sibling] | None:
    """Return the phrases whose folding saves most, and what they become."""
    rows: defaultdict[object, list[Sibling]] = defaultdict(list)
    for rule, places in its:
        if len(parts(rule.phrase)) != len(places) or len(places) == 1:  # a choice of whole phrases is none the clearer
            continue
        for at, place in enumerate(places):
            bare = (*places[:at], replace(place, words=frozenset()), *places[at + 1 :])
            if not place.other:
                rows[rule.initial, at, place.words.isdisjoint(denying), bare].append((rule, places))
    folds = [(siblings, _fold(siblings, at)) for (_, at, *_), siblings in rows.items() if len(siblings) > 1]
    saved = [sum(len(rule.phrase) + 2 for rule, _ in siblings) - len(new[0].phrase) - 2 for siblings, new in folds]
    most = max(saved, default=0)
    return folds[saved.index(most)] if most > 0 else None


def _fold(siblings: Sequence[Sibling], at: int) -> Sibling:
    first, places = siblings[0]
    words = frozenset().union(*(its[at].words for _, its in siblings))
    choice = dict.fromkeys(one for rule, _ in siblings for one in parts(rule.phrase)[at].split("|"))
    phrase = _with_part(first.phrase, at, "|".join(choice))
    return replace(first, phrase=phrase), (*places[:at], replace(places[at], words=words), *places[at + 1 :])


def with_classes(text: str) -> str:
    """Name by a class what a choice lists of it, where it lists all of it."""
    found, laid = written(text), list(values(text))
    names = sorted({name for name, _, _ in found.listed})
    for value, its in by_value(found, laid):
        kept = {name: words for name in names if (words := found.class_of(name, value.language))}
        for rule, places in its:
            phrase = rule.phrase
            for at, part in enumerate(parts(phrase) if len(parts(phrase)) == len(places) else ()):
                if "|" in part and not places[at].other:
                    phrase = _with_part(phrase, at, _named(part, places[at].words, kept))
            if phrase != rule.phrase:
                value.change(rule.phrase, phrase)
    return rewritten(text, laid)


def _named(part: str, words: Words, classes: dict[str, Words]) -> str:
    for name, its in classes.items():
        if its <= words:
            read_ = choices(part, classes.get)
            left = [choice for choice, taken in read_ if not (taken and taken <= its)]
            named = "|".join([f"<{name}>", *left])
            part = named if len(named) < len(part) else part
    return part


def alike(old: str, new: str) -> bool:
    """Prove that two definitions find the same: each phrase of one, word for word, is held by some of the other."""
    one, other = read(old), read(new)
    assert isinstance(one, Definition)
    assert isinstance(other, Definition), other
    bare = [replace(its, rules=(), tree=one.tree, hash="") for its in (one, other)]
    before, after = written(old), written(new)
    return bare[0] == bare[1] and _holds(before, after) and _holds(after, before) and _knows(before, after)


def _knows(before: Written, after: Written) -> bool:
    """Say whether each word that a phrase took some phrase still takes: else it could be read as one without dots."""
    return Sets().within(
        *(frozenset().union(*(its.words for places in found.places for its in places)) for found in (before, after))
    )


def _holds(found: Written, other: Written) -> bool:
    sets = Sets()
    by_group: defaultdict[tuple[Group, str], list[Sibling]] = defaultdict(list)
    for rule, places in zip(other.rules, other.places, strict=True):
        by_group[rule.group, rule.language if rule.language in other.languages else ""].append((rule, places))
    for rule, places in zip(found.rules, found.places, strict=True):
        near = by_group[rule.group, rule.language] + by_group[rule.group, ""]
        rivals = [
            its
            for twin, its in near
            if (rule.initial or not twin.initial) and (twin.negations >= rule.negations or not denied(rule.group))
        ]
        if not _held(sets, places, rivals):
            print("not held:", rule.language, rule.name, file=sys.stderr)
            return False
    areas = [
        Counter((r.group, p) for r, p in zip(its.rules, its.places, strict=True) if r.group.effect is Effect.AREA)
        for its in (found, other)
    ]
    return areas[0] == areas[1]


def _held(sets: Sets, places: Places, rivals: Sequence[Places]) -> bool:
    """Say whether some of the rivals together find all that these places find."""
    left = places
    for rival in rivals:
        at = misfit(sets, rival, left)
        if at == NONE:
            return True
        if at != TWO:
            words = frozenset(word for word in left[at].words if not sets.within(frozenset({word}), rival[at].words))
            left = _with_words(left, at, words)
    several = [at for at, place in enumerate(left) if len(place.words) > 1 and not place.other]
    if not several:
        return False
    at = min(several, key=lambda at: len(left[at].words))
    return all(_held(sets, _with_words(left, at, frozenset({word})), rivals) for word in left[at].words)


def _with_words(places: Places, at: int, words: Words) -> tuple[Element, ...]:
    return (*places[:at], replace(places[at], words=words), *places[at + 1 :])


def main() -> int:
    """Write the shipped definition shorter, if what is left is proved to judge the same."""
    text = SHIPPED.read_text("utf-8")
    new = shorter(text)
    print(f"{len(text.encode())} -> {len(new.encode())} bytes")
    if not alike(text, new):
        print("what is left does not find the same: nothing is written", file=sys.stderr)
        return 1
    SHIPPED.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
