"""Members' mails made by hand, for tests that are about who may command."""

from daemon.core.desk.authority import Authority, authority
from daemon.core.mail.address import Purpose, mark_from, reply_address
from daemon.core.mail.reading import read
from daemon.core.settings import Settings, Smtp
from store.model.facts import Facts, SentMail
from store.model.message import Door, Envelope
from store.model.outbox import MailKind
from tests.core.given import CUSTOMER, NOW, OWN, ticket

BOB, ANN, GONE = "bob@team.test", "ann@team.test", "gone@team.test"
SETTINGS = Settings.model_validate(
    {
        "desk": {"address": OWN.addresses[0], "aliases": OWN.addresses[1:]},
        "pipeline": {"address": "pipeline@team.test"},
        "smtp": {"trusted_authserv": ["mx.hd.test"]},
        "people": [
            {"id": "bob", "name": "Bob", "address": BOB},
            {"id": "ann", "name": "Ann", "address": ANN},
        ],
    }
)
SMTP = SETTINGS.smtp or Smtp()
MARK, OTHER = mark_from(b"0123456789"), mark_from(b"abcdefghij")
CARD = reply_address(OWN, Purpose.COMMAND, MARK)
TALK = reply_address(OWN, Purpose.TALK, MARK)
YES = reply_address(OWN, Purpose.CONFIRM, MARK)
PROVEN = "mx.hd.test; dmarc=pass header.from="
DAY = 86400.0


def sent(
    to: str = BOB, kind: MailKind = MailKind.CARD, age: float = 3600, mark: str = MARK, number: int | None = 17
) -> SentMail:
    """Return a mail of ours of that age in seconds."""
    return SentMail(mark, number, to, kind, NOW - age)


def facts(*mails: SentMail) -> Facts:
    """Return what the store knows of these mails of ours, and their tickets."""
    numbers = {mail.ticket for mail in mails if mail.ticket is not None}
    return Facts(sent=mails, tickets=tuple(ticket(number, CUSTOMER) for number in sorted(numbers)))


def fields(
    author: str = BOB, results: str | None = None, to: str = CARD, identifier: str | None = "a@team.test"
) -> list[str]:
    """Return the header of a reply; without `results`, our own server vouches for the domain of its author."""
    vouched = PROVEN + author.rpartition("@")[2].strip("> ") if results is None else results
    named = [f"Message-ID: <{identifier}>"] if identifier else []
    verdict = [f"Authentication-Results: {vouched}"] if vouched else []
    return [*verdict, f"From: {author}", f"To: {to}", "Subject: Re: [#18] Login", *named]


def level(
    header: list[str],
    known: Facts,
    *rcpt_to: str,
    peer: str = "127.0.0.1",
    door: Door = Door.SMTP,
    settings: Settings = SETTINGS,
    now: float = NOW,
) -> Authority:
    """Return what the reply with this header may do; it goes to Bob's card unless told otherwise."""
    raw = "\r\n".join([*header, "", "done", ""]).encode("utf-8", "surrogateescape")
    return rated(raw, known, Envelope(BOB, rcpt_to or (CARD,), peer, door), settings, now)


def rated(raw: bytes, known: Facts, envelope: Envelope, settings: Settings = SETTINGS, now: float = NOW) -> Authority:
    """Return what these octets may do."""
    return authority(read(raw, envelope, OWN, SMTP), known, settings, now)
