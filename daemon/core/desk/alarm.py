"""What the operator must hear of at once, in words: once a day for each fault, until somebody has mended it."""

from dataclasses import dataclass
from datetime import UTC, datetime

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A mail to the operator; its key is the same for the whole day."""

    key: str
    subject: str
    text: str


def login_refused(name: str, words: str, since: float, now: float) -> Alarm:
    """Say that a mailbox is not read any more, since its provider refuses the login (times in epoch seconds)."""
    day = datetime.fromtimestamp(now, UTC).date()
    at = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Alarm(
        f"alarm:login:{name}:{day}",
        f"the mailbox login {name} is refused: no mail is fetched",
        f"{words}.\n\nThis has been so since {at}. Until somebody logs in, mail stays in the mailbox.\n",
    )
