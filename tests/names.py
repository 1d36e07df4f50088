"""A small real DNS server on the loopback, for tests: it answers what it is told, late, wrongly or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.ports import free_port


@dataclass
class Names(asyncio.DatagramProtocol):
    """What the server knows, and what it was asked."""

    port: int
    records: dict[str, tuple[str, ...]] = field(default_factory=dict)
    others: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)  # by name and kind, such as MX
    ttl: int = 300
    broken: dns.rcode.Rcode | None = None
    silent: bool = False
    junk: bytes | None = None
    asked: list[str] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        assert self.transport is not None
        if self.junk is not None:
            self.transport.sendto(self.junk, addr)
        if not self.silent:
            self.transport.sendto(self._answer(query, name).to_wire(), addr)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query, recursion_available=True)
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        texts = self.records.get(name) if kind == "TXT" else self.others.get((name, kind))
        if texts is None and self._knows(name):
            texts = ()
        if texts is None or self.broken is not None:
            answer.set_rcode(self.broken or dns.rcode.NXDOMAIN)
        elif texts and kind != "TXT":
            answer.answer.append(dns.rrset.from_text(query.question[0].name, self.ttl, "IN", kind, *texts))
        elif texts:
            quoted = [" ".join(f'"{text[n : n + 200]}"' for n in range(0, len(text), 200)) for text in texts]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, self.ttl, "IN", "TXT", *quoted))
        return answer

    def _knows(self, name: str) -> bool:
        return name in self.records or any(known == name for known, _ in self.others)


@asynccontextmanager
async def open_names() -> AsyncIterator[Names]:
    """Serve names until the block ends."""
    names = Names(free_port())
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: names, local_addr=("127.0.0.1", names.port)
    )
    try:
        yield names
    finally:
        transport.close()
