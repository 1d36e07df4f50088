"""What a definition says twice: phrases, words of a choice and words of a class that others cover wholly.

A phrase covers another of its group where each place of the other has its own, which takes all the words and lies no
nearer; a place between two may fall into a gap. Both then begin and end with the same words of a text, so that a
definition without the covered one judges the same.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from daemon.core.triage.definition import Effect, Fault, Group, Rule, Written, written
from daemon.core.triage.patterns import NUMBER, Element, Words, parse, spell

Places = tuple[Element, ...]
_WORDS_ALONE = frozenset({"tongue", "not", "without", "only", "but"})  # classes that the judge looks words up in
NONE, TWO = -1, -2  # places that do not fit
_ALWAYS = "always"  # in place of a language that is not told from others: its phrases are looked for in every text
_ANYTHING = "anything"  # a word before what may not begin a phrase


@dataclass(frozen=True, slots=True)
class Covered:
    """A phrase, or a word of a choice in it, that finds nothing which another phrase does not find."""

    rule: int
    place: int | None  # of the choice; None: the whole phrase
    choice: str
    by: str  # the other phrase, or the same


@dataclass(frozen=True, slots=True)
class Listed:
    """A word of a class that another word of the class covers."""

    name: str
    language: str
    word: str


@dataclass(slots=True)
class Sets:
    """Which sets of words lie within which others; each pair is compared once."""

    known: dict[tuple[Words, Words], bool] = field(default_factory=dict)
    wide: dict[Words, list[str]] = field(default_factory=dict)  # those of a set that take more than one word

    def within(self, words: Words, others: Words) -> bool:
        """Say whether the second set takes every word that the first one takes."""
        pair = words, others
        if pair not in self.known:
            if others not in self.wide:
                self.wide[others] = [other for other in others if _wide(other)]
            wide = self.wide[others]
            self.known[pair] = words <= others or bool(wide and all(_taken(word, wide) for word in words - others))
        return self.known[pair]

    def fits(self, place: Element, other: Element) -> bool:
        """Say whether the other place takes every word that this one takes."""
        if place.other or other.other:
            return place.other and other.other and self.within(other.words, place.words)
        return self.within(place.words, other.words)


def _wide(word: str) -> bool:
    return "*" in word or word == NUMBER


def _taken(word: str, others: Iterable[str]) -> bool:
    """Say whether a beginning, an end or "a number" takes every word that `word` stands for."""
    bare = word.strip("*")
    begins, ends = not word.startswith("*"), not word.endswith("*")
    return any(
        (begins and other.endswith("*") and bare.startswith(other[:-1]))
        or (ends and other.startswith("*") and bare.endswith(other[1:]))
        or (begins and other == NUMBER and bare[:1].isdigit())
        for other in others
    )


def misfit(sets: Sets, other: Places, places: Places) -> int:
    """Return NONE if all that `places` find `other` finds, with the same first and last word.

    Else return the one place of which it does not take every word, or TWO.
    """
    if len(other) != len(places):
        found = sets.fits(places[0], other[0]) and _goes_on(sets, other, places, 0, 0)
        return NONE if found else TWO
    unfit = NONE
    for number, (place, its) in enumerate(zip(places, other, strict=True)):
        if place.gap > its.gap or (place.over and not its.over):
            return TWO
        if not sets.fits(place, its):
            if unfit != NONE or place.other or its.other:
                return TWO
            unfit = number
    return unfit


def _goes_on(sets: Sets, other: Places, places: Places, at: int, of: int) -> bool:
    """Say whether the other phrase covers what follows the place `at`, which its own place `of` takes."""
    if of == len(other) - 1:
        return at == len(places) - 1
    wanted, words, over = other[of + 1], -1, False
    for place in range(at + 1, len(places)):
        words += places[place].gap + 1
        over |= places[place].over
        if words > wanted.gap or (over and not wanted.over):
            return False
        if sets.fits(places[place], wanted) and _goes_on(sets, other, places, place, of + 1):
            return True
    return False


def parts(phrase: str) -> list[str]:
    """Return the written places of a phrase, without its gaps."""
    return [part for part in phrase.removeprefix("^").split() if not part.startswith("~")]


def choices(part: str, class_of: Callable[[str], Words | None]) -> list[tuple[str, Words]]:
    """Return what stands between the | of a written place, each with the words that it takes."""
    read = [(choice, parse(f"{_ANYTHING} {choice}", class_of)[1:]) for choice in part.split("|")]
    return [(choice, places[0].words if places else frozenset()) for choice, places in read]


def covered(found: Written) -> Iterator[Covered]:
    """Yield what can be left out of a definition, all of it at once, without a change of any verdict.

    Areas are left alone: there it counts how often one is named.
    """
    rooms: dict[Group, _Room] = {}
    sets, denying = Sets(), denying_words(found)
    for number, (rule, places) in enumerate(zip(found.rules, found.places, strict=True)):
        if rule.group not in rooms:
            rooms[rule.group] = _Room(found, sets, denying if denied(rule.group) else frozenset())
        language = rule.language if rule.language in found.languages else _ALWAYS
        rooms[rule.group].phrases[language].append(_Phrase(number, places, rule.initial, rule.negations))
    for group, room in rooms.items():
        if group.effect is not Effect.AREA:
            yield from room.covered()


def denied(group: Group) -> bool:
    """Say whether a "not" takes the meaning of its phrases away."""
    return group.negatable or group.effect is Effect.RESOLVES


def denying_words(found: Written) -> Words:
    """Return the words that deny."""
    return frozenset().union(*(found.class_of(name, "any") or () for name in ("not", "without")))


@dataclass(slots=True)
class _Phrase:
    """A phrase in one language, as much of it as is not covered yet."""

    number: int
    places: Places
    initial: bool
    negations: int


@dataclass(slots=True)
class _Room:
    """The phrases of one group, gone through from the last to the first; what is covered is left out on the way."""

    found: Written
    sets: Sets
    denying: Words  # none, where nothing denies the group
    phrases: defaultdict[str, list[_Phrase]] = field(default_factory=lambda: defaultdict(list))  # by language

    def covered(self) -> Iterator[Covered]:
        for language, its in self.phrases.items():
            others = [its] if language == _ALWAYS else [its, self.phrases.get(_ALWAYS, [])]
            for phrase in [phrase for phrase in reversed(its) if phrase.number not in self.found.shared]:
                by, nearly = self.rivals(phrase, chain.from_iterable(others))
                if by:
                    its.remove(phrase)
                    yield Covered(phrase.number, None, "", self.text(by))
                else:
                    yield from self.choices(phrase, nearly)

    def text(self, phrase: _Phrase) -> str:
        return self.found.rules[phrase.number].phrase

    def rivals(self, phrase: _Phrase, others: Iterable[_Phrase]) -> tuple[_Phrase | None, list[tuple[int, _Phrase]]]:
        """Return a phrase that covers this one, or all those that do but for one place, and that place."""
        nearly: list[tuple[int, _Phrase]] = []
        for other in others:
            if other is phrase or len(other.places) > len(phrase.places) or (other.initial and not phrase.initial):
                continue
            if self.denying and other.negations < phrase.negations:
                continue
            place = misfit(self.sets, other.places, phrase.places)
            if place == NONE:
                return other, []
            if place != TWO:
                nearly.append((place, other))
        return None, nearly

    def choices(self, phrase: _Phrase, nearly: Sequence[tuple[int, _Phrase]]) -> Iterator[Covered]:
        """Yield the words of its choices that another phrase covers, or the rest of the choice."""
        written = parts(self.text(phrase))
        if len(written) != len(phrase.places):  # a part of it is several words
            return
        for place, part in enumerate(written):
            its, rivals = phrase.places[place], [other for at, other in nearly if at == place]
            plain = len(its.words) == part.count("|") + 1 and "<" not in part and not any(map(_wide, its.words))
            if "|" in part and not its.other and not (plain and not rivals):
                yield from self.choice(phrase, place, part, rivals)

    def choice(self, phrase: _Phrase, place: int, part: str, rivals: Sequence[_Phrase]) -> Iterator[Covered]:
        language = self.found.rules[phrase.number].language
        left = choices(part, lambda name: self.found.class_of(name, language))
        for number in reversed(range(len(left))):
            choice, words = left[number]
            rest = frozenset().union(*(its for at, (_, its) in enumerate(left) if at != number))
            if not self.denying.isdisjoint(words) and self.denying.isdisjoint(rest):
                continue
            others = [phrase] if self.sets.within(words, rest) else rivals
            by = next(
                (its for its in others if its is phrase or self.sets.within(words, its.places[place].words)), None
            )
            if by is not None and rest:
                yield Covered(phrase.number, place, choice, self.text(by))
                del left[number]
                kept = replace(phrase.places[place], words=rest)
                phrase.places = (*phrase.places[:place], kept, *phrase.places[place + 1 :])


def listed(found: Written) -> Iterator[Listed]:
    """Yield the words of classes that can be left out, all at once, because another word of the class takes them."""
    denying = denying_words(found)
    anywhere = {name: _spelled(words) for name, language, words in found.listed if language == "any"}
    for name, language, text in found.listed:
        words = text.split()
        left = _spelled(text)
        besides = anywhere.get(name, []) if language != "any" else []
        for number in reversed(range(len(words))):
            word, others = left[number], frozenset(left[:number] + left[number + 1 :] + besides)
            alone = name in _WORDS_ALONE or word in denying
            if word in others or (not alone and _taken(word, others)):
                yield Listed(name, language, words[number])
                del left[number]


def said_twice(text: str) -> tuple[Fault, ...]:
    """Return what the text of a definition without faults says twice, in the order of its lines."""
    found = written(text)
    notes = [_note(text, found.rules[its.rule], its) for its in covered(found)]
    for its in listed(found):
        key = f"words.{its.name}"
        line = _line(text, key, its.language, its.word, r"\s")
        notes.append(Fault(line, f"{key}: {its.word}", "another word of the class takes it"))
    return tuple(sorted(notes, key=lambda note: (note.line, note.key, note.words)))


def table_of(group: Group) -> str:
    """Return the table in which the phrases of a group stand."""
    return f"facts.{group.name}.given" if group.effect is Effect.FACT else f"groups.{group.name}"


def _note(text: str, rule: Rule, its: Covered) -> Fault:
    key = table_of(rule.group)
    line = _line(text, key, rule.language, rule.phrase, ";")
    if its.place is None:
        return Fault(line, f"{key}: {rule.phrase}", f"it is covered by {its.by}")
    by = "the rest of its choice" if its.by == rule.phrase else its.by
    return Fault(line, f"{key}: {rule.phrase}", f"in it {its.choice} is covered by {by}")


def _line(text: str, table: str, language: str, words: str, between: str) -> int:
    """Return the line, from 1, of a phrase or word: it stands between quotation marks, line ends and `between`."""
    head = max(text.find(f"[{table}]"), 0)
    value = re.compile(rf"^{language}\s*=", re.MULTILINE).search(text, head)
    laid_out = r"\s+".join(map(re.escape, words.split()))
    edge = rf"[\"\n{between}]"
    found = re.compile(rf"{edge}\s*({laid_out})\s*(?={edge})").search(text, value.end() if value else head)
    return text.count("\n", 0, found.start(1) if found else head) + 1


def _spelled(text: str) -> list[str]:
    return [spell(word)[0] for word in text.split()]
