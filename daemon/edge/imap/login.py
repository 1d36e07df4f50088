"""Logging in: with a password, or with a bearer token (XOAUTH2, and OAUTHBEARER as in RFC 7628)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from daemon.edge.imap.names import quoted


@dataclass(frozen=True, slots=True)
class Password:
    """A name and its password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A name and an access token that is good now (RFC 6750)."""

    user: str
    token: str = field(repr=False)


class NoCredentials(Exception):  # noqa: N818 - it reads as what is the case
    """There is nothing to log in with; its words say why."""


Credentials = Callable[[bool], Awaitable[Password | BearerToken]]
"""Gives what to log in with, asked anew at each connection; True: what it gave before was refused.

Raises NoCredentials where there is nothing.
"""


@dataclass(frozen=True, slots=True)
class Dialog:
    """A command that logs in, and what the server's challenges are answered with, in their order."""

    command: str
    arguments: tuple[str, ...]
    replies: tuple[str, ...] = ()


class NoWayIn(Exception):  # noqa: N818 - it reads as what is the case
    """The server offers no way to log in that these credentials fit."""


def dialog(given: Password | BearerToken, capabilities: frozenset[str], host: str, port: int) -> Dialog:
    """Choose how to log in.

    Raises:
        NoWayIn: the server offers nothing that fits.

    """
    if isinstance(given, BearerToken):
        return _bearer(given, capabilities, host, port)
    if "AUTH=PLAIN" in capabilities:  # takes any letters
        return _sasl("PLAIN", f"\0{given.user}\0{given.password}", capabilities)
    if "LOGINDISABLED" in capabilities:
        raise NoWayIn("the server takes no password")
    return Dialog("LOGIN", (quoted(given.user), quoted(given.password)))


def _bearer(given: BearerToken, capabilities: frozenset[str], host: str, port: int) -> Dialog:
    if "AUTH=OAUTHBEARER" in capabilities:
        name = given.user.replace("=", "=3D").replace(",", "=2C")  # a GS2 name (RFC 5801 section 4)
        first = f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {given.token}\1\1"
        return _sasl("OAUTHBEARER", first, capabilities, refused="\1")  # RFC 7628 section 3.2.3
    if "AUTH=XOAUTH2" in capabilities:
        return _sasl("XOAUTH2", f"user={given.user}\1auth=Bearer {given.token}\1\1", capabilities)
    raise NoWayIn("the server takes no bearer token (neither OAUTHBEARER nor XOAUTH2)")


def _sasl(mechanism: str, first: str, capabilities: frozenset[str], refused: str = "") -> Dialog:
    """Send the first words with the command where the server allows it (SASL-IR, RFC 4959), else when it asks.

    A challenge after them tells an error; an answer has to follow before the server ends the dialog.
    """
    said, last = _coded(first), _coded(refused)
    if "SASL-IR" in capabilities:
        return Dialog("AUTHENTICATE", (mechanism, said), (last,))
    return Dialog("AUTHENTICATE", (mechanism,), (said, last))


def _coded(words: str) -> str:
    return b64encode(words.encode()).decode("ascii")
