"""`triaged check`: everything that can be known to be wrong before the daemon runs, told at once."""

import asyncio
import os
import socket
import ssl
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from daemon import config
from daemon.cli.desk import AsJson, Option, first_line, place_of, settings_of
from daemon.cli.doctor.clock import clock_seen
from daemon.cli.doctor.dialog import talk
from daemon.cli.doctor.domain import domain_seen, is_reserved
from daemon.cli.doctor.probe import probed
from daemon.cli.knowledge import definition_in, roster_of, said_twice_in
from daemon.cli.mailboxes import mailboxes_seen, reconcile
from daemon.cli.paper import FAULT, hanging, say, say_json
from daemon.core.fault import Faults
from daemon.core.settings import Relay, Settings
from daemon.core.triage.definition import Definition
from daemon.edge.bell import MISSING, has_redis, try_bell
from daemon.edge.dns import Dns
from daemon.edge.notify import MISSING as NO_APPRISE
from daemon.edge.notify import has_apprise, is_understood
from daemon.edge.oauth.kept import tokens_beside
from daemon.edge.scan import open_scanner
from daemon.edge.webhook import MISSING as NO_HTTPX
from daemon.edge.webhook import has_httpx
from daemon.letters import SHIPPED, BadTemplates, Letters
from store import steps
from store.database import file_of
from store.model.message import Safety

GAPS_AHEAD = 14 * 86400.0  # seconds
PATIENCE = 5.0  # seconds that a server has to answer
MOST_NOTES = 10  # on one definition
HARMLESS = b"From: check@triaged.invalid\r\nSubject: check\r\n\r\nNothing.\r\n"
EXAMPLES = ("@example.org", "@example.com", "@example.net")
STYLES = {"ok": "green", "note": "yellow", "fault": "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: str  # ok, note or fault
    about: str
    words: str


def check(
    mailbox: Annotated[
        bool, typer.Option("--mailbox", help="compare what the mailboxes hold with what is stored, instead")
    ] = False,
    selectors: Annotated[
        list[str] | None, typer.Option("--selector", help="of the relay's DKIM signatures, to be looked up in the DNS")
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="send a forged mail to the desk and see how it arrives, besides")
    ] = False,
    through: Annotated[
        str | None, typer.Option(help="HOST:PORT that the forged mail is brought to; else the domain's MX")
    ] = None,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """Check files, store, doors, mailboxes, relay, DNS and clock; every fault at once, with its key or what to do."""
    if mailbox:
        path, settings = settings_of(option)
        keys = config.desk_keys(path)
        secrets = () if isinstance(keys, Faults) else tuple(key.secret for key in keys)
        reconcile(settings, tokens_beside(path), secrets, as_json=as_json)
        return
    path = config.find(option, os.environ)
    findings = list(_findings(path, tuple(selectors or ())))
    if probe:
        findings += _probe(path, through)
    for finding in findings:
        if as_json:
            say_json({"level": finding.level, "about": finding.about, "words": finding.words})
            continue
        level = Text(f"{finding.level:<6}", STYLES[finding.level])
        hanging(level + Text(f"{finding.about:<11}", "bold"), finding.words)
    faults = sum(finding.level == "fault" for finding in findings)
    if faults and not as_json:
        say(Text(f"{faults} fault{'s'[: faults > 1]}", "bold red"))
    if faults:
        raise typer.Exit(FAULT)


def _findings(path: Path, selectors: tuple[str, ...]) -> Iterator[Finding]:
    answer = config.load(path)
    if isinstance(answer, Faults):
        yield from _faults("settings", answer)
        written = path.absolute().parent / _definition_named(path)
    else:
        yield Finding("ok", "settings", str(path))
        written = Path(answer.emergency.definition)
    definition = definition_in(written)
    yield from _definition(definition, written)
    yield from _key(path)
    if isinstance(answer, Settings):
        for level, words in mailboxes_seen(answer, tokens_beside(path)):
            yield Finding(level, "mailbox", words)
        for about, probe in PROBES:
            yield from (Finding(level, about, words) for level, words in probe(answer))
        yield from (Finding(level, "domain", words) for level, words in _domain(answer, selectors))
        if isinstance(definition, Definition):
            yield from _areas(answer, definition)


def _probe(path: Path, through: str | None) -> Iterator[Finding]:
    settings = config.load(path)
    if isinstance(settings, Settings):  # what is wrong with them was told already
        yield from (Finding(level, "probe", words) for level, words in probed(settings, path, through))


def _faults(about: str, faults: Faults) -> Iterator[Finding]:
    yield from (Finding("fault", about, line) for line in faults.lines())


def _definition_named(path: Path) -> str:
    """Return the definition that faulty settings name, as far as that can be read."""
    try:
        table = tomllib.loads(path.read_text("utf-8-sig")).get("emergency", {})
    except (OSError, ValueError, RecursionError):
        table = {}
    name = table.get("definition") if isinstance(table, dict) else None
    return name if isinstance(name, str) else Settings.model_fields["emergency"].default.definition


def _definition(answer: Definition | Faults, path: Path) -> Iterator[Finding]:
    if isinstance(answer, Faults):
        if Path(answer.file).is_file():  # that it is not there is a fault of the settings
            yield from _faults("definition", answer)
        return
    yield Finding("ok", "definition", f"{answer.sentence}")
    notes = said_twice_in(path)
    yield from (Finding("note", "definition", note) for note in notes[:MOST_NOTES])
    if len(notes) > MOST_NOTES:
        yield Finding("note", "definition", f"{path}: and {len(notes) - MOST_NOTES} more that another phrase covers")


def _areas(settings: Settings, definition: Definition) -> Iterator[Finding]:
    known = set(definition.areas)
    for n, team in enumerate(settings.teams):
        for m, area in enumerate(team.areas):
            if area not in known:
                yield Finding("fault", "settings", f"teams[{n}].areas[{m}]: the definition has no area {area!r}")


def _key(path: Path) -> Iterator[Finding]:
    place = config.key_file(path)
    if not place.exists():
        yield Finding("note", "key", f"{place} is not there yet: `triaged run` makes it")
        return
    keys = config.desk_keys(path)
    if isinstance(keys, Faults):
        yield from _faults("key", keys)
    else:
        yield Finding("ok", "key", f"{place}" + (f", {len(keys)} keys" if len(keys) > 1 else ""))


Probe = Callable[[Settings], Iterator[tuple[str, str]]]


def _store(settings: Settings) -> Iterator[tuple[str, str]]:
    url = settings.store.url
    place = place_of(url)
    try:
        file = file_of(url)
        if file and not file.exists():
            yield from _writable(file.parent, "store.url", f"{place} is not there yet: `triaged run` makes it", "note")
            return
        found, wanted = steps.current(url), steps.head()
    except Exception as error:  # whatever the database's driver says is the finding
        yield "fault", f"store.url: {place} cannot be used: {first_line(error)}"
        return
    if found == wanted:
        yield "ok", place
    else:
        yield (
            "note",
            f"{place} is at step {found or 'none'}, not {wanted}: `triaged run` or `triaged migrate` brings it there",
        )


def _writable(folder: Path, key: str, words: str, level: str = "ok") -> Iterator[tuple[str, str]]:
    if not folder.is_dir():
        yield "fault", f"{key}: there is no folder {folder}"
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield "fault", f"{key}: the folder {folder} cannot be written"
    else:
        yield level, words


def _door(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.smtp is None:
        if not settings.imap:
            yield "fault", "smtp: is missing, and so is [[imap]]: no mail could come in"
        return
    smtp = settings.smtp
    if smtp.tls_certificate:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(smtp.tls_certificate, smtp.tls_key)
        except (OSError, ssl.SSLError) as error:
            yield "fault", f"smtp.tls_certificate: does not go with smtp.tls_key: {first_line(error)}"
    host, _, port = smtp.listen.rpartition(":")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if smtp.share_port:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            door.bind(address)
    except OSError as error:
        if error.errno == 98:  # EADDRINUSE
            yield "note", f"{smtp.listen} is in use, by this desk's own daemon if that runs"
        else:
            yield "fault", f"smtp.listen: {smtp.listen} cannot be opened: {(error.strerror or str(error)).lower()}"
        return
    yield "ok", f"{smtp.protocol} on {smtp.listen}{', with TLS' if smtp.tls_certificate else ''}"


def _relay(settings: Settings) -> Iterator[tuple[str, str]]:
    relay = settings.relay
    if relay.url.startswith("maildir:"):
        yield from _maildir("relay.url", relay.url)
    else:
        yield from talk(relay, settings.desk.address).found


def _maildir(key: str, url: str) -> Iterator[tuple[str, str]]:
    folder = Path(url.removeprefix("maildir:"))
    place = folder if folder.exists() else folder.parent
    yield from _writable(place, key, f"{folder} (a maildir: nothing leaves this machine)")


def _spare(settings: Settings) -> Iterator[tuple[str, str]]:
    """Look at the other way out for mails to the operator."""
    desk, url = settings.desk, settings.desk.alarm_relay or ""
    if not desk.operator:
        yield "note", "desk.operator: nobody; where the desk itself needs help, only its log says so"
    elif not url:
        yield "note", "desk.alarm_relay: none; where the relay is the trouble, the operator hears of it when it is over"
    elif url.startswith("sendmail:"):
        program = Path(url.removeprefix("sendmail:"))
        there = program.is_file() and os.access(program, os.X_OK)
        yield (("ok", url) if there else ("fault", f"desk.alarm_relay: there is no program {program}"))
    elif url.startswith("maildir:"):
        yield from _maildir("desk.alarm_relay", url)
    else:
        found = talk(Relay(url=url), desk.address).found
        yield from ((level, words.replace("relay.url", "desk.alarm_relay", 1)) for level, words in found)


def _domain(settings: Settings, selectors: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    domain = settings.desk.address.rpartition("@")[2]
    if is_reserved(domain):
        yield "note", f"{domain} is a name for examples and inner networks: the DNS is not asked"
        return
    yield from asyncio.run(domain_seen(settings, Dns(), selectors))


def _pipeline(settings: Settings) -> Iterator[tuple[str, str]]:
    address = settings.pipeline.address
    if address.lower().endswith(EXAMPLES):
        yield "note", f"pipeline.address: {address} is an example, and nobody reads there what is no emergency"


def _duty(settings: Settings) -> Iterator[tuple[str, str]]:
    people = len(settings.duty.people)
    if people:
        yield "ok", f"{people} {'people' if people > 1 else 'person'}, one turn a {settings.duty.turn}"
    elif settings.duty.fallback:
        yield "note", f"duty.people: nobody; every emergency goes to duty.fallback ({settings.duty.fallback})"
    elif not any(team.duty for team in settings.teams):
        yield "note", "duty.people: nobody; an emergency interrupts no one and goes to the pipeline"
    if people and not settings.duty.fallback:
        yield "note", "duty.fallback: nobody; where everybody is away, somebody of the rota is asked all the same"
    yield from _gaps(settings)


def _gaps(settings: Settings) -> Iterator[tuple[str, str]]:
    """Name the days of the next two weeks on which nobody of a rota is there."""
    now = time.time()
    roster = roster_of(settings, now)
    for gap in roster.gaps(now, now + GAPS_AHEAD):
        first, last = (datetime.fromtimestamp(moment, roster.hours.zone) for moment in (gap.start, gap.end))
        stands_in = gap.person == settings.duty.fallback and not roster.is_away(gap.person, gap.start)
        words = f"{gap.rota}: {gap.words} from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
        yield (
            ("note" if stands_in else "fault"),
            f"{words}; {gap.person} is asked {'instead' if stands_in else 'even so'}",
        )


def _bell(settings: Settings) -> Iterator[tuple[str, str]]:
    url = settings.bell.redis
    if url is None:
        if file_of(settings.store.url) is None:
            yield "note", "bell.redis: is missing; several processes find each other's work by looking, seconds later"
        return
    if not has_redis():
        yield "fault", MISSING
        return
    try:
        try_bell(url, PATIENCE)
    except OSError as error:
        yield "fault", f"bell.redis: {place_of(url)} does not answer: {error}"
    else:
        yield "ok", place_of(url)


def _letters(settings: Settings) -> Iterator[tuple[str, str]]:
    language = settings.desk.language
    try:
        found = Letters(language).tried().languages
    except BadTemplates as error:
        yield from (("fault", fault) for fault in error.faults)
        return
    if (SHIPPED / language).is_dir():
        yield "ok", ", ".join(found)
    else:
        yield "note", f"desk.language: there are no letters in {language!r} yet; they are written in English"


def _ways(settings: Settings) -> Iterator[tuple[str, str]]:
    """Look at what tells people and programs beside mail; none of them is told anything."""
    if settings.notify and not has_apprise():
        yield "fault", NO_APPRISE
    for n, way in enumerate(settings.notify if has_apprise() else ()):
        if is_understood(way.url):
            yield "ok", f"notify[{n}]: a way to {way.person}"
        else:
            yield "fault", f"notify[{n}].url: Apprise knows no such way (`apprise --details` lists them)"
    if settings.webhooks and not has_httpx():
        yield "fault", NO_HTTPX
    elif settings.webhooks:
        yield "ok", f"webhooks: {', '.join(hook.name for hook in settings.webhooks)}"


def _scanner(settings: Settings) -> Iterator[tuple[str, str]]:
    scanner = open_scanner(settings.scan)
    if scanner is None:
        return
    found = asyncio.run(scanner.scan(HARMLESS))
    where = settings.scan.clamd or settings.scan.command[0]
    if found.safety is Safety.CLEAN:
        yield "ok", where
    elif found.safety is Safety.INFECTED:
        yield "fault", f"scan: {where} calls a harmless mail infected: {found.words}"
    else:
        yield "fault", f"scan: {where}: {found.words}"


PROBES: tuple[tuple[str, Probe], ...] = (
    ("store", _store),
    ("door", _door),
    ("relay", _relay),
    ("pipeline", _pipeline),
    ("operator", _spare),
    ("bell", _bell),
    ("ways", _ways),
    ("letters", _letters),
    ("duty", _duty),
    ("scanner", _scanner),
    ("clock", clock_seen),
)
