"""A dialog with the relay that sends nothing: EHLO, STARTTLS, login, MAIL and RSET (RFC 5321 section 4.1.1)."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from daemon.core.mail.clean import clip, one_line
from daemon.core.settings import Relay

PATIENCE = 5.0  # seconds that a server has to answer
SHORT_OF = (  # an extension, and what is lost without it
    ("8bitmime", "an original with 8-bit text goes as an attached file (no 8BITMIME)"),
)
_DATE = re.compile(r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


@dataclass(frozen=True, slots=True)
class Talk:
    """What a relay said."""

    found: tuple[tuple[str, str], ...]  # levels and words
    date: datetime | None = None  # that it gave in its greeting, as some do


def talk(relay: Relay, sender: str) -> Talk:
    """Speak with a relay as the daemon would, up to the sender's address, and take that back."""
    try:
        server = _connect(relay)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Talk((("fault", f"relay.url: {relay.url} does not answer: {_words(error)}"),))
    with server:
        try:
            found = tuple(_dialog(server, relay, sender))
        except smtplib.SMTPAuthenticationError as error:
            found = (("fault", f"relay.password: {relay.url} does not let {relay.user} in: {_words(error)}"),)
        except ssl.SSLError as error:
            found = (("fault", f"relay.url: {relay.url} cannot be spoken to under TLS: {_words(error)}"),)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            found = (("fault", f"relay.url: {relay.url} breaks off: {_words(error)}"),)
    return Talk(found, _date_in(server.greeting.decode("ascii", "replace")))


class _Plain(smtplib.SMTP):
    """A connection that remembers the greeting."""

    greeting = b""

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Connect; the answer is the greeting."""
        code, self.greeting = super().connect(host, port, source_address)
        return code, self.greeting


class _Secure(smtplib.SMTP_SSL, _Plain):
    """The same, under TLS from the first octet (RFC 8314)."""


def _connect(relay: Relay) -> _Plain:
    parts = urlsplit(relay.url)
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return _Secure(host, parts.port or 465, timeout=PATIENCE, context=ssl.create_default_context())
    return _Plain(host, parts.port or 25, timeout=PATIENCE)


def _dialog(server: smtplib.SMTP, relay: Relay, sender: str) -> Iterator[tuple[str, str]]:
    server.ehlo_or_helo_if_needed()
    plain = relay.url.startswith("smtp://")
    wanted = relay.starttls == "always" or (relay.starttls == "auto" and server.has_extn("starttls"))
    if plain and wanted:
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    secure = not plain or wanted
    if relay.user and secure:
        server.login(relay.user, relay.password or "")
    elif relay.user:
        yield "fault", f"relay.user: {relay.url} offers no STARTTLS, and a login is never sent in the clear"
    code, words = server.mail(sender)
    server.rset()
    if code != 250:
        yield "fault", f"relay.url: {relay.url} takes no mail from {sender}: {code} {_cleaned(words)}"
        return
    yield from (("note", words) for extension, words in SHORT_OF if not server.has_extn(extension))
    done = ("TLS" if secure else "no TLS", f"in as {relay.user}" if relay.user and secure else "no login")
    yield "ok", f"{relay.url}: {', '.join(done)}, takes mail from {sender}"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_cleaned(error.smtp_error)}"
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return clip(one_line(said), 200).lower()


def _cleaned(words: bytes | str) -> str:
    return clip(one_line(words if isinstance(words, str) else words.decode("utf-8", "replace")), 200)


def _date_in(greeting: str) -> datetime | None:
    found = _DATE.search(greeting[:512])
    try:
        return parsedate_to_datetime(found[0]) if found else None
    except ValueError:
        return None
