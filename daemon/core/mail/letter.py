"""What a letter may speak of, and the letter itself."""

from dataclasses import dataclass
from datetime import datetime

from daemon.core.mail.clean import clip, lines
from store.model.changes import Said
from store.model.message import Attachment, Message, Scan
from store.model.verdict import Clause, Tag

EXCERPT = 4000  # characters of a message that a letter quotes; the whole of it goes along as the original
WHOLE = 200_000  # where the original does not go along


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one mail: a subject of one line, the text, and the same as a page of HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Words:
    """All that templates may use; a field's name is its name in the template."""

    desk: str  # display name of the desk
    address: str  # the desk's main address
    ticket: int | None = None
    subject: str = ""  # of the ticket, the sender's words
    reporter_name: str = ""
    reporter_address: str = ""
    resembles: str = ""  # an address of the house that the sender looks like, and is not
    tag: Tag | None = None
    unsure: bool = False
    area: str | None = None
    clauses: tuple[Clause, ...] = ()  # of the verdict, with the quoted words
    questions: tuple[str, ...] = ()  # the facts still needed, asked in the language of the letter
    next_look: datetime | None = None  # when the team goes through what is new, in the desk's time zone
    answer_minutes: float | None = None  # until the next person on the rota is asked
    question_minutes: float | None = None  # until the open question is settled without an answer
    silence: Tag | None = None  # what the request is then
    excerpt: str = ""  # the new text
    attachments: tuple[Attachment, ...] = ()
    recipient: str = ""  # notice: the address that our mail did not reach
    reason: str = ""  # notice: the other server's words
    said: tuple[Said, ...] = ()  # what became of a member's commands
    copy_of: str = ""  # whose card it is, where the reader learns beside them
    opened: int | None = None  # the ticket that they opened, for a Said about ticket 0
    text: str = ""  # a member's words for the reader
    quarantine: Scan | None = None  # why the original and its attachments do not go along
    answer: str = ""  # the reply address, where it takes a member's word: for links with the word filled in


def excerpt(message: Message, limit: int = EXCERPT) -> str:
    """Return the beginning of what somebody wrote, fit to be quoted."""
    return clip(lines(message.new_text).strip(), limit)
