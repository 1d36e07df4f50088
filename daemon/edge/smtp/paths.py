"""Read the arguments of MAIL and RCPT strictly (RFC 5321 section 4.1.2, RFC 6531), and know the desk's mailboxes."""

import re
from dataclasses import dataclass
from typing import Final

from daemon.core.mail.address import Own, domain_of, fold, is_own
from daemon.core.settings import Desk
from daemon.edge.smtp.answers import Reply

# A path is taken whole: printable, without space or brackets, or with a quoted local part. Each alternative is bounded.
_PATH: Final = (
    r"<(?P<path>"
    r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e]){0,64}"@[^\x00-\x20\x7f<>@]{1,255}'
    r"|[^\x00-\x20\x7f<>]{0,320}"
    r")>(?P<parameters>(?: {1,4}[^\x00-\x20\x7f]{1,512}){0,10}) {0,8}"
)
_MAIL: Final = re.compile(rf"FROM: {{0,8}}{_PATH}\Z", re.IGNORECASE)
_RCPT: Final = re.compile(rf"TO: {{0,8}}{_PATH}\Z", re.IGNORECASE)
_SIZE: Final = re.compile(r"SIZE=([0-9]{1,20})\Z", re.IGNORECASE)
_DOT_STRING: Final = re.compile(r"[^\x00-\x20\x7f()<>\[\]:;@\\,\"%!]{1,128}\Z")
_BODIES: Final = frozenset({"BODY=7BIT", "BODY=8BITMIME"})


@dataclass(frozen=True, slots=True)
class Sender:
    """A MAIL command: the reverse path ("" is the null sender) and what it declares."""

    address: str
    size: int  # octets, 0 where nothing was declared (RFC 1870)
    utf8: bool  # SMTPUTF8 was asked for


def read_sender(argument: str, *, extended: bool) -> Sender | Reply:
    """Read the argument of MAIL, or say why not.

    What can never be answered (no domain, shell signs) is taken as it stands: the report behind it may be an
    emergency, and nothing is ever done with a sender but to compare it and to hand it, as one argument, to the relay.
    """
    match = _MAIL.match(argument)
    if not match:
        return Reply.BAD_SENDER if argument[:5].upper() == "FROM:" else Reply.BAD_ARGUMENT
    size, utf8 = 0, False
    for parameter in match["parameters"].split():
        if not extended:
            return Reply.BAD_PARAMETER
        if declared := _SIZE.match(parameter):
            size = int(declared[1])
        elif parameter.upper() == "SMTPUTF8":
            utf8 = True
        elif parameter.upper() not in _BODIES:
            return Reply.BAD_PARAMETER
    path = match["path"]
    if path.startswith("@"):  # a source route (RFC 5321 appendix C), the mark of a relay trick
        return Reply.BAD_SENDER
    if not utf8 and not path.isascii():
        return Reply.NEEDS_SMTPUTF8
    return Sender(_with_lower_domain(path), size, utf8)


class Mailboxes:
    """The addresses that mail may come in for: the desk's, these with any tag, and its postmaster.

    A tag is never judged here: were a wrong one refused, the answer would tell a right secret from a wrong one.
    """

    def __init__(self, desk: Desk) -> None:
        addresses = tuple(map(fold, desk.addresses))
        self._own = Own(addresses=addresses, tag=desk.tag, host=desk.id_host, keys=())
        self._exact = frozenset({*addresses, *(f"postmaster@{domain_of(address)}" for address in addresses)})
        self._postmaster = f"postmaster@{domain_of(desk.address)}"

    def read(self, argument: str) -> str | Reply:
        """Read the argument of RCPT: the address, or why it is refused."""
        match = _RCPT.match(argument)
        if not match:
            return Reply.BAD_RECIPIENT if argument[:3].upper() == "TO:" else Reply.BAD_ARGUMENT
        if match["parameters"]:
            return Reply.BAD_PARAMETER
        path = match["path"]
        if path.casefold() == "postmaster":  # RFC 5321 section 4.5.1: without a domain, in any case
            return self._postmaster
        if fold(path) in self._exact:
            return _with_lower_domain(path)
        local, _, domain = path.rpartition("@")
        if not domain or not _is_dot_string(local):
            return Reply.BAD_RECIPIENT
        return _with_lower_domain(path) if is_own(self._own, path) else Reply.NO_SUCH_MAILBOX


def _is_dot_string(local: str) -> bool:
    """Say whether a local part is plain: no quotes, no route, no percent or bang path, no empty atom."""
    return bool(_DOT_STRING.match(local)) and not (local[0] == "." or local[-1] == "." or ".." in local)


def _with_lower_domain(path: str) -> str:
    local, at, domain = path.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else path
