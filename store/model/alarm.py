"""How the desk itself fares, and what its operator was told of it."""

from dataclasses import dataclass

from store.model.mailbox import MailboxLine


@dataclass(frozen=True, slots=True)
class Raised:
    """A trouble of which the operator was told, and that has not passed."""

    watch: str  # the name of what found it
    subject: str  # what it is about, "" where there is only one
    since: float  # epoch seconds
    told_at: float
    latest: int  # grows where there is more of it


@dataclass(frozen=True, slots=True)
class Failing:
    """An address to which mail cannot be delivered."""

    address: str  # folded
    at: float  # epoch seconds of the latest delivery report that says so


@dataclass(frozen=True, slots=True)
class Health:
    """What the store knows that an operator should hear of; moments are epoch seconds, None for never."""

    unworked_since: float | None  # since when a message could have been taken up; in the future where none could
    unsent_since: float | None  # the oldest mail that may leave and has not
    failing_since: float | None  # the oldest mail put off since any other one left
    failing_words: str  # the answer to it
    aside: int
    aside_since: float | None
    aside_latest: int  # row of the latest
    mailboxes: tuple[MailboxLine, ...]
    raised: tuple[Raised, ...]
    unscanned_since: float | None = None  # the oldest message that waits for the virus scanner
    unscanned_words: str = ""  # why
