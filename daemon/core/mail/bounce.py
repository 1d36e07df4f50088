"""Which mail failed, for whom and why: delivery reports as RFC 3464 wants them, and the free forms of older servers.

A report with a machine-readable part is believed as it stands. Anything else is a report only where a machine seems to
write of a failure; its recipients come from the first row of FORMS that finds any.
"""

import re
from dataclasses import dataclass

from daemon.core.mail import bounce_phrases as phrases
from daemon.core.mail.address import fold
from daemon.core.mail.bounce_forms import Report, failed_recipients, names_surely
from daemon.core.mail.machine_words import MAILER_NAMES, REPORT_PARTS, STATUS_PARTS, notation
from daemon.core.mail.mime.field import first_word, parameter
from daemon.core.mail.sender import sender_path
from store.model.message import Bounce, Envelope, Message

LONGEST = 32768  # of a text that is searched
FAILED = ("fail", "undeliver", "expired")  # how an Action begins
TOLD = (*FAILED, "delay")
EXPIRED = "4.4.7"  # RFC 3463: the server waited and has given up
_ADDRESS = re.compile(r"[^\s<>;,:\"()\[\]]{1,64}@[^\s<>;,:\"()\[\]@]{1,253}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODED = re.compile(r"(?<![\d.])[45]\d\d[ -]{1,3}[#'<(\[]{0,2}([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?:(?<![\d.:/-])|\bcode\W{1,3})([45])[0-5]\d(?=[ ,-]\D|$)", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^[>\s]{0,4}(?:Original-)?Message-ID:\s{0,5}<([^<>\s]{1,998})>", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z-]{1,40})[ \t]*:[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One group of a delivery status: who, what became of it, and why."""

    address: str  # "" where the group names none that is an address
    action: str
    status: str | None
    final: bool  # the server has given up, and another day would not help


def read_bounce(message: Message, envelope: Envelope | None = None) -> Bounce | None:
    """Read a delivery report; None for every other message, also for reports of success, complaints and receipts.

    The envelope adds what its null sender says; without it only a Return-Path in the header is known.
    `permanent` is False where the server keeps trying, and where the status says that another day may do (4.y.z, but
    not 4.4.7). Recipients are spelled as the report spells them, in its order, each once.
    """
    if _other_report(message):
        return None
    machine = _by_machine(message) or (envelope is not None and not sender_path(message, envelope))
    if not (machine or message.sender is None or _entitled(message) or _notice(message)):
        return None
    report = _report(message)
    groups = [group for part in message.parts if part.content_type in STATUS_PARTS for group in read_status(part.text)]
    if not groups and not _speaks_of_failure(report, machine):
        return None
    groups = groups or [*read_status(report.text), *read_status(report.returned)]
    return _formal(report, groups) if any(group.address for group in groups) else _free_form(report, machine)


def complained_id(message: Message) -> str | None:
    """Return the Message-ID of the mail that a complaint or receipt is about; None for every other message."""
    if not _other_report(message):
        return None
    said = "\n".join(part.text[:LONGEST] for part in message.parts if part.content_type in REPORT_PARTS)
    named = _MESSAGE_ID.search(said)
    return named[1] if named else _original_id(_report(message))


def read_status(text: str) -> tuple[Recipient, ...]:
    """Read the recipient groups of a message/delivery-status part (RFC 3464 section 2.3), also where it stands in text.

    A group ends at an empty line, and at a field that it already has: some servers leave the empty line out.
    """
    found: list[dict[str, str]] = [{}]
    last = ""
    for line in text[:LONGEST].splitlines():
        field = _FIELD.match(line)
        if not line.strip() or (field and field[1].lower() in found[-1]):
            found.append({})
            last = ""
        if field:
            last = field[1].lower()
            found[-1][last] = field[2].strip()
        elif last and line[:1] in " \t":
            found[-1][last] += f" {line.strip()}"
    return tuple(_recipient(fields) for fields in found if {"final-recipient", "original-recipient"} & fields.keys())


def status_of(text: str) -> str | None:
    """Find or derive the status (RFC 3463) in the words of a server, None where nothing speaks of one."""
    stated = _CODED.search(text) or next((m for m in _STATUS.finditer(text) if m[1][0] != "2"), None)
    if stated:
        return stated[1]
    reply = _REPLY.search(text)
    folded = " ".join(text.casefold().split())
    meant = next((status for status, words in phrases.REASONS if any(word in folded for word in words)), None)
    if reply and meant:
        return f"{reply[1]}{meant[1:]}"
    return meant or (f"{reply[1]}.0.0" if reply else None)


def _recipient(fields: dict[str, str]) -> Recipient:
    """What the failing server said (Diagnostic-Code) is more exact than what the reporting one made of it (Status)."""
    named = (fields.get(name, "") for name in ("original-recipient", "final-recipient"))
    found = (_ADDRESS.search(value.partition(";")[2] or value) for value in named)
    address = next((match[0].rstrip(".") for match in found if match), "")
    action = fields.get("action", "failed").casefold()
    field, diagnostic = _STATUS.match(fields.get("status", "")), fields.get("diagnostic-code", "")
    coded = _CODED.findall(diagnostic)
    status = coded[-1] if coded else field[1] if field else status_of(f"{fields.get('status', '')} {diagnostic}")
    stated = field[1] if field else status
    return Recipient(address, action, status, action.startswith(FAILED) and _for_good(stated))


def _formal(report: Report, groups: list[Recipient]) -> Bounce | None:
    told = [group for group in groups if group.action.startswith(TOLD)]
    if not told:
        return None
    addresses = {fold(group.address): group.address for group in told if group.address}
    status = _on_its_line(report, told[0]) if (told[0].status or "x.0.0").endswith(".0.0") else told[0].status
    permanent = any(group.final for group in told)
    return Bounce(permanent, tuple(addresses.values()), status or status_of(report.text), _original_id(report))


def _on_its_line(report: Report, recipient: Recipient) -> str | None:
    """A vague status is made exact by the line of the report that begins with the recipient."""
    for line in report.text.splitlines():
        if line.lstrip(" \t<").startswith(recipient.address) and (coded := _CODED.search(line)):
            return coded[1]
    return recipient.status


def _free_form(report: Report, machine: bool) -> Bounce | None:
    recipients = failed_recipients(report)
    if not recipients and not machine:
        return None
    given_up = any(words in report.folded for words in phrases.GIVEN_UP)
    waiting = not given_up and any(words in report.folded for words in phrases.DELAYS)
    status = status_of(report.text) or ("4.2.0" if waiting else "5.0.0")
    return Bounce(not waiting and (given_up or _for_good(status)), recipients, status, _original_id(report))


def _for_good(status: str | None) -> bool:
    return status is None or status.startswith("5") or status == EXPIRED


# --- is it a report? -------------------------------------------------------------------------------------------------


def _other_report(message: Message) -> bool:
    kind = parameter(message.header("content-type") or "", "report-type")
    return kind in {"feedback-report", "disposition-notification"} or any(
        part.content_type in REPORT_PARTS for part in message.parts
    )


def _notice(message: Message) -> bool:
    """Say whether a header, or a program's own notation in the text, says without doubt what it is."""
    plain = "".join(notation(message.text).split())
    return message.header("x-failed-recipients") is not None or any(words in plain for words in phrases.CERTAIN)


def _entitled(message: Message) -> bool:
    return phrases.FAILURE_SUBJECT.search(message.subject.casefold()) is not None


def _by_mailer(message: Message) -> bool:
    local = message.sender.address.partition("@")[0].casefold() if message.sender else ""
    return local in MAILER_NAMES or first_word(message.header("content-type") or "") == "multipart/report"


def _by_machine(message: Message) -> bool:
    """Say whether the sender is a mail system: by name, by the null return path, or by the form of a report."""
    if _by_mailer(message) or (message.header("return-path") or "").strip() == "<>":
        return True
    sender = message.sender
    names = (sender.address.partition("@")[0].casefold(), sender.name.strip().casefold()) if sender else ()
    return any(name in phrases.SYSTEM_NAMES or name.startswith(phrases.SYSTEM_STARTS) for name in names)


def _speaks_of_failure(report: Report, machine: bool) -> bool:
    message = report.message
    if _notice(message):
        return True
    failing = any(words in report.folded for words in phrases.FAILURES)
    if not machine:
        passed_on = message.subject.casefold().startswith(phrases.PASSED_ON)
        return _entitled(message) and failing and names_surely(report) and not passed_on
    if _entitled(message) or (_by_mailer(message) and names_surely(report)):
        return True
    return failing and "auto-replied" not in (first_word(value) for value in message.every("auto-submitted"))


# --- the texts of a report -------------------------------------------------------------------------------------------


def _report(message: Message) -> Report:
    text = message.text[:LONGEST].replace("\r\n", "\n")
    start = next((match for match in phrases.COPY.finditer(text) if text[: match.start()].strip()), None)
    own, returned = (text[: start.start()], text[start.start() :]) if start else (text, "")
    inner = "\n".join(p.text[:LONGEST] for p in message.parts if p.content_type in phrases.RETURNED_PARTS)
    return Report(message, own, " ".join(own.casefold().split()), f"{returned}\n{inner}".replace("\r\n", "\n"))


def _original_id(report: Report) -> str | None:
    quoted = _MESSAGE_ID.search(report.returned) or _MESSAGE_ID.search(report.text)
    message = report.message
    return quoted[1] if quoted else message.in_reply_to or next(iter(message.references), None)
