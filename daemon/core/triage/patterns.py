"""Phrases of the definition as one tree, walked once over the words of a text.

A phrase is a row of elements: `word`, `begin*`, `one|other`, `<class>`, `!<class>` (any word that is not of the class),
`~3` (up to three words of any kind, but no comma), `~3,` (commas too), and `^` in front (only where a sentence begins).
No phrase reaches over the end of a sentence.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from daemon.core.triage.tokens import Tokens, fold, tokens_of

WIDEST_GAP = 8
MOST_ELEMENTS = 10
NUMBER = "<number>"  # the class that is always there: a word that begins with a digit

_DOTTED = re.compile("([aou])e")  # koennen, fuer: German without its dots

Words = frozenset[str]
Atoms = frozenset[int]  # an atom is a number for one set of words that some phrase takes in one place
_NO_ATOMS: Atoms = frozenset()
_AT_ONCE = (0, True)  # no gap: a comma between two words of a phrase does not part them


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: the words it takes, or (other) all but these, after up to `gap` free words."""

    words: Words
    other: bool
    gap: int
    over: bool  # the gap may hold a comma


class PhraseError(ValueError):
    """Says in words what is wrong with a phrase."""


@dataclass(frozen=True, slots=True)
class Node:
    """A point in the tree: the phrases that end here, and where each next word leads."""

    found: tuple[int, ...]
    moves: tuple["Move", ...]
    next: "Atoms | None"  # one of which the very next word must have to lead anywhere; None where gaps are allowed


class Move(NamedTuple):
    """Where words after one gap lead: those that are taken, and those that are anything but refused."""

    reach: int  # words that may be looked at: the gap and one
    over: bool  # they may stand beyond a comma
    atoms: Atoms  # the keys of `taken`
    taken: Mapping[int, Node]  # atom -> node
    others: tuple[tuple[int, Node], ...]  # (refused atom, node)


class Start(NamedTuple):
    """Where the phrases of one language begin."""

    atoms: Atoms  # the keys of `taken`
    taken: Mapping[int, Node]  # atom of a first word -> node


@dataclass(slots=True)
class _Sprout:
    """A node while the tree grows."""

    taken: dict[tuple[int, bool], dict[int, "_Sprout"]] = field(default_factory=dict)  # gap, over -> atom -> node
    others: dict[tuple[int, bool], dict[int, "_Sprout"]] = field(default_factory=dict)  # the same by refused atom
    found: list[int] = field(default_factory=list)

    def child(self, element: Element, atom: int) -> "_Sprout":
        table = self.others if element.other else self.taken
        return table.setdefault((element.gap, element.over), {}).setdefault(atom, _Sprout())

    def ripe(self) -> Node:
        """Freeze it and all below."""
        moves = tuple(
            Move(
                key[0] + 1,
                key[1],
                frozenset(self.taken.get(key, ())),
                {atom: node.ripe() for atom, node in self.taken.get(key, {}).items()},
                tuple((atom, node.ripe()) for atom, node in self.others.get(key, {}).items()),
            )
            for key in sorted(self.taken.keys() | self.others.keys())
        )
        strict = all(move.reach == 1 and not move.others for move in moves)
        wanted = frozenset().union(*(move.atoms for move in moves)) if strict else None
        return Node(tuple(self.found), moves, wanted)


class Match(NamedTuple):
    """A phrase found: the first and the last of its words, and its number."""

    first: int
    last: int
    phrase: int


@dataclass(frozen=True, slots=True)
class Tree:
    """All phrases, ready to be looked for."""

    first: Mapping[str, "Start"]  # language -> where its phrases begin
    exact: Mapping[str, Atoms]  # word -> the atoms that take it
    begins: Mapping[str, Atoms]  # beginning -> the atoms that take words with it
    lengths: tuple[int, ...]  # of the beginnings, ascending
    numbers: Atoms  # those that take a number


def parse(phrase: str, class_of: Callable[[str], Words | None]) -> tuple[Element, ...]:
    """Read one phrase, without the `^` in front; raise PhraseError with the fault in words."""
    elements: list[Element] = []
    gap = _AT_ONCE
    for part in phrase.split():
        if part.startswith("~"):
            gap = _gap(part, elements)
            continue
        for words in _places(part, class_of):
            other = part.startswith("!")
            elements.append(Element(words, other, gap[0], gap[1] and not other))
            gap = _AT_ONCE
    if gap != _AT_ONCE:
        raise PhraseError("a phrase cannot end in a gap")
    if not elements or elements[0].other:
        raise PhraseError("a phrase must begin with a word or a class")
    if len(elements) > MOST_ELEMENTS:
        raise PhraseError(f"more than {MOST_ELEMENTS} elements")
    return tuple(elements)


def _gap(part: str, before: list[Element]) -> tuple[int, bool]:
    written = part[1:].removesuffix(",")
    if not written.isdecimal() or not 1 <= int(written) <= WIDEST_GAP:
        raise PhraseError(f"a gap is written ~1 to ~{WIDEST_GAP}, not {part}")
    if not before:
        raise PhraseError("a phrase cannot begin with a gap")
    return int(written), part.endswith(",")


def _places(part: str, class_of: Callable[[str], Words | None]) -> list[Words]:
    """Return the words that each place takes which a part stands for: one, or several for a word of many letters."""
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
            if len(spelled) > 1 and choice == part:
                return [frozenset({word}) for word in spelled]
            if len(spelled) > 1:
                raise PhraseError(f"{choice} is more than one word; write a phrase of its own")
            taken.add(spelled[0])
    return [frozenset(taken)]


def spell(word: str) -> tuple[str, ...]:
    """Return the folded word or words that a written one stands for, the star kept at the last."""
    star = "*" if word.endswith("*") else ""
    words = tokens_of(word.removesuffix("*")).words
    if not words or "*" in word.removesuffix("*") or len(fold(word)) > 40:
        raise PhraseError(f"not a word: {word or 'nothing'}")
    return (*words[:-1], words[-1] + star)


def grow(phrases: Sequence[tuple[str, tuple[Element, ...]]]) -> Tree:
    """Build the tree of all phrases, each with its language; a phrase is known by its place in the list."""
    atoms: dict[Words, int] = {}
    roots: dict[str, _Sprout] = {}
    for number, (language, elements) in enumerate(phrases):
        node = roots.setdefault(language, _Sprout())
        for element in elements:
            node = node.child(element, atoms.setdefault(element.words, len(atoms)))
        node.found.append(number)
    exact: dict[str, set[int]] = {}
    begins: dict[str, set[int]] = {}
    for words, atom in atoms.items():
        for word in words:
            table, key = (begins, word[:-1]) if word.endswith("*") else (exact, word)
            table.setdefault(key, set()).add(atom)
    lengths = tuple(sorted({len(beginning) for beginning in begins}))
    numbers = frozenset(exact.pop(NUMBER, ()))
    beginnings = {key: frozenset(its) for key, its in begins.items()}
    bare = Tree({}, {}, beginnings, lengths, numbers)
    whole = {word: atoms_of(bare, word) | its for word, its in exact.items()}
    return Tree({language: _start(root) for language, root in roots.items()}, whole, beginnings, lengths, numbers)


def _start(root: _Sprout) -> Start:
    taken = {atom: node.ripe() for atom, node in root.taken.get(_AT_ONCE, {}).items()}
    return Start(frozenset(taken), taken)


def atoms_of(tree: Tree, word: str) -> Atoms:
    """Return the atoms that take this word."""
    known = tree.exact.get(word)
    if known is not None:
        return known
    found = tree.numbers if word[0].isdigit() else _NO_ATOMS
    length = len(word)
    for size in tree.lengths:
        if size > length:
            break
        if (more := tree.begins.get(word[:size])) is not None:
            found |= more
    plain = _DOTTED.sub(r"\1", word) if not found else word
    return found if plain == word else atoms_of(tree, plain)


def find(tree: Tree, tokens: Tokens, silent: frozenset[str] = frozenset()) -> list[Match]:
    """Return every place where a phrase stands, but for the silent languages, in the order of the words; linear."""
    memo = {word: atoms_of(tree, word) for word in set(tokens.words)}
    atoms = [memo[word] for word in tokens.words]
    starts = [start for language, start in tree.first.items() if language not in silent]
    wanted = frozenset().union(*(start.atoms for start in starts))
    matches: list[Match] = []
    for first, own in enumerate(atoms):
        if not own.isdisjoint(wanted):
            nodes = [taken[atom] for some, taken in starts for atom in own & some]
            _walk(nodes, first, atoms, tokens, matches)
    matches.sort()
    return matches


def _walk(nodes: list[Node], first: int, atoms: list[Atoms], tokens: Tokens, matches: list[Match]) -> None:
    """Follow the tree from the word `first`, which led to `nodes`; each point is visited once a place."""
    matches += [Match(first, first, phrase) for node in nodes for phrase in node.found]
    following = atoms[first + 1] if first + 1 < len(atoms) else _NO_ATOMS
    pending = [(node, first) for node in nodes if node.next is None or not node.next.isdisjoint(following)]
    if not pending:
        return
    seen: set[tuple[int, int]] = set()
    pauses = tokens.pauses
    end = bisect_right(tokens.sentences, tokens.sentences[first])
    while pending:
        node, last = pending.pop()
        for reach, over, wanted, taken, others in node.moves:
            for place in range(last + 1, min(last + 1 + reach, end)):
                if not over and pauses[place] != pauses[last]:
                    break
                here = atoms[place]
                if not others and here.isdisjoint(wanted):
                    continue
                found = [taken[atom] for atom in here & wanted]
                found += [child for refused, child in others if refused not in here]
                for child in found:
                    if (key := (id(child), place)) in seen:
                        continue
                    seen.add(key)
                    matches += [Match(first, place, phrase) for phrase in child.found]
                    if child.moves:
                        pending.append((child, place))
