"""All phrases of a definition as one tree, walked once over the words of a text."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from daemon.core.triage.patterns import NUMBER, QUOTED, SHORTEST_BEGINNING, SHORTEST_END, Element, Words
from daemon.core.triage.tokens import Tokens

_DOTTED = re.compile("([aou])e")  # koennen, fuer: German without its dots

Atoms = frozenset[int]  # an atom is a number for one set of words that some phrase takes in one place
LONGEST_WORD = 40  # letters of a word that are compared
REMEMBERED = 1 << 14  # words whose reading is kept at hand
_NO_ATOMS: Atoms = frozenset()


@dataclass(frozen=True, slots=True)
class Node:
    """A point in the tree: the phrases that end here, and where each following word leads, by its distance from 1."""

    found: tuple[int, ...]
    near: tuple["Step", ...]  # as far as the next comma
    far: tuple["Step", ...]  # as far as the end of the sentence
    bits: int  # the atoms of `ahead`, one bit each; all bits where any word may follow
    ahead: "Atoms | None"  # one must follow for a phrase to go on; None: any word may; empty: no more phrases


class Step(NamedTuple):
    """Where one following word leads."""

    wanted: Atoms  # the keys of `taken`
    taken: Mapping[int, tuple[Node, ...]]  # atom -> nodes
    others: tuple[tuple[int, Node], ...]  # (refused atom, node)


@dataclass(frozen=True, slots=True)
class Start:
    """Where the phrases of one language begin."""

    words: Mapping[str, Node]  # a word that a phrase names -> all that begins with it
    atoms: Atoms  # the keys of `taken`
    taken: Mapping[int, Node]  # atom of a first word -> node, for words that only begin like one


class Match(NamedTuple):
    """A phrase found: the first and the last of its words, and its number."""

    first: int
    last: int
    phrase: int


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All phrases, ready to be looked for; a tree is equal to itself only, so that what it found can be remembered."""

    first: Mapping[str, Start]  # by language
    exact: Mapping[str, Atoms]  # word -> the atoms that take it
    begins: Mapping[str, tuple[tuple[str, Atoms], ...]]  # two letters -> beginnings, and the atoms that take them
    ends: Mapping[str, tuple[tuple[str, Atoms], ...]]  # two letters -> ends, and the atoms that take them
    numbers: Atoms  # those that take a number
    quoted: Atoms  # those that take a word before which a quotation opens


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
    first = {language: _start(root, exact) for language, root in roots.items()}
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
    edges = [(edge, _ripen([child], ripe)) for sprout in sprouts for edge, child in sprout.edges.items()]
    ahead = None if any(edge.other for edge, _ in edges) else frozenset(edge.atom for edge, _ in edges)
    node = Node(
        tuple(phrase for sprout in sprouts for phrase in sprout.found),
        _steps([(edge, child) for edge, child in edges if not edge.over]),
        _steps([(edge, child) for edge, child in edges if edge.over]),
        -1 if ahead is None else _bits(ahead),
        ahead,
    )
    if len(sprouts) == 1:
        ripe[id(sprouts[0])] = node
    return node


def _bits(atoms: Atoms) -> int:
    """Return a number with one bit an atom: whether two sets share one is then a single step."""
    return sum(1 << atom for atom in atoms)


def _steps(edges: Sequence[tuple[_Edge, Node]]) -> tuple[Step, ...]:
    """Return a step for every distance that some gap allows."""
    reach = max((edge.gap + 1 for edge, _ in edges), default=0)
    return tuple(_step([(edge, node) for edge, node in edges if edge.gap >= gap]) for gap in range(reach))


def _step(edges: Sequence[tuple[_Edge, Node]]) -> Step:
    taken: dict[int, tuple[Node, ...]] = {}
    for edge, node in edges:
        if not edge.other:
            taken[edge.atom] = (*taken.get(edge.atom, ()), node)
    return Step(frozenset(taken), taken, tuple((edge.atom, node) for edge, node in edges if edge.other))


@lru_cache(maxsize=REMEMBERED)
def _reading(tree: Tree, word: str, silent: frozenset[str]) -> tuple[Atoms, tuple[Node, ...], int]:
    """Return the atoms that take a word, the nodes to which it leads as a first word, and the atoms as bits.

    Mails repeat their words.
    """
    atoms = atoms_of(tree, word)
    nodes: list[Node] = []
    for language, start in tree.first.items() if atoms else ():
        known = start.words.get(word)
        if language in silent:
            continue
        nodes += [start.taken[atom] for atom in sorted(atoms & start.atoms)] if known is None else [known]
    return atoms, tuple(nodes), _bits(atoms)


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
    read = {word: _reading(tree, word[:LONGEST_WORD], silent) for word in set(tokens.words)}
    opening = _opening(tree, silent) if tokens.quoted else []
    atoms = [read[word][0] for word in tokens.words]
    for place in tokens.quoted:
        atoms[place] |= tree.quoted
    around = _by_sentence(tokens, [read[word][2] for word in tokens.words], _bits(tree.quoted))
    present = 0
    for bits in around:
        present |= bits
    lead = {
        word: nodes  # at which a phrase ends, or may go on with the words that are present at all
        for word, (_, its, _) in read.items()
        if its and (nodes := [node for node in its if node.found or node.bits & present])
    }
    matches: list[Match] = []
    for first, leads in enumerate(map(lead.get, tokens.words)):
        for node in (*(leads or ()), *opening) if first in tokens.quoted else leads or ():
            if node.found:
                matches += [Match(first, first, phrase) for phrase in node.found]
            if node.bits & (present := around[tokens.sentences[first]]):
                _walk(node, first, atoms, present, tokens, matches)
    matches.sort()
    return matches


def _opening(tree: Tree, silent: frozenset[str]) -> list[Node]:
    """Return the nodes to which any word leads before which a quotation opens."""
    spoken = [start for language, start in tree.first.items() if language not in silent]
    return [start.taken[atom] for start in spoken for atom in sorted(tree.quoted & start.atoms)]


def _by_sentence(tokens: Tokens, bits: list[int], quoted: int) -> list[int]:
    """Return the atoms, as bits, that are present in each sentence."""
    present = [0] * (tokens.sentences[-1] + 1) if bits else []
    for sentence, its in zip(tokens.sentences, bits, strict=True):
        present[sentence] |= its
    for place in tokens.quoted:
        present[tokens.sentences[place]] |= quoted
    return present


def _walk(node: Node, first: int, atoms: list[Atoms], present: int, tokens: Tokens, matches: list[Match]) -> None:
    """Follow the tree from the word `first`, which led to `node`; each point is visited once a place.

    `present` are the atoms of the sentence, as bits: a point that needs others leads nowhere.
    """
    pending = [(node, first)]
    seen: set[tuple[int, int]] = set()
    sentence, clause = _ends(tokens, first)
    while pending:
        node, last = pending.pop()
        if last >= clause:
            clause = _ends(tokens, last)[1]
        for steps, end in ((node.near, clause), (node.far, sentence)):
            place = last
            for wanted, taken, others in steps:
                place += 1
                if place >= end:
                    break
                here = atoms[place]
                if not others and here.isdisjoint(wanted):
                    continue
                found = [child for atom in here & wanted for child in taken[atom]]
                found += [child for refused, child in others if refused not in here]
                for child in found:
                    if (key := (id(child), place)) in seen:
                        continue
                    seen.add(key)
                    if child.found:
                        matches += [Match(first, place, phrase) for phrase in child.found]
                    if child.bits & present:
                        pending.append((child, place))


def _ends(tokens: Tokens, place: int) -> tuple[int, int]:
    """Return the places after the last word of the sentence, and of the stretch up to a comma, of a word."""
    sentences, pauses = tokens.sentences, tokens.pauses
    return bisect_right(sentences, sentences[place]), bisect_right(pauses, pauses[place])
