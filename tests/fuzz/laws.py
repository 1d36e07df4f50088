"""What holds for whatever is sent to a desk: it is kept, it ends, and nothing of it breaks out of what is sent."""

from sqlalchemy import func, select

from daemon.core.mail.compose import wire_fault
from daemon.core.mail.reading import read
from daemon.core.settings import Smtp
from store.model.message import Envelope
from store.model.outbox import MailKind
from store.schema import message, message_raw
from tests.core.desk_at_once import OWN, SETTINGS, DeskAtOnce, Got, open_desk
from tests.fuzz.messages import CANARY

OURS = {
    "from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
    "x-auto-response-suppress", "precedence", "mime-version", "content-type", "content-transfer-encoding",
}  # fmt: skip
TEAM = {person.address for person in SETTINGS.people} | {SETTINGS.pipeline.address}
AUTOMATIC = {MailKind.ACK}


def hold_for(raw: bytes, sender: str = "cust@customer.test", to: str = "support@hd.test") -> None:
    """Send a message to a desk of its own, and check all that must hold; raises AssertionError."""
    desk = open_desk()
    try:
        left = desk.send(raw, sender, to)
        assert kept(desk) == raw
        assert ended(desk) == 1, "a message was not worked to its end"
        for mail in left:
            assert_sound(mail)
        strangers = [mail for mail in left if mail.to not in TEAM]
        assert len(strangers) <= 1, "more than one mail to somebody outside"
        assert all(mail.kind in AUTOMATIC for mail in strangers)
        for _ in range(2):
            desk.wait(3600)
    finally:
        desk.close()


def read_soundly(raw: bytes, sender: str = "cust@customer.test") -> None:
    """Read a message; reading never fails, says the same twice, and yields nothing that a store could not take."""
    envelope = Envelope(sender, ("support@hd.test",), "127.0.0.1")
    found = read(raw, envelope, OWN, Smtp())
    assert found == read(raw, envelope, OWN, Smtp())
    message_ = found.message
    assert not any("\n" in value or "\r" in value for _, value in message_.headers)
    for text in (message_.subject, message_.text, message_.new_text, *(part.text for part in message_.parts)):
        text.encode("utf-8")
        assert "\0" not in text


def kept(desk: DeskAtOnce) -> bytes | None:
    with desk.engine.connect() as connection:
        return connection.execute(select(message_raw.c.raw)).scalar_one()


def ended(desk: DeskAtOnce) -> int:
    with desk.engine.connect() as connection:
        worked = message.c.outcome.is_not(None), message.c.due.is_(None)
        return connection.execute(select(func.count()).where(*worked)).scalar_one()


def assert_sound(mail: Got) -> None:
    """Check that a mail of ours has our headers and no others, and can travel."""
    assert wire_fault(mail.raw) is None
    head = mail.raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    lines = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n")
    names = [line.partition(b":")[0].decode().lower() for line in lines]
    strange = {name for name in names if name not in OURS and not name.startswith("x-triaged-")}
    assert not strange, f"headers that are not ours: {strange}"
    assert len(names) == len(set(names)), "a header twice"
    assert CANARY not in mail.to
