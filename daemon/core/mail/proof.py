"""Who really sent it, as far as our own mail server vouches for it in Authentication-Results (RFC 8601).

A header is believed only where the mail came from a trusted peer, its authserv-id equals a configured one, and it
stands above the first Received line that none of our servers wrote. Of several such headers the worst result of each
method counts. A result proves the From domain only if it is about that domain or a parent of it; names are compared
label by label, without a list of public suffixes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from daemon.core.mail.address import domain_of
from daemon.core.mail.mime.field import uncommented
from daemon.core.mail.sender import NOBODY, related, sender_path, within
from daemon.core.settings import Smtp
from store.model.message import Door, Envelope, Message, Proof, Proven

RESULTS = "authentication-results"
CHECKED_HERE = "here"  # the source of a proof that is our own
NETWORKS, PEERS = 64, 64  # that are kept ready
DOUBTFUL = frozenset({"two-from", "many-from", "malformed-from"})  # defects of a Message
_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"|[^;"])++', re.DOTALL)
_PAIR = re.compile(
    r'\s*+([^\s;="./]++(?:\s*+[./]\s*+[^\s;="./]++)*+)\s*+=\s*+((?:"(?:[^"\\]|\\.)*+"|[^\s;"]++)++)\s*+', re.DOTALL
)
_WRITTEN_BY = re.compile(r"\bby\s+([A-Za-z0-9._-]{1,255})")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result, such as `dkim=pass header.d=example.org`, all folded."""

    method: str
    outcome: str
    properties: tuple[tuple[str, str], ...]

    def about(self, *names: str) -> Iterator[str]:
        """Yield the domains that the named properties speak of."""
        return (value.rpartition("@")[2] for name, value in self.properties if name in names)


@dataclass(frozen=True, slots=True)
class Results:
    """One Authentication-Results header; one that breaks the grammar is not sound and has no results."""

    server: str
    results: tuple[Result, ...]
    sound: bool = True

    def of(self, method: str) -> tuple[Result, ...]:
        """Return the results of one method."""
        return tuple(result for result in self.results if result.method == method)


def prove(message: Message, envelope: Envelope, smtp: Smtp) -> Proof:
    """Return the best that trusted Authentication-Results say of the sender; level NO where they say nothing."""
    if message.header(RESULTS) is None or not smtp.trusted_authserv:
        return NOBODY
    if not (envelope.door is Door.IMAP or is_trusted(envelope.peer, smtp.trusted_peers)):
        return NOBODY
    believed = tuple(_believed(message, frozenset(server.casefold() for server in smtp.trusted_authserv)))
    if not believed or message.sender is None or not _one_author(message):
        return NOBODY
    if not all(header.sound for header in believed):
        return NOBODY
    return _best(believed, domain_of(message.sender.address), domain_of(sender_path(message, envelope)))


def is_trusted(peer: str, trusted: Iterable[str]) -> bool:
    """Say whether a client's IP address is one of the trusted addresses or lies in one of the trusted networks."""
    address = _address(peer)
    return address is not None and any(address in network for network in map(_network, trusted) if network)


def read_results(value: str) -> Results:
    """Read an Authentication-Results value (RFC 8601 section 2.2), comments and quoted strings included."""
    head, *pieces = _PIECE.findall(uncommented(value)) or [""]
    server, *version = head.split() or [""]
    server = server.strip('"').casefold()
    stated = [piece for piece in pieces if piece.strip()]
    if [piece.split() for piece in stated] == [["none"]]:
        stated = []
    results = tuple(result for piece in stated if (result := _result(piece)))
    return Results(server, results, len(results) == len(stated) and version in ([], ["1"]))


def _result(piece: str) -> Result | None:
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(piece):
        match = _PAIR.match(piece, position)
        if match is None:
            return None
        pairs.append(("".join(match[1].split()).casefold(), match[2].replace('"', "").casefold()))
        position = match.end()
    if not pairs:
        return None
    (method, outcome), *properties = pairs
    return Result(method.partition("/")[0], outcome, tuple(properties))


def _believed(message: Message, servers: frozenset[str]) -> Iterator[Results]:
    for name, value in message.headers:
        if name == "received" and not _ours(value, servers):
            return
        if name == RESULTS and (results := read_results(value)).server in servers:
            yield results


def _ours(received: str, servers: frozenset[str]) -> bool:
    """Say whether a Received line was written by a server of ours: one at, or below the name of, an authserv-id."""
    by = _WRITTEN_BY.search(received[:4096])
    return by is not None and any(within(by[1].casefold(), server) for server in servers)


def _best(believed: tuple[Results, ...], author: str, path: str) -> Proof:
    source = believed[0].server
    dmarc = _worst(believed, "dmarc", lambda result: any(within(author, d) for d in result.about("header.from")))
    dkim = _worst(believed, "dkim", lambda result: any(within(author, d) for d in result.about("header.d", "header.i")))
    spf = _worst(believed, "spf", lambda result: any(related(path, d) for d in result.about("smtp.mailfrom")))
    refused = any(result.outcome == "fail" for header in believed for result in header.of("dmarc"))
    if dmarc:
        return Proof(Proven.DMARC, author, source)
    if dkim and not refused:
        return Proof(Proven.DKIM, author, source)
    if spf:
        return Proof(Proven.SPF, path, source)
    return Proof(Proven.NO, "", "", disowned=refused)


def _worst(believed: tuple[Results, ...], method: str, fits: Callable[[Result], bool]) -> bool:
    """Say whether every header that speaks of the method has a pass that fits, among several signatures perhaps."""
    speaking = [results for header in believed if (results := header.of(method))]
    return bool(speaking) and all(any(r.outcome == "pass" and fits(r) for r in results) for results in speaking)


def _one_author(message: Message) -> bool:
    """Only one From header with one well-formed mailbox names somebody: readers differ on all others."""
    return len(message.every("from")) == 1 and not DOUBTFUL & set(message.defects)


@lru_cache(PEERS)
def _address(peer: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(NETWORKS)
def _network(entry: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None
