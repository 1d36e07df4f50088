"""What does not fit behind a word of the grammar, and what would: told to whoever wrote it."""

from dataclasses import dataclass

from daemon.core.commands.arguments import Known, Slot, Words, named, read
from daemon.core.commands.grammar import Row

MOST = 12  # names that are listed


@dataclass(frozen=True, slots=True)
class Wrong:
    """A place behind a word that is not filled as it must be."""

    slot: Slot
    word: str  # what stands there, "" for nothing
    there: tuple[str, ...] = ()  # what could, where that can be listed
    several: bool = False  # that are called so

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing at all fits there: a desk without teams."""
        return self.slot is Slot.TEAM and not self.there

    @property
    def row(self) -> tuple[str, ...]:
        """Write it for a letter: place, word, and what could stand there."""
        return ("several" if self.several else self.slot.name.lower(), self.word, *self.there[:MOST])


def wrong(row: Row, words: Words, known: Known) -> Wrong | None:
    """Return the first place behind a word that these words do not fill, None where only too many follow."""
    for slot in row.slots:
        took = next((took for _, took in read(slot, words, known)), 0)
        if not took:
            word = words[0] if words else ""
            meant = named(slot, word, known) if word else ()
            return Wrong(slot, word, meant or named(slot, "", known), several=len(meant) > 1)
        words = words[took:]
    return None
