"""The zip that `export` writes: messages as .eml files, all else as JSON, a line each, and a page that explains it."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from daemon.cli.jsonline import Record
from daemon.cli.records import iso
from daemon.core.settings import Settings
from store.model.privacy import KeptEvent, KeptMail, KeptMessage, KeptTicket, Traces
from store.privacy.handing import Dossier

README = """What {desk} has of {who}, as of {now}.

messages/N.eml    each message that came from this address, octet by octet
messages.jsonl    when and how each came, and the ticket that it belongs to
tickets.jsonl     the requests of this address: state, dates, and what they were judged to be
events.jsonl      what happened to them, in order
mails/N.eml       each mail that was written to this address
mails.jsonl       when each was written, and what became of it
{sender}
A .jsonl file holds one JSON object a line, in UTF-8. Times are in UTC.
The history names members of the team, and notes may speak of other people: look through it before it is handed out.
"""


def write_dossier(file: BinaryIO, dossier: Dossier, found: Traces, who: str, settings: Settings, now: float) -> None:
    """Write the zip; one message at a time is held in memory."""
    sender = dossier.sender_of(who)
    about = {"sender.json": _json(asdict(sender) | {"since": iso(sender.since)})} if sender else {}
    line = "sender.json       since when the address is known, and whether it was ever proven\n" if sender else ""
    page = README.format(desk=settings.desk.address, who=who, now=iso(now), sender=line)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in {"README.txt": page, **about}.items():
            _put(archive, name, text.encode(), now)
        _lines(archive, "messages.jsonl", _messages(archive, dossier.messages(found), now), now)
        _lines(archive, "tickets.jsonl", map(_ticket, dossier.reported(found)), now)
        _lines(archive, "events.jsonl", map(_event, dossier.events(found)), now)
        _lines(archive, "mails.jsonl", _mails(archive, dossier.mails(found, who), now), now)


def _messages(archive: ZipFile, kept: Iterable[KeptMessage], now: float) -> Iterator[Record]:
    for one in kept:
        _put(archive, f"messages/{one.id}.eml", one.raw, now)
        yield _plain(one, raw=None, received_at=iso(one.received_at))


def _mails(archive: ZipFile, kept: Iterable[KeptMail], now: float) -> Iterator[Record]:
    for one in kept:
        _put(archive, f"mails/{one.id}.eml", one.raw, now)
        settled = None if one.settled_at is None else iso(one.settled_at)
        yield _plain(one, raw=None, created_at=iso(one.created_at), settled_at=settled)


def _ticket(one: KeptTicket) -> Record:
    times = {name: iso(at) for name, at in asdict(one.ticket).items() if name.endswith("_at") and at is not None}
    return _plain(one.ticket, **times) | {"verdicts": [asdict(verdict) for verdict in one.verdicts]}


def _event(one: KeptEvent) -> Record:
    return _plain(one, at=iso(one.at))


def _plain(kept: Any, **instead: Any) -> Record:
    """Return the fields of a row, some of them replaced, without the bytes."""
    return {name: value for name, value in (asdict(kept) | instead).items() if name != "raw"}


def _lines(archive: ZipFile, name: str, records: Iterable[Record], now: float) -> None:
    """Write lines; what they are made from may put files of its own into the archive, so they are kept until then."""
    text = "".join(f"{_json(record)}\n" for record in records)
    _put(archive, name, text.encode("utf-8", "backslashreplace"), now)


def _json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False)


def _put(archive: ZipFile, name: str, octets: bytes, now: float) -> None:
    info = ZipInfo(name, time.gmtime(now)[:6])
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    archive.writestr(info, octets)
