"""The team's written definition of an emergency, read from its file and ready to judge by.

A definition is data: classes of words, groups of phrases with what each group says about the clauses, areas of the
product, facts to ask for, and thresholds. The shipped one, templates/definition.toml, explains what a file may hold.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from daemon.core.triage.patterns import ALWAYS, Element, PhraseError, Words, parse, spell
from daemon.core.triage.tree import Tree, grow

CLAUSES = ("technical", "existing", "stopping")
# What a group of phrases may speak for (positive) or against (negative).
AXES = (*CLAUSES, "feature", "question", "favour", "other")
STRONGEST = 6.0
_TOP = frozenset({"sentence", "thresholds", "words", "groups", "areas", "facts"})
_THRESHOLDS = {"technical": 2.0, "stopping": 2.0, "page": 1.75, "ask": 0.0}
_NEEDED_WORDS = ("tongue", "not", "without", "only", "but")
_LANGUAGE = re.compile(r"[a-z]{2}|any|each")  # each: the same phrase with the classes of every language
_KINDS = frozenset({"emergency", "problem", "feature", "question", "other"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in a definition: where it stands (line from 1, 0 if nowhere), the key or phrase, and what is wrong."""

    line: int
    key: str
    words: str


class Effect(StrEnum):
    """What finding a phrase does."""

    WEIGHS = "weighs"  # evidence for and against clauses
    SUPPOSES = "supposes"  # from here to the end of its sentence it tells of what might be, not of what is
    SUPPOSES_IF_ASKED = "supposes if asked"  # the same, where the sentence is a question
    ANNOUNCES = "announces"  # its sentence, from its beginning, tells of what is planned
    VOIDS = "voids"  # what it overlaps means something else
    RESOLVES = "resolves"  # what was told before it is over
    AREA = "area"
    FACT = "fact"


_WRITTEN = (Effect.WEIGHS, Effect.SUPPOSES, Effect.SUPPOSES_IF_ASKED, Effect.ANNOUNCES, Effect.VOIDS, Effect.RESOLVES)


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases that say the same about a request."""

    name: str
    effect: Effect
    weights: tuple[float, ...]  # one an axis
    negatable: bool  # a "not" or "no" before it takes its meaning away

    @property
    def tells(self) -> bool:
        """Say whether it tells of a malfunction or a stop, which may be supposed only, or be over."""
        return self.weights[0] > 0 or self.weights[2] > 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase and the group it belongs to."""

    group: Group
    phrase: str
    language: str  # two letters, or any
    initial: bool  # it counts only where a sentence begins
    negations: int  # places of its own where a word may deny

    @property
    def name(self) -> str:
        """How evidence names the rule it comes from."""
        return f"{self.group.name}: {self.phrase}"


@dataclass(frozen=True, slots=True)
class Needed:
    """A fact to ask the reporter for, unless the text gives it."""

    name: str
    kinds: frozenset[str]  # the tags it is wanted for
    areas: frozenset[str]  # the areas it is wanted for; empty: all
    ask: Mapping[str, str]  # the question by language


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which strength a clause holds, and from which score to page and to ask."""

    technical: float
    stopping: float
    page: float
    ask: float


@dataclass(frozen=True, slots=True)
class Definition:
    """A compiled definition; `hash` names its content: the same content, however laid out, has the same hash."""

    sentence: str
    thresholds: Thresholds
    rules: tuple[Rule, ...]  # the tree's phrases, by number
    tree: Tree
    negators: frozenset[str]  # not, never, without, kein, …
    limiters: frozenset[str]  # only: a "not only" denies nothing
    contrasts: frozenset[str]  # but: a "not" before it denies nothing after it
    languages: tuple[str, ...]  # that can be told from one another
    tongues: Mapping[str, tuple[str, ...]]  # a word that tells a language -> the languages it tells
    areas: tuple[str, ...]
    facts: tuple[Needed, ...]
    hash: str


def read(text: str) -> Definition | tuple[Fault, ...]:
    """Read a definition from the text of its file, or return every mistake in it, in the order of the lines."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        at = int(line[1]) if line else text.count("\n") + 1  # without a line it is about the end
        return (Fault(at, "definition", f"not valid TOML: {error}"),)
    reader = _Reader(text)
    definition = reader.definition(data)
    return tuple(sorted(reader.faults, key=lambda fault: (fault.line, fault.key, fault.words))) or definition


@dataclass(frozen=True, slots=True)
class Written:
    """A definition as its file writes it: each phrase with its places, each class with its words."""

    rules: tuple[Rule, ...]
    places: tuple[tuple[Element, ...], ...]  # side by side with the rules
    shared: frozenset[int]  # rules, by number, that a phrase written once for each language makes
    languages: tuple[str, ...]  # that can be told from one another
    listed: tuple[tuple[str, str, str], ...]  # a class, a language, and its words in it
    class_of: Callable[[str, str], Words | None]  # a class, by its name, as a language has it


def written(text: str) -> Written:
    """Return what the text of a definition without faults writes."""
    reader = _Reader(text)
    reader.read_phrased(tomllib.loads(text))
    places = tuple(elements for _, elements in reader.phrases)
    shared, listed = frozenset(reader.shared), tuple(reader.listed)
    return Written(tuple(reader.rules), places, shared, reader.languages(), listed, reader.class_of)


def _plain(value: object, *, phrases: bool = True) -> object:
    """Return a value of the file with every text laid out alike: its words, and where a phrase ends."""
    if isinstance(value, dict):
        return {key: _plain(its, phrases=phrases and key != "words") for key, its in value.items()}
    if isinstance(value, str) and phrases:
        return [phrase.split() for phrase in re.split(r"[;\n]", value) if phrase.strip()]
    return value.split() if isinstance(value, str) else value


@dataclass(slots=True)
class _Reader:
    """Goes through a parsed file once and gathers faults on its way."""

    text: str
    faults: list[Fault] = field(default_factory=list)
    classes: dict[str, dict[str, Words]] = field(default_factory=dict)  # name -> language -> words
    listed: list[tuple[str, str, str]] = field(default_factory=list)  # the same, as written
    rules: list[Rule] = field(default_factory=list)
    phrases: list[tuple[str, tuple[Element, ...]]] = field(default_factory=list)
    shared: set[int] = field(default_factory=set)  # rules that an `each` makes

    def definition(self, data: dict[str, object]) -> Definition:
        for key in data.keys() - _TOP:
            self.fault(key, key, "no such key here")
        sentence = data.get("sentence")
        if not isinstance(sentence, str) or not sentence.strip():
            self.fault("sentence", "sentence", "the definition in one sentence is missing")
        thresholds = self.thresholds(self.table(data, "thresholds"))
        areas, facts = self.read_phrased(data)
        canonical = json.dumps(_plain(data), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
        return Definition(
            str(sentence),
            thresholds,
            tuple(self.rules),
            grow(self.phrases),
            self.every("not") | self.every("without"),
            self.every("only"),
            self.every("but"),
            self.languages(),
            self.tongues(),
            areas,
            facts,
            sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        )

    def read_phrased(self, data: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[Needed, ...]]:
        """Read the classes and all that holds phrases; return the areas and the facts."""
        self.read_classes(self.table(data, "words"))
        for name, group in self.tables(data, "groups"):
            self.read_group(name, group)
        areas = tuple(self.read_area(name, area) for name, area in self.tables(data, "areas"))
        return areas, tuple(self.read_fact(name, fact, areas) for name, fact in self.tables(data, "facts"))

    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self.classes.get("tongue", {})))

    def fault(self, key: str, needle: str, words: str) -> None:
        self.faults.append(Fault(self.line(key, needle), key if key == needle else f"{key}: {needle}", words))

    def line(self, key: str, needle: str) -> int:
        """Find the line, from 1, where `needle` first stands at or after the head of the table `key`."""
        head = self.text.find(f"[{key}]")
        laid_out = re.compile(r"\s+".join(map(re.escape, needle.split())))
        found = laid_out.search(self.text, max(head, 0))
        place = found.start() if found else -1
        place = place if place >= 0 else head
        return self.text.count("\n", 0, place) + 1 if place >= 0 else 0

    def table(self, data: Mapping[str, object], key: str) -> dict[str, object]:
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.fault(key, key, "must be a table")
        return {}

    def tables(self, data: Mapping[str, object], key: str) -> Iterator[tuple[str, dict[str, object]]]:
        for name, value in self.table(data, key).items():
            if isinstance(value, dict):
                yield name, value
            else:
                self.fault(key, name, "must be a table")

    def number(self, key: str, name: str, value: object, largest: float) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and -largest <= value <= largest:
            return float(value)
        self.fault(key, name, f"must be a number from {-largest:g} to {largest:g}")
        return 1.0  # anything, so that no fault follows from this one

    def thresholds(self, data: dict[str, object]) -> Thresholds:
        for name in data.keys() - _THRESHOLDS.keys():
            self.fault("thresholds", name, f"no such threshold; there are {', '.join(_THRESHOLDS)}")
        values = {
            name: self.number("thresholds", name, data.get(name, usual), 20) for name, usual in _THRESHOLDS.items()
        }
        if values["ask"] > values["page"]:
            self.fault("thresholds", "ask", "must not be above page")
        return Thresholds(**values)

    def read_classes(self, data: dict[str, object]) -> None:
        for name in _NEEDED_WORDS:
            if name not in data:
                self.fault("words", name, "this class of words is needed")
        for name, value in data.items():
            languages = value if isinstance(value, dict) else {"any": value}
            key = f"words.{name}"
            its = dict(self.by_language(key, languages))
            self.listed += [(name, language, words) for language, words in its.items()]
            self.classes[name] = {language: frozenset(self.words(key, words)) for language, words in its.items()}

    def by_language(self, key: str, data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        for language, words in data.items():
            if not _LANGUAGE.fullmatch(language):
                self.fault(key, language, "no such key here; a language is two letters, or any")
            elif not isinstance(words, str):
                self.fault(key, language, "must be text")
            else:
                yield language, words

    def words(self, key: str, text: str) -> Iterator[str]:
        for word in text.split():
            try:
                spelled = spell(word)
            except PhraseError as error:
                self.fault(key, word, str(error))
                continue
            if len(spelled) == 1:
                yield spelled[0]
            else:
                self.fault(key, word, "is more than one word; a class holds single words")

    def every(self, name: str) -> frozenset[str]:
        return frozenset().union(*self.classes.get(name, {}).values())

    def tongues(self) -> dict[str, tuple[str, ...]]:
        told = sorted(self.classes.get("tongue", {}).items())
        words = frozenset().union(*(words for _, words in told))
        return {word: tuple(language for language, its in told if word in its) for word in sorted(words)}

    def class_of(self, name: str, language: str) -> Words | None:
        """Return a class as a language has it: its own words and those of any language."""
        kept = self.classes.get(name)
        if kept is None:
            return None
        if language == "any":
            return frozenset().union(*kept.values())
        words = kept.get(language, frozenset()) | kept.get("any", frozenset())
        return words or None

    def read_group(self, name: str, data: dict[str, object]) -> None:
        key = f"groups.{name}"
        effect = next((known for known in _WRITTEN if known == data.get("effect", "weighs")), None)
        if effect is None:
            self.fault(key, "effect", f"no such effect; there are {', '.join(_WRITTEN)}")
            effect = Effect.WEIGHS
        negatable = data.get("negatable", False)
        if not isinstance(negatable, bool):
            self.fault(key, "negatable", "must be true or false")
        weights = tuple(self.number(key, axis, data.get(axis, 0), STRONGEST) for axis in AXES)
        if effect == Effect.WEIGHS and not any(weights):
            self.fault(key, key, "says nothing about any clause")
        group = Group(name, effect, weights, negatable is True)
        rest = {k: v for k, v in data.items() if k not in {*AXES, "effect", "negatable"}}
        for language, phrases in self.by_language(key, rest):
            self.read_phrases(key, group, language, phrases)

    def read_phrases(self, key: str, group: Group, language: str, text: str) -> None:
        phrases = [" ".join(part.split()) for line in text.splitlines() for part in line.split(";") if part.strip()]
        spoken = sorted({tongue for kept in self.classes.values() for tongue in kept} - {"any"})
        for phrase in phrases:
            if language != "each":
                self.read_phrase(key, group, language, phrase)
                continue
            first = len(self.rules)
            for each in spoken:
                if all(f"<{name}>" in ALWAYS or self.class_of(name, each) for name in re.findall(r"<(\w+)>", phrase)):
                    self.read_phrase(key, group, each, phrase)
            self.shared.update(range(first, len(self.rules)))

    def read_phrase(self, key: str, group: Group, language: str, phrase: str) -> None:
        try:
            elements = parse(phrase.removeprefix("^"), lambda name: self.class_of(name, language))
        except PhraseError as error:
            self.fault(key, phrase, str(error))
            return
        denying = self.every("not") | self.every("without")
        negations = sum(not element.other and not element.words.isdisjoint(denying) for element in elements)
        self.rules.append(Rule(group, phrase, language, phrase.startswith("^"), negations))
        self.phrases.append((language, elements))

    def read_area(self, name: str, data: dict[str, object]) -> str:
        key = f"areas.{name}"
        for language, phrases in self.by_language(key, data):
            self.read_phrases(key, Group(name, Effect.AREA, (), negatable=False), language, phrases)
        return name

    def read_fact(self, name: str, data: dict[str, object], areas: tuple[str, ...]) -> Needed:
        key = f"facts.{name}"
        for unknown in data.keys() - {"kinds", "areas", "ask", "given"}:
            self.fault(key, unknown, "no such key here")
        group = Group(name, Effect.FACT, (), negatable=False)
        for language, phrases in self.by_language(f"{key}.given", self.table(data, "given")):
            self.read_phrases(f"{key}.given", group, language, phrases)
        kinds = self.names(key, "kinds", data.get("kinds", ["emergency", "problem"]), _KINDS)
        wanted = self.names(key, "areas", data.get("areas", []), frozenset(areas))
        ask = dict(self.by_language(f"{key}.ask", self.table(data, "ask")))
        if not ask:
            self.fault(key, "ask", "the question is missing")
        return Needed(name, kinds, wanted, ask)

    def names(self, key: str, name: str, value: object, known: frozenset[str]) -> frozenset[str]:
        found = frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else None
        if found is None or not found <= known:
            self.fault(key, name, f"must be a list out of {', '.join(sorted(known)) or 'nothing'}")
        return found or frozenset()
