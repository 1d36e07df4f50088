"""The door to the DNS: the records of a name, asked for within a time, keys kept for as long as they may be.

Whatever goes wrong is one answer: nothing is known. Who asks must be able to do without.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

TIMEOUT_SECONDS = 5.0  # for one name, all servers and repeats together
KEPT_AT_MOST = 1000  # names
KEPT_SECONDS = (60.0, 3600.0)  # an answer is believed for its time to live, within these limits
UNKNOWN_SECONDS = 60.0  # that there is no answer is believed for so long
ASKED_AT_ONCE = 10


class Dns:
    """Asks for text records; one of these serves the whole process, on one loop."""

    def __init__(
        self,
        nameservers: tuple[tuple[str, int], ...] = (),
        timeout: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask these servers, or without any those that the system names."""
        self._nameservers = nameservers
        self._timeout = timeout
        self._clock = clock
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._kept: OrderedDict[str, tuple[float, str | None]] = OrderedDict()
        self._turn = asyncio.Semaphore(ASKED_AT_ONCE)

    async def text(self, name: str) -> str | None:
        """Return the one text record of a name; None where there is none, or several, or no answer in time."""
        kept = self._kept.get(name)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        async with self._turn:
            text, seconds = await self._ask(name)
        self._kept[name] = (self._clock() + seconds, text)
        self._kept.move_to_end(name)
        while len(self._kept) > KEPT_AT_MOST:
            self._kept.popitem(last=False)
        return text

    async def every(self, name: str, kind: str) -> tuple[str, ...] | None:
        """Return all records of a kind as text, asked for anew; none where there are none, None without an answer."""
        try:
            resolver = self._resolver = self._resolver or self._open()
            async with asyncio.timeout(self._timeout + 1):
                answer = await resolver.resolve(dns.name.from_text(name), kind, search=False, lifetime=self._timeout)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, TimeoutError, ValueError):
            return None
        return tuple(_written(record) for record in answer)

    async def _ask(self, name: str) -> tuple[str | None, float]:
        """Return the record and for how many seconds it may be kept."""
        try:
            resolver = self._resolver = self._resolver or self._open()
            async with asyncio.timeout(self._timeout + 1):
                answer = await resolver.resolve(dns.name.from_text(name), "TXT", search=False, lifetime=self._timeout)
        except (dns.exception.DNSException, OSError, TimeoutError, ValueError):
            return None, UNKNOWN_SECONDS
        records = [b"".join(record.strings) for record in answer if record.rdtype == dns.rdatatype.TXT]
        if answer.rrset is None or len(records) != 1:  # RFC 6376 section 3.6.2.2: with several, none is the key
            return None, UNKNOWN_SECONDS
        return records[0].decode("ascii", "replace"), min(max(answer.rrset.ttl, KEPT_SECONDS[0]), KEPT_SECONDS[1])

    def _open(self) -> dns.asyncresolver.Resolver:
        """Read the system's configuration at the first question, so that a desk without any can start."""
        if not self._nameservers:
            return dns.asyncresolver.Resolver()
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._nameservers]
        return resolver


def _written(record: dns.rdata.Rdata) -> str:
    """Return a record as a zone file has it; a text without its quotes and seams."""
    if isinstance(record, TXT):
        return b"".join(record.strings).decode("ascii", "replace")
    return record.to_text()
