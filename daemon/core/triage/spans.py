"""What a text says that the definition speaks about: phrases found, less those denied, supposed or over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from daemon.core.triage.definition import Definition, Effect, Rule
from daemon.core.triage.tokens import Tokens, tokens_of
from daemon.core.triage.tree import Match, find
from store.model.verdict import Part

_SPOKEN = 0.25  # a language is spoken that has this share of the telling words of the one spoken most
_TOLD = 2  # telling words from which a text tells its languages; a shorter one may be of any
_DENIED_WITHIN = 2  # words before a phrase among which a "not" or "no" denies it


@dataclass(frozen=True, slots=True)
class Span:
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """One part of a message and every phrase found in it."""

    definition: Definition
    part: Part
    tokens: Tokens
    matches: list[Match]

    def effect(self, match: Match) -> Effect:
        return self.definition.rules[match.phrase].group.effect


def findings_of(definition: Definition, subject: str, text: str) -> Findings:
    """Look for the definition's phrases in a request."""
    tokens = [tokens_of(subject), tokens_of(text)]
    silent = _silent(definition, tokens)
    readings = [_read(definition, part, own, silent) for part, own in zip(Part, tokens, strict=True)]
    named = [(reading.effect(match), reading, match) for reading in readings for match in reading.matches]
    rules = definition.rules
    areas = tuple(rules[match.phrase].group.name for effect, _, match in named if effect is Effect.AREA)
    facts = frozenset(rules[match.phrase].group.name for effect, _, match in named if effect is Effect.FACT)
    over = bool(_resolutions(readings[0]))
    told = tuple(_spans(readings[1], over=over))
    said = {span.rule.group.name for span in told}
    announced = tuple(span for span in _spans(readings[0], over=over) if span.rule.group.name not in said)
    return Findings((*announced, *told), areas, facts)


def _silent(definition: Definition, texts: Sequence[Tokens]) -> frozenset[str]:
    """Return the languages that a request is not written in, so that their phrases mean nothing in it."""
    tongues = definition.tongues
    told = dict.fromkeys(definition.languages, 0)
    for tokens in texts:
        for word in tokens.words:
            if word in tongues:
                for language in tongues[word]:
                    told[language] += 1
    most = max(told.values(), default=0)
    if most < _TOLD:
        return frozenset()
    return frozenset(language for language, count in told.items() if count < most * _SPOKEN)


def _read(definition: Definition, part: Part, tokens: Tokens, silent: frozenset[str]) -> _Reading:
    rules, sentences = definition.rules, tokens.sentences
    matches = [
        match
        for match in find(definition.tree, tokens, silent)
        if not rules[match.phrase].initial or match.first == 0 or sentences[match.first - 1] != sentences[match.first]
    ]
    return _Reading(definition, part, tokens, matches)


def _spans(reading: _Reading, *, over: bool) -> Iterator[Span]:
    """Yield the evidence that stands; `over` means that the subject tells of an end."""
    tokens, resolved, supposed = reading.tokens, _resolutions(reading), _supposed(reading)
    voided = [match for match in reading.matches if reading.effect(match) is Effect.VOIDS]
    end = len(tokens.words) if over else _end_of_sentence(tokens, max(resolved, default=-1))
    for match in reading.matches:
        rule = reading.definition.rules[match.phrase]
        effect = rule.group.effect
        if effect is Effect.WEIGHS:
            told = match.last < supposed.get(tokens.sentences[match.first], match.last + 1) and match.first >= end
            counts = told or not rule.group.tells
            counts = counts and not (rule.group.negatable and _denied(reading, match))
            counts = counts and not any(void.first <= match.last and match.first <= void.last for void in voided)
        else:
            counts = effect is Effect.RESOLVES and match.first in resolved
        if counts:
            yield Span(rule, reading.part, tokens.spans[match.first][0], tokens.spans[match.last][1])


def _denied(reading: _Reading, match: Match) -> bool:
    """Say whether a negator of the same stretch stands shortly before a phrase, or in it as no word of its own."""
    words, pauses, definition = reading.tokens.words, reading.tokens.pauses, reading.definition
    first = match.first
    for place in range(first - 1, max(first - 1 - _DENIED_WITHIN, -1), -1):
        if pauses[place] != pauses[first]:
            break
        if words[place] in definition.negators and words[place + 1] not in definition.limiters:
            return True
    inside = sum(word in definition.negators for word in words[first : match.last + 1])
    return inside > definition.rules[match.phrase].negations


def _supposed(reading: _Reading) -> dict[int, int]:
    """Return the sentences that tell of what might be, or is planned, each with the place from which they do."""
    found: dict[int, int] = {}
    for match in reading.matches:
        effect = reading.effect(match)
        sentence = reading.tokens.sentences[match.first]
        asked = sentence in reading.tokens.questions
        if effect is Effect.ANNOUNCES:
            found[sentence] = 0
        elif effect is Effect.SUPPOSES or (effect is Effect.SUPPOSES_IF_ASKED and asked):
            found.setdefault(sentence, match.first)
    return found


def _resolutions(reading: _Reading) -> frozenset[int]:
    """Return the places where a text says that it is over: neither denied nor asked."""
    return frozenset(
        match.first
        for match in reading.matches
        if reading.effect(match) is Effect.RESOLVES
        and reading.tokens.sentences[match.first] not in reading.tokens.questions
        and not _denied(reading, match)
    )


def _end_of_sentence(tokens: Tokens, place: int) -> int:
    """Return the place after the last word of the sentence in which `place` stands; 0 for no place."""
    if place < 0:
        return 0
    sentence = tokens.sentences[place]
    while place < len(tokens.sentences) and tokens.sentences[place] == sentence:
        place += 1
    return place
