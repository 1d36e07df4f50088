"""How far a word is from another: the slips of a thumb between them."""

from collections.abc import Iterable


def slips(written: str, meant: str, most: int) -> int:
    """Count letters that are wrong, missing, too many or swapped with their neighbour, up to `most` + 1.

    This is the optimal string alignment distance; words that differ more in length are not looked at further.
    """
    if abs(len(written) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for i, letter in enumerate(written, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and written[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return min(above[-1], most + 1)


def allowance(word: str) -> int:
    """Return how many slips are likely in a word of this length: none in a very short one."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def nearest(written: str, words: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return the words that may have been meant, nearest first; () where none is near."""
    if len(written) > 40:
        return ()
    most = allowance(written)
    near = [(slips(written, word, most), place, word) for place, word in enumerate(dict.fromkeys(words))]
    return tuple(word for distance, _, word in sorted(near) if distance <= most)[:count]
