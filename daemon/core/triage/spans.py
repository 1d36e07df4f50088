"""What a text says that the definition speaks about: phrases found, less those denied, supposed or over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from daemon.core.triage.definition import AXES, Definition, Effect, Group, Rule
from daemon.core.triage.tokens import Tokens, tokens_of
from daemon.core.triage.tree import Match, find
from store.model.verdict import Part

_SPOKEN = 0.25  # a language is spoken that has this share of the telling words of the one spoken most
_TOLD = 2  # telling words from which a text tells its languages; with fewer it may be of any
_EFFECTS = tuple(Effect)
_STOPPING = AXES.index("stopping")
_DENIED_WITHIN = 2  # words before a phrase among which a "not" or "no" denies it


class Span(NamedTuple):
    """Exact words of one part of a message that a rule speaks about."""

    rule: Rule
    part: Part
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a definition finds in a request, in the order of the text, the subject first."""

    spans: tuple[Span, ...]  # evidence that stands; what the subject says and the text says again, from the text
    areas: tuple[str, ...]  # named, in order, with repetitions
    facts: frozenset[str]  # given
    asks: bool  # a sentence ends in a question mark
    tells: bool  # there are words at all


@dataclass(frozen=True, slots=True)
class _Reading:
    """One part of a message and the phrases found in it, by what they do."""

    definition: Definition
    part: Part
    tokens: Tokens
    found: Mapping[Effect, list[Match]]

    def group(self, match: Match) -> Group:
        return self.definition.rules[match.phrase].group


def findings_of(definition: Definition, subject: str, text: str) -> Findings:
    """Look for the definition's phrases in a request."""
    tokens = [tokens_of(subject), tokens_of(text)]
    silent = _silent(definition, tokens)
    readings = [_read(definition, part, own, silent) for part, own in zip(Part, tokens, strict=True)]
    areas = tuple(reading.group(match).name for reading in readings for match in reading.found[Effect.AREA])
    facts = frozenset(reading.group(match).name for reading in readings for match in reading.found[Effect.FACT])
    over = bool(_resolutions(readings[0]))
    told = tuple(_spans(readings[1], over=over))
    said = {span.rule.group.name for span in told}
    announced = tuple(span for span in _spans(readings[0], over=over) if span.rule.group.name not in said)
    asks = any(own.questions for own in tokens)
    return Findings((*announced, *told), areas, facts, asks, any(own.words for own in tokens))


def _silent(definition: Definition, texts: Sequence[Tokens]) -> frozenset[str]:
    """Return the languages that a request is not written in, so that their phrases mean nothing in it.

    Words that the language spoken most shares with another ("de", "no") are no sign of the other.
    """
    told = dict.fromkeys(definition.languages, 0)
    telling = [its for tokens in texts for its in map(definition.tongues.get, tokens.words) if its]
    for languages in telling:
        for language in languages:
            told[language] += 1
    most = max(told.values(), default=0)
    if most < _TOLD:
        return frozenset()
    first = max(told, key=told.__getitem__)
    apart = {language for languages in telling if first not in languages for language in languages}
    return frozenset(
        language
        for language, count in told.items()
        if count < most * _SPOKEN or (count < most and language not in apart)
    )


def _read(definition: Definition, part: Part, tokens: Tokens, silent: frozenset[str]) -> _Reading:
    rules, sentences = definition.rules, tokens.sentences
    found: dict[Effect, list[Match]] = {effect: [] for effect in _EFFECTS}
    for match in find(definition.tree, tokens, silent):
        rule = rules[match.phrase]
        if not rule.initial or match.first == 0 or sentences[match.first - 1] == match.first:
            found[rule.group.effect].append(match)
    return _Reading(definition, part, tokens, found)


def _spans(reading: _Reading, *, over: bool) -> Iterator[Span]:
    """Yield the evidence that stands; `over` means that the subject tells of an end."""
    tokens, resolved, supposed = reading.tokens, _resolutions(reading), _supposed(reading)
    end = len(tokens.words) if over else max((tokens.sentences[match.first] for match in resolved), default=0)
    standing = list(resolved)
    for match in reading.found[Effect.WEIGHS]:
        group = reading.group(match)
        told = match.last < supposed.get(tokens.sentences[match.first], match.last + 1) and match.first >= end
        if (told or not group.tells) and not (group.negatable and _unsaid(reading, match, group)):
            standing.append(match)
    for match in standing:
        if not _voided(reading, match):
            start, stop = tokens.starts[match.first], tokens.ends[match.last]
            yield Span(reading.definition.rules[match.phrase], reading.part, start, stop)


def _voided(reading: _Reading, match: Match) -> bool:
    """Say whether a phrase is overlapped by one that makes it mean something else."""
    return any(void.first <= match.last and match.first <= void.last for void in reading.found[Effect.VOIDS])


def _unsaid(reading: _Reading, match: Match, group: Group) -> bool:
    """Say whether a phrase is denied, where one that lets a stop down may be so by what follows, too."""
    return _denied(reading, match) or (group.weights[_STOPPING] < 0 and _denied_after(reading, match))


def _denied_after(reading: _Reading, match: Match) -> bool:
    """Say whether a negator of the same stretch stands shortly after a phrase: it goes by phone just as little."""
    words, pauses, definition = reading.tokens.words, reading.tokens.pauses, reading.definition
    last = match.last
    for place in range(last + 1, min(last + 1 + _DENIED_WITHIN, pauses[last])):
        if words[place] in definition.contrasts:
            return False
        if words[place] in definition.negators:
            return True
    return False


def _denied(reading: _Reading, match: Match) -> bool:
    """Say whether a negator of the same stretch stands shortly before a phrase, or in it as no word of its own.

    A phrase that begins with one is not denied by another before it: "ne … pas", "no … nada" deny once.
    """
    words, pauses, definition = reading.tokens.words, reading.tokens.pauses, reading.definition
    first = match.first
    within = 0 if words[first] in definition.negators else _DENIED_WITHIN
    for place in range(first - 1, max(first - 1 - within, -1), -1):
        if pauses[place] != pauses[first] or words[place] in definition.contrasts:
            break
        if words[place] in definition.negators and words[place + 1] not in definition.limiters:
            return True
    inside = sum(word in definition.negators for word in words[first : match.last + 1])
    return inside > definition.rules[match.phrase].negations


def _supposed(reading: _Reading) -> dict[int, int]:
    """Return the sentences that tell of what might be, or is planned, each with the place from which they do."""
    sentences, questions = reading.tokens.sentences, reading.tokens.questions
    asked = [match for match in reading.found[Effect.SUPPOSES_IF_ASKED] if sentences[match.first] in questions]
    found: dict[int, int] = {}
    for match in sorted([*reading.found[Effect.SUPPOSES], *asked]):
        found.setdefault(sentences[match.first], match.first)
    return found | {sentences[match.first]: 0 for match in reading.found[Effect.ANNOUNCES]}


def _resolutions(reading: _Reading) -> list[Match]:
    """Return where a text says that it is over: neither denied nor asked, and meaning just that."""
    questions, sentences = reading.tokens.questions, reading.tokens.sentences
    return [
        match
        for match in reading.found[Effect.RESOLVES]
        if sentences[match.first] not in questions
        and not _unsaid(reading, match, reading.group(match))
        and not _voided(reading, match)
    ]
