"""A mail with forged Authentication-Results, sent to the desk to see whether the server before it lets such through.

Whoever can write that header can command the desk in a member's name (RFC 8601 section 5), as far as they know a
secret address. The mail bears the desk's own mark, so the desk files it as its own and answers nothing.
"""

import asyncio
import os
import smtplib
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from daemon import config
from daemon.cli.desk import first_line
from daemon.cli.doctor.dialog import PATIENCE
from daemon.cli.doctor.domain import MX_PORT, is_reserved, mail_hosts
from daemon.core.fault import Faults
from daemon.core.mail.address import Own, loop_value, mark_from, message_id
from daemon.core.mail.clean import clip, one_line
from daemon.core.mail.guard import LOOP_HEADER
from daemon.core.mail.reading import read
from daemon.core.settings import Settings
from daemon.edge.dns import Dns
from store.model.message import Proven, RawMessage
from store.reader import Reader

ARRIVES_SECONDS = 60.0
LOOK_SECONDS = 0.25
AUTHOR = "probe@forged.invalid"  # of a domain that nothing can vouch for (RFC 6761 section 6.4)

Found = tuple[str, str]


def probed(settings: Settings, path: Path, through: str | None) -> Iterator[Found]:
    """Send the mail, wait until it is in the store, and yield how it arrived."""
    servers = _believed(settings)
    if not servers:
        yield "ok", "no trusted_authserv is set: no server's word on a sender is believed, forged or not"
        return
    keys = config.desk_keys(path)
    if isinstance(keys, Faults):
        yield "note", "there is no key yet: start the daemon first"
        return
    own = config.own_of(settings, keys)
    place = through or _place(settings)
    if not place:
        yield "note", "the domain names no server for its mail: name one with --through HOST:PORT"
        return
    identifier = message_id(own, mark_from(os.urandom(10)))
    refusal = _send(place, settings.desk.address, forged(settings, own, identifier, servers))
    if refusal:
        yield refusal
        return
    arrived = _await(settings, identifier)
    if arrived is None:
        yield "note", f"{place} took the mail, and it did not reach the store within {ARRIVES_SECONDS:.0f} s"
        return
    yield verdict(arrived, settings, own)


def forged(settings: Settings, own: Own, identifier: str, servers: tuple[str, ...]) -> bytes:
    """Return the mail: it says of itself, in the name of each believed server, that it is proven."""
    results = "".join(
        f"Authentication-Results: {server}; dmarc=pass header.from=forged.invalid;\r\n"
        f" dkim=pass header.d=forged.invalid; spf=pass smtp.mailfrom={AUTHOR}\r\n"
        for server in servers
    )
    lines = (
        f"From: {AUTHOR}",
        f"To: {settings.desk.address}",
        "Subject: triaged check --probe",
        f"Date: {formatdate(time.time())}",
        f"Message-ID: <{identifier}>",
        f"{LOOP_HEADER}: {loop_value(own)}",
        "Auto-Submitted: auto-generated",
        "",
        "A forged mail, sent by the desk's own operator to see how it arrives.",
        "",
    )
    return results.encode("ascii") + "\r\n".join(lines).encode("utf-8")


def verdict(arrived: RawMessage, settings: Settings, own: Own) -> Found:
    """Say whether the desk would have believed what the mail says of itself."""
    reading = read(arrived.raw, arrived.envelope, own, settings.door_of(arrived.envelope))
    proof = reading.proof
    if proof.level is not Proven.NO:
        words = f"a forged Authentication-Results of {proof.source} reaches the desk and is believed"
        advice = "have your mail server remove that header from what comes in, or empty trusted_authserv until it does"
        return "fault", f"{words}: anybody may pass for a member; {advice} (docs/security.md)"
    stands = any("forged.invalid" in value and "pass" in value for value in _results(reading.message.headers))
    how = "arrives and is not believed" if stands else "is taken out on the way"
    return "ok", f"a forged Authentication-Results {how}"


def _results(headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    return (value for name, value in headers if name == "authentication-results")


def _believed(settings: Settings) -> tuple[str, ...]:
    doors = [settings.smtp, *settings.imap]
    return tuple(dict.fromkeys(server for door in doors if door for server in door.trusted_authserv))


def _place(settings: Settings) -> str:
    domain = settings.desk.address.rpartition("@")[2]
    hosts = None if is_reserved(domain) else asyncio.run(mail_hosts(domain, Dns()))
    return f"{hosts[0]}:{MX_PORT}" if hosts and hosts[0] else ""


def _send(place: str, to: str, raw: bytes) -> Found | None:
    host, _, port = place.rpartition(":")
    try:
        with smtplib.SMTP(host.strip("[]"), int(port), timeout=PATIENCE * 6) as server:
            server.sendmail("", [to], raw)
    except smtplib.SMTPRecipientsRefused as error:
        words = next(iter(error.recipients.values()))[1]
        return "note", f"{place} does not take the mail, so nothing can be said: {_cleaned(words)}"
    except smtplib.SMTPResponseException as error:
        return "note", f"{place} does not take the mail: {error.smtp_code} {_cleaned(error.smtp_error)}"
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return "note", f"{place} cannot be reached from here: {_cleaned(first_line(error))}; try --through HOST:PORT"
    return None


def _cleaned(words: bytes | str) -> str:
    return clip(one_line(words if isinstance(words, str) else words.decode("utf-8", "replace")), 200)


def _await(settings: Settings, identifier: str) -> RawMessage | None:
    with Reader(settings.store.url) as reader:
        end = time.monotonic() + ARRIVES_SECONDS
        while time.monotonic() < end:
            if arrived := reader.named(identifier):
                return arrived
            time.sleep(LOOK_SECONDS)
    return None
