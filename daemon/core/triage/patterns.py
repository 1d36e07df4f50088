"""Phrases of the definition as one tree, walked once over the words of a text.

A phrase is a row of elements: `word`, `begin*`, `one|other`, `<class>`, `!<class>` (any word that is not of the class),
and `~3` (up to three words of any kind). No phrase reaches over the end of a sentence.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from daemon.core.triage.tokens import Tokens, fold, tokens_of

WIDEST_GAP = 8
MOST_ELEMENTS = 10
NUMBER = "<number>"  # the class that is always there: a word that begins with a digit

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: the words it takes, or (other) all but these, after up to `gap` free words."""

    words: Words
    other: bool
    gap: int


class PhraseError(ValueError):
    """Says in words what is wrong with a phrase."""


@dataclass(frozen=True, slots=True)
class Node:
    """A point in the tree: the phrases that end here, and where each next word leads."""

    found: tuple[int, ...]
    moves: tuple["Move", ...]


class Move(NamedTuple):
    """Where words after one gap lead: those that are taken, and those that are anything but refused."""

    reach: int  # words that may be looked at: the gap and one
    taken: Mapping[int, Node]  # atom -> node
    others: tuple[tuple[int, Node], ...]  # (refused atom, node)


@dataclass(slots=True)
class _Sprout:
    """A node while the tree grows."""

    taken: dict[int, dict[int, "_Sprout"]] = field(default_factory=dict)  # gap -> atom -> node
    others: dict[int, dict[int, "_Sprout"]] = field(default_factory=dict)  # gap -> refused atom -> node
    found: list[int] = field(default_factory=list)

    def child(self, element: Element, atom: int) -> "_Sprout":
        table = self.others if element.other else self.taken
        return table.setdefault(element.gap, {}).setdefault(atom, _Sprout())

    def ripe(self) -> Node:
        """Freeze it and all below."""
        moves = (
            Move(
                gap + 1,
                {atom: node.ripe() for atom, node in self.taken.get(gap, {}).items()},
                tuple((atom, node.ripe()) for atom, node in self.others.get(gap, {}).items()),
            )
            for gap in sorted(self.taken.keys() | self.others.keys())
        )
        return Node(tuple(self.found), tuple(moves))


class Match(NamedTuple):
    """A phrase found: its number, and the first and the last of its words."""

    phrase: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tree:
    """All phrases, ready to be looked for."""

    first: Mapping[int, Node]  # atom of a first word -> node
    exact: Mapping[str, tuple[int, ...]]  # word -> the atoms that take it
    begins: Mapping[str, tuple[int, ...]]  # beginning -> the atoms that take words with it
    lengths: tuple[int, ...]  # of the beginnings, ascending
    numbers: tuple[int, ...]  # atoms that take a number


def parse(phrase: str, class_of: Callable[[str], Words | None]) -> tuple[Element, ...]:
    """Read one phrase; raise PhraseError with the fault in words."""
    elements: list[Element] = []
    gap = 0
    for part in phrase.split():
        if part.startswith("~"):
            gap = _gap(part, elements)
            continue
        elements.extend(_elements(part, gap, class_of))
        gap = 0
    if gap:
        raise PhraseError("a phrase cannot end in a gap")
    if not elements or elements[0].other:
        raise PhraseError("a phrase must begin with a word or a class")
    if len(elements) > MOST_ELEMENTS:
        raise PhraseError(f"more than {MOST_ELEMENTS} elements")
    return tuple(elements)


def _gap(part: str, before: list[Element]) -> int:
    if not part[1:].isdecimal() or not 1 <= int(part[1:]) <= WIDEST_GAP:
        raise PhraseError(f"a gap is written ~1 to ~{WIDEST_GAP}, not {part}")
    if not before:
        raise PhraseError("a phrase cannot begin with a gap")
    return int(part[1:])


def _elements(part: str, gap: int, class_of: Callable[[str], Words | None]) -> Iterator[Element]:
    other = part.startswith("!")
    taken: set[str] = set()
    for choice in part.removeprefix("!").split("|"):
        if choice == NUMBER:
            taken.add(NUMBER)
        elif choice.startswith("<") and choice.endswith(">"):
            words = class_of(choice[1:-1])
            if words is None:
                raise PhraseError(f"no class of words is called {choice}")
            taken |= words
        else:
            spelled = spell(choice)
            if len(spelled) > 1:
                if "|" in part or other:
                    raise PhraseError(f"{choice} is more than one word; write a phrase of its own")
                yield from (
                    Element(frozenset({w}), other=False, gap=gap if n == 0 else 0) for n, w in enumerate(spelled)
                )
                return
            taken.add(spelled[0])
    yield Element(frozenset(taken), other, gap)


def spell(word: str) -> tuple[str, ...]:
    """Return the folded word or words that a written one stands for, the star kept at the last."""
    star = "*" if word.endswith("*") else ""
    words = tokens_of(word.removesuffix("*")).words
    if not words or "*" in word.removesuffix("*") or len(fold(word)) > 40:
        raise PhraseError(f"not a word: {word or 'nothing'}")
    return (*words[:-1], words[-1] + star)


def grow(phrases: list[tuple[Element, ...]]) -> Tree:
    """Build the tree of all phrases; a phrase is known by its place in the list."""
    atoms: dict[Words, int] = {}
    root = _Sprout()
    for number, elements in enumerate(phrases):
        node = root
        for element in elements:
            node = node.child(element, atoms.setdefault(element.words, len(atoms)))
        node.found.append(number)
    exact: dict[str, list[int]] = {}
    begins: dict[str, list[int]] = {}
    for words, atom in atoms.items():
        for word in sorted(words):
            table, key = (begins, word[:-1]) if word.endswith("*") else (exact, word)
            table.setdefault(key, []).append(atom)
    lengths = tuple(sorted({len(beginning) for beginning in begins}))
    numbers = tuple(exact.pop(NUMBER, ()))
    first = {atom: node.ripe() for atom, node in root.taken.get(0, {}).items()}
    return Tree(first, _frozen(exact), _frozen(begins), lengths, numbers)


def _frozen(table: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(atoms) for key, atoms in table.items()}


def atoms_of(tree: Tree, word: str) -> tuple[int, ...]:
    """Return the atoms that take this word."""
    found = tree.exact.get(word, ())
    length = len(word)
    for size in tree.lengths:
        if size > length:
            break
        more = tree.begins.get(word[:size])
        if more:
            found += more
    return found + tree.numbers if word[0].isdigit() else found


def find(tree: Tree, tokens: Tokens) -> list[Match]:
    """Return every place where a phrase stands, the shortest at each first word; linear in the number of words."""
    memo: dict[str, tuple[int, ...]] = {}
    atoms: list[tuple[int, ...]] = []
    for word in tokens.words:
        known = memo.get(word)
        if known is None:
            known = memo[word] = atoms_of(tree, word)
        atoms.append(known)
    matches: list[Match] = []
    steps = tree.first
    for first, own in enumerate(atoms):
        for atom in own:
            if atom in steps:
                _walk(steps[atom], first, atoms, tokens.sentences, matches)
    return matches


def _walk(node: Node, first: int, atoms: list[tuple[int, ...]], sentences: list[int], matches: list[Match]) -> None:
    """Follow the tree from the word `first`, which led to `node`; each point is visited once a place."""
    pending = [(node, first)]
    seen: set[tuple[int, int]] = set()
    sentence, size = sentences[first], len(atoms)
    while pending:
        node, last = pending.pop()
        matches += [Match(phrase, first, last) for phrase in node.found]
        for reach, taken, others in node.moves:
            for place in range(last + 1, min(last + 1 + reach, size)):
                if sentences[place] != sentence:
                    break
                here = atoms[place]
                found = [taken[atom] for atom in here if atom in taken]
                found += [child for refused, child in others if refused not in here]
                for child in found:
                    if (key := (id(child), place)) not in seen:
                        seen.add(key)
                        pending.append((child, place))
