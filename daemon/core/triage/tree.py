"""All phrases of a definition as one tree, walked once over the words of a text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from daemon.core.triage.patterns import NUMBER, QUOTED, SHORTEST_BEGINNING, SHORTEST_END, Element, Words
from daemon.core.triage.tokens import Tokens

_DOTTED = re.compile("([aou])e")  # koennen, fuer: German without its dots

Atoms = frozenset[int]  # an atom is a number for one set of words that some phrase takes in one place
LONGEST_WORD = 40  # letters of a word that are compared
REMEMBERED = 1 << 14  # words whose reading is kept at hand
_NO_ATOMS: Atoms = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A point in the tree: the phrases that end here, and where the words that may follow lead."""

    found: tuple[int, ...]
    reach: int  # words ahead among which the next one of a phrase stands; 0: no phrase goes on
    wanted: Atoms  # the keys of `taken`
    taken: Mapping[int, tuple["Step", ...]]  # atom -> steps
    others: tuple[tuple[int, "Step"], ...]  # (refused atom, step)


class Step(NamedTuple):
    """Where one following word leads."""

    within: int  # so many words
    over: bool  # there may be a comma on the way
    node: Node


@dataclass(frozen=True, slots=True)
class Start:
    """Where the phrases of one language begin."""

    words: Mapping[str, Node]  # a word that a phrase names, or NUMBER -> all that begins with it
    atoms: Atoms  # the keys of `taken`
    taken: Mapping[int, Node]  # atom of a first word -> node, for words that only begin like one


class Word(NamedTuple):
    """What a word means to the phrases."""

    atoms: Atoms  # that take it
    leads: tuple[tuple[str, Node], ...]  # language and node, for each node to which it leads as a first word


class Match(NamedTuple):
    """A phrase found: the first and the last of its words, and its number."""

    first: int
    last: int
    phrase: int


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All phrases, ready to be looked for."""

    first: Mapping[str, Start]  # by language
    exact: Mapping[str, Atoms]  # word -> the atoms that take it
    begins: Mapping[str, tuple[tuple[str, Atoms], ...]]  # two letters -> beginnings, and the atoms that take them
    ends: Mapping[str, tuple[tuple[str, Atoms], ...]]  # two letters -> ends, and the atoms that take them
    numbers: Atoms  # those that take a number
    quoted: Atoms  # those that take a word before which a quotation opens
    known: dict[str, Word] = field(default_factory=dict)  # the words of earlier texts: mails repeat them


class _Edge(NamedTuple):
    """How a tree grows from one node to the next."""

    gap: int
    over: bool  # the gap may hold a comma
    other: bool  # any word but those of the atom
    atom: int


@dataclass(slots=True)
class _Sprout:
    """A node while the tree grows."""

    edges: dict[_Edge, "_Sprout"] = field(default_factory=dict)
    found: list[int] = field(default_factory=list)


def grow(phrases: Sequence[tuple[str, tuple[Element, ...]]]) -> Tree:
    """Build the tree of all phrases, each with its language; a phrase is known by its place in the list."""
    atoms: dict[Words, int] = {}
    roots: dict[str, _Sprout] = {}
    for number, (language, elements) in enumerate(phrases):
        node = roots.setdefault(language, _Sprout())
        for element in elements:
            atom = atoms.setdefault(element.words, len(atoms))
            node = node.edges.setdefault(_Edge(element.gap, element.over, element.other, atom), _Sprout())
        node.found.append(number)
    bare = _vocabulary(atoms)
    exact = {word: _by_part(bare, word) | its for word, its in bare.exact.items()}
    first = {language: _start(root, exact | {NUMBER: bare.numbers}) for language, root in roots.items()}
    return Tree(first, exact, bare.begins, bare.ends, bare.numbers, bare.quoted)


def _vocabulary(atoms: Mapping[Words, int]) -> Tree:
    """Return a tree without phrases, which knows only the atoms that name a word, or part of one, themselves."""
    exact: dict[str, set[int]] = {}
    begins: dict[str, set[int]] = {}
    ends: dict[str, set[int]] = {}
    for words, atom in atoms.items():
        for word in words:
            table = begins if word.endswith("*") else ends if word.startswith("*") else exact
            table.setdefault(word.strip("*"), set()).add(atom)
    numbers, quoted = frozenset(exact.pop(NUMBER, ())), frozenset(exact.pop(QUOTED, ()))
    whole = {word: frozenset(its) for word, its in exact.items()}
    heads, tails = _shelved(begins, 0, SHORTEST_BEGINNING), _shelved(ends, -SHORTEST_END, None)
    return Tree({}, whole, heads, tails, numbers, quoted)


def _shelved(parts: Mapping[str, set[int]], start: int, stop: int | None) -> dict[str, tuple[tuple[str, Atoms], ...]]:
    """Put parts of words where they are found by a few of their letters."""
    shelves: dict[str, tuple[tuple[str, Atoms], ...]] = {}
    for part, its in sorted(parts.items()):
        letters = part[start:stop]
        shelves[letters] = (*shelves.get(letters, ()), (part, frozenset(its)))
    return shelves


def _start(root: _Sprout, exact: Mapping[str, Atoms]) -> Start:
    first = {edge.atom: sprout for edge, sprout in root.edges.items()}
    ripe: dict[int, Node] = {}
    taken = {atom: _ripen([sprout], ripe) for atom, sprout in first.items()}
    own = frozenset(taken)
    words = {
        word: _ripen([first[atom] for atom in sorted(its & own)], ripe) for word, its in exact.items() if its & own
    }
    return Start(words, own, taken)


def _ripen(sprouts: Sequence[_Sprout], ripe: dict[int, Node]) -> Node:
    """Make one node of several; `ripe` knows, by identity, those made of one alone."""
    if len(sprouts) == 1 and id(sprouts[0]) in ripe:
        return ripe[id(sprouts[0])]
    taken: dict[int, tuple[Step, ...]] = {}
    others: list[tuple[int, Step]] = []
    for edge, child in [pair for sprout in sprouts for pair in sprout.edges.items()]:
        step = Step(edge.gap + 1, edge.over, _ripen([child], ripe))
        if edge.other:
            others.append((edge.atom, step))
        else:
            taken[edge.atom] = (*taken.get(edge.atom, ()), step)
    found = tuple(phrase for sprout in sprouts for phrase in sprout.found)
    reach = max((edge.gap + 1 for sprout in sprouts for edge in sprout.edges), default=0)
    node = Node(found, reach, frozenset(taken), taken, tuple(others))
    if len(sprouts) == 1:
        ripe[id(sprouts[0])] = node
    return node


def _read(tree: Tree, word: str) -> Word:
    """Find out what a word means, and keep it at hand."""
    atoms = atoms_of(tree, word[:LONGEST_WORD])
    leads: list[tuple[str, Node]] = []
    for language, start in tree.first.items() if atoms else ():
        known = start.words.get(NUMBER if atoms is tree.numbers else word)
        nodes = [start.taken[atom] for atom in sorted(atoms & start.atoms)] if known is None else [known]
        leads += [(language, node) for node in nodes]
    found = Word(atoms, tuple(leads))
    if len(word) <= LONGEST_WORD:
        if len(tree.known) >= REMEMBERED:
            tree.known.clear()
        tree.known[word] = found
    return found


def atoms_of(tree: Tree, word: str) -> Atoms:
    """Return the atoms that take this word."""
    known = tree.exact.get(word)
    if known is not None:
        return known
    found = _by_part(tree, word)
    if found or not word.isalpha():
        return found
    plain = _DOTTED.sub(r"\1", word)
    return found if plain == word else tree.exact.get(plain) or _by_part(tree, plain)


def _by_part(tree: Tree, word: str) -> Atoms:
    found = tree.numbers if word[0].isdigit() else _NO_ATOMS
    for beginning, its in tree.begins.get(word[:SHORTEST_BEGINNING], ()):
        if word.startswith(beginning):
            found |= its
    for end, its in tree.ends.get(word[-SHORTEST_END:], ()):
        if word.endswith(end):
            found |= its
    return found


def find(tree: Tree, tokens: Tokens, silent: frozenset[str] = frozenset()) -> list[Match]:
    """Return every place where a phrase stands, but for the silent languages, in the order of the words; linear."""
    known = tree.known
    words = [known.get(word) or _read(tree, word) for word in tokens.words]
    atoms, leads = [its for its, _ in words], [its for _, its in words]
    matches: list[Match] = []
    if tokens.quoted:
        for place in tokens.quoted:
            atoms[place] |= tree.quoted
        _quotations(tree, tokens, atoms, silent, matches)
    begin = 0
    while begin < len(words):  # sentence by sentence: no phrase leaves its own
        end = tokens.sentences[begin]
        sentence = atoms[begin:end]
        for first, nodes in enumerate(leads[begin:end]):
            for language, node in nodes:
                if language in silent:
                    continue
                if node.found:
                    matches += [Match(begin + first, begin + first, phrase) for phrase in node.found]
                wanted = node.wanted
                for here in sentence[first + 1 : first + 1 + node.reach]:
                    if not here.isdisjoint(wanted) or node.others:
                        _walk(node, first, begin, sentence, tokens.pauses, matches)
                        break
        begin = end
    matches.sort()
    return matches


def _quotations(tree: Tree, tokens: Tokens, atoms: list[Atoms], silent: frozenset[str], matches: list[Match]) -> None:
    """Find the phrases that begin where a quotation opens: they go on from its first word, which may be their next."""
    openings = [
        start.taken[atom]
        for language, start in tree.first.items()
        if language not in silent
        for atom in sorted(tree.quoted & start.atoms)
    ]
    for place in tokens.quoted:
        sentence = atoms[place : tokens.sentences[place]]
        for node in openings:
            matches += [Match(place, place, phrase) for phrase in node.found]
            _walk(node, -1, place, sentence, tokens.pauses, matches)


def _walk(start: Node, first: int, begin: int, sentence: list[Atoms], pauses: list[int], matches: list[Match]) -> None:
    """Follow the tree from the word `first` of a sentence, which leads to `start`; each point is visited once a place.

    `begin` is the place of the sentence's first word; -1 stands before it, and what is found begins with it.
    """
    pending = [(start, first)]
    seen: set[tuple[Node, int]] = set()
    opens = begin + max(first, 0)
    for node, last in pending:
        pause, wanted = pauses[begin + max(last, 0)] - begin, node.wanted
        for place, here in enumerate(sentence[last + 1 : last + 1 + node.reach], last + 1):
            if here.isdisjoint(wanted) and not node.others:
                continue
            for within, over, child in _steps(node, here):
                point = child, place
                if place - last > within or not (over or place < pause) or point in seen:
                    continue
                seen.add(point)
                if child.found:
                    matches += [Match(opens, begin + place, phrase) for phrase in child.found]
                if child.reach:
                    pending.append(point)


def _steps(node: Node, here: Atoms) -> list[Step]:
    """Return the steps that lead on over a word which these atoms take."""
    steps = [step for atom in here & node.wanted for step in node.taken[atom]]
    if node.others:
        steps += [step for refused, step in node.others if refused not in here]
    return steps
