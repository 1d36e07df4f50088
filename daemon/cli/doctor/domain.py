"""The desk's domain as the DNS shows it: whether mail finds the desk, and whether others can believe its own."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_address

from daemon.core.settings import Settings
from daemon.edge.dns import Dns

Found = tuple[str, str]  # a level of the report, and the words

RESERVED = ("test", "example", "invalid", "localhost", "local", "example.com", "example.net", "example.org")
MX_PORT = 25
SILENT = "the DNS gives no answer about {}: is there a network, and a server in /etc/resolv.conf?"


def is_reserved(domain: str) -> bool:
    """Say whether a name stands for nothing in the DNS of the world (RFC 2606, RFC 6761, RFC 6762)."""
    folded = domain.casefold().rstrip(".")
    return any(folded == name or folded.endswith(f".{name}") for name in RESERVED)


async def domain_seen(settings: Settings, dns: Dns, selectors: tuple[str, ...] = ()) -> tuple[Found, ...]:
    """Return what is right and wrong with the domain of the desk's address; `selectors` are those of its signatures."""
    domain = settings.desk.address.rpartition("@")[2]
    parts = (_mail(settings, domain, dns), _spf(domain, dns), _dkim(domain, dns, selectors), _dmarc(domain, dns))
    return tuple(found for part in await asyncio.gather(*parts) for found in part)


async def mail_hosts(domain: str, dns: Dns) -> tuple[str, ...] | None:
    """Return the hosts that take a domain's mail, best first (RFC 5321 section 5.1); None where nobody knows."""
    records = await dns.every(domain, "MX")
    if records is None:
        return None
    named = sorted((int(number), host) for number, _, host in (record.partition(" ") for record in records))
    if named:
        return tuple(host.rstrip(".") for _, host in named)
    return (domain,) if await addresses(domain, dns) else ()


async def addresses(host: str, dns: Dns) -> tuple[str, ...]:
    """Return the addresses of a host, none where nobody knows."""
    found = await asyncio.gather(dns.every(host, "A"), dns.every(host, "AAAA"))
    return tuple(address for records in found for address in records or ())


async def _mail(settings: Settings, domain: str, dns: Dns) -> tuple[Found, ...]:
    hosts = await mail_hosts(domain, dns)
    if hosts is None:
        return (("note", SILENT.format(domain)),)
    if not hosts:
        return (("fault", f"MX: {domain} names no server for its mail, and has no address: nobody can write to it"),)
    if hosts == ("",):
        return (("fault", f"MX: {domain} says that it takes no mail (a null MX, RFC 7505): remove that record"),)
    located = [(host, await addresses(host, dns)) for host in hosts]
    lost = [host for host, at in located if not at]
    if len(lost) == len(located):
        return (("fault", f"MX: {', '.join(lost)} has no address: no mail reaches {domain}"),)
    found = [("note", f"MX: {host} has no address; take it out, or give it one") for host in lost]
    found += [_leads_here(hosts, [a for _, at in located for a in at])] if _is_front(settings) else []
    return (*found, ("ok", f"MX of {domain}: {', '.join(hosts)}"))


def _is_front(settings: Settings) -> bool:
    """Say whether the desk's own door is what an MX leads to: open to others, on the port of mail."""
    host, _, port = (settings.smtp.listen if settings.smtp else "").rpartition(":")
    return port == str(MX_PORT) and not host.startswith(("127.", "[::1]", "localhost"))


def _leads_here(hosts: tuple[str, ...], at: list[str]) -> Found:
    here = [address for address in at if _is_own(address)]
    if here:
        return "ok", f"MX: {here[0]} is this machine"
    words = f"MX: no address of {', '.join(hosts)} is this machine's ({', '.join(at)})"
    return "note", f"{words}; right only where a router or a server in front passes port {MX_PORT} on to it"


def _is_own(address: str) -> bool:
    """Say whether an address is one of this machine: only such can be bound."""
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


async def _spf(domain: str, dns: Dns) -> tuple[Found, ...]:
    texts = await dns.every(domain, "TXT")
    if texts is None:
        return ()  # said once already
    records = [text for text in texts if text.casefold() == "v=spf1" or text.casefold().startswith("v=spf1 ")]
    if not records:
        words = f'SPF: none; add a TXT record at {domain} that names your relay, such as "v=spf1 mx -all"'
        return (("note", words),)
    if len(records) > 1:
        return (("fault", f"SPF: {len(records)} records at {domain}: none counts (RFC 7208 section 4.5); join them"),)
    if {"+all", "all"} & set(records[0].casefold().split()):
        return (("fault", f'SPF: "{records[0]}" lets everybody write as {domain}: end it with -all'),)
    return (("ok", f"SPF: {records[0]}"),)


async def _dkim(domain: str, dns: Dns, selectors: tuple[str, ...]) -> tuple[Found, ...]:
    if not selectors:
        return (("note", "DKIM: not looked at; name the selector of your relay's signatures: --selector NAME"),)
    keys = await asyncio.gather(*(dns.every(f"{selector}._domainkey.{domain}", "TXT") for selector in selectors))
    return tuple(_key(f"{name}._domainkey.{domain}", key) for name, key in zip(selectors, keys, strict=True))


def _key(name: str, texts: tuple[str, ...] | None) -> Found:
    if texts is None:
        return "note", SILENT.format(name)
    if len(texts) != 1:
        return "fault", f"DKIM: {'no' if not texts else len(texts)} records at {name}; there must be one, with the key"
    tags = {tag.strip(): value.strip() for tag, _, value in (pair.partition("=") for pair in texts[0].split(";"))}
    if not tags.get("p"):
        return "fault", f"DKIM: the record at {name} holds no key (RFC 6376 section 3.6.1)"
    return "ok", f"DKIM: a key at {name}"


async def _dmarc(domain: str, dns: Dns) -> tuple[Found, ...]:
    for at in _tree(domain):
        texts = await dns.every(f"_dmarc.{at}", "TXT")
        if texts is None:
            return ()
        records = [text for text in texts if text.replace(" ", "").casefold().startswith("v=dmarc1")]
        if len(records) > 1:
            return (("fault", f"DMARC: {len(records)} records at _dmarc.{at}, so none counts: keep one"),)
        if records:
            return (("ok", f"DMARC: {records[0]}"),)
    return (("note", f'DMARC: none; add a TXT record at _dmarc.{domain}, such as "v=DMARC1; p=quarantine"'),)


def _tree(domain: str) -> Iterator[str]:
    """Yield a domain and those above it, but no top-level one."""
    labels = domain.split(".")
    return (".".join(labels[n:]) for n in range(max(len(labels) - 1, 1)))
