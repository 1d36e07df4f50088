"""What calendars answer to an invitation: known by its method and by the name of one of our turns."""

import re

from daemon.core.settings import Settings
from store.model.message import Message

LETTERS = 20_000  # of a calendar are looked at
_METHOD = re.compile(r"^METHOD:(?:REPLY|COUNTER|REFRESH)[ \t]{0,9}\r?$", re.IGNORECASE | re.MULTILINE)
_UID = re.compile(
    r"^UID:(?:duty|manager)[a-z0-9_-]{0,40}-[0-9]{8}T[0-9]{6}Z@([a-z0-9.-]{1,60})", re.IGNORECASE | re.MULTILINE
)


def answers_invitation(message: Message, settings: Settings) -> bool:
    """Say whether a message is the answer of somebody's calendar to one of our turns (RFC 5546 section 3.2.3)."""
    for part in message.parts:
        if part.content_type != "text/calendar":
            continue
        text = part.text[:LETTERS].replace("\r\n ", "").replace("\n ", "")  # RFC 5545 section 3.1: lines are folded
        named = _UID.search(text)
        if _METHOD.search(text) and named and named[1].casefold() == settings.desk.id_host.casefold():
            return True
    return False
