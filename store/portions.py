"""Long lists in portions: for statements that name their rows, and transactions that must stay short."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def portions(items: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """Yield all items in their order, at most so many at a time."""
    return (items[start : start + most] for start in range(0, len(items), most))
