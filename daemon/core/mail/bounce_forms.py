"""How free-form delivery reports name the recipients that failed: an ordered table, the surest form first."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from daemon.core.mail import bounce_phrases as phrases
from daemon.core.mail.address import domain_of, fold
from store.model.message import Message

ANNOUNCEMENTS, BLOCK_LINES = 20, 200  # at most
_A = r"[A-Za-z0-9_][A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}@[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,8}"
_LEAD = r"[ \t>|*•-]{0,40}(?:[245]\d\d[ -](?:[245]\.\d\.\d{1,2}[ ])?)?"
_COLON = re.compile(rf"^{_LEAD}<({_A})>[ \t]{{0,5}}(?:\(expanded\s+from\s+<({_A})>\))?[ \t]{{0,5}}:", re.MULTILINE)
_BARE_COLON = re.compile(rf"^{_LEAD}({_A})[ \t]{{0,5}}:", re.MULTILINE)
_EXPANDED = re.compile(rf"\(expanded from: <?({_A})>?\)", re.IGNORECASE)
_LABEL = re.compile(
    rf"""(?:recipient(?:'s)?(?:\ address)?|recipients?\ returned\ permanent\ errors|undeliverable\ address
        |unknown\ user|user\ unknown|unknown\ local\ user|(?:invalid\ final\ )?delivery\ userid
        |mailbox\ is\ full|mailbox\ full|addressee|emailaddress\\?"|delivering\ your\ mail\ to
        |member\ of\ this\ mailing\ list|unable\ to\ deliver\ (?:mail\ |message\ )?to)
        [ \t]{{0,5}}:?[ \t]{{0,5}}(?:rfc822;[ \t]{{0,5}})?[\\"'<]{{0,3}}({_A})""",
    re.IGNORECASE | re.VERBOSE,
)
_LINE = re.compile(
    rf"""^{_LEAD}(?:\d{{1,3}}[.)][ \t]{{1,5}})?(?:"[^"\n]{{0,80}}"[ \t]{{0,5}}|'[^'\n]{{0,80}}'[ \t]{{0,5}})?
        [<'"]{{0,2}}({_A})[>'"]{{0,2}}[ \t]{{0,5}}
        (?:$|on\ .{{0,60}}$|\.\.\..{{0,300}}$|[(;,].{{0,300}}$|[-–].{{0,300}}$)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_LINE_START = re.compile(rf"^{_LEAD}<?({_A})>?[ \t,]", re.MULTILINE)
_DATED = re.compile(
    rf"^{_LEAD}[^@\n]{{0,80}}?(?:\bSMTP=)?({_A})[>;]{{0,2}}[ \t]+on[ \t]+\w{{3}},", re.IGNORECASE | re.MULTILINE
)
_COMMAND = re.compile(rf"RCPT TO:[ \t]{{0,5}}<?({_A})", re.IGNORECASE)
_WORDS = re.compile(
    rf"""(?:deliver(?:ed|y)?|message|mail|e-mail|sent|addressed|recipient|address|user|mailbox|account|violation
        |mailing\ list)\b(?:[^@\n.]{{0,60}}?\b(?:to|for|of|by|user|recipient|address|mailbox|account))?
        [\s:,]{{1,5}}["'<(]{{0,2}}({_A})""",
    re.IGNORECASE | re.VERBOSE,
)
_ANY = re.compile(rf"(?<![A-Za-z0-9.!#$%&*+/=?^_`{{|}}~-])(?:[A-Za-z]{{1,8}}=)?({_A})")
_HEADER_TO = re.compile(
    rf"^[>\s]{{0,4}}(?:x-original-to|to|apparently-to):[^@\n]{{0,200}}?<?({_A})", re.IGNORECASE | re.MULTILINE
)
_NAME = re.compile(r"^[ \t]{1,20}([A-Za-z0-9][A-Za-z0-9._-]{1,63})[ \t]*$", re.MULTILINE)
_NOT_FAILED = ("postmaster@", "mailer-daemon@", "abuse@", "helpdesk@", "support@", "webmaster@", "hostmaster@")


@dataclass(frozen=True, slots=True)
class Report:
    """The texts of a delivery report, apart from one another."""

    message: Message
    text: str  # the report's own words
    folded: str  # the same, folded, blanks collapsed
    returned: str  # what it returns of the original


@dataclass(frozen=True, slots=True)
class Form:
    """A way of naming failed recipients; a sure one names nobody else."""

    name: str
    find: Callable[[Report], Iterable[str]]
    sure: bool = False


def failed_recipients(report: Report) -> tuple[str, ...]:
    """Return the recipients that a free-form report names as failed, each once, as it spells them."""
    for doubted in (_stands_by, _is_reader):
        for form in FORMS:
            found = {fold(a): a for a in form.find(report) if form.sure or not doubted(report, a)}
            if found:
                return tuple(found.values())
    return ()


def names_surely(report: Report) -> bool:
    """Say whether a sure form names anybody, in whatever language the rest is."""
    return any(address for form in FORMS if form.sure for address in form.find(report))


def _is_reader(report: Report, address: str) -> bool:
    """Say whether an address is the report's own reader or sender."""
    sender = [report.message.sender] if report.message.sender else []
    return fold(address) in {fold(entry.address) for entry in (*report.message.to, *report.message.cc, *sender)}


def _stands_by(report: Report, address: str) -> bool:
    """Say whether an address stands in reports without having failed: a reader's, or one to turn to."""
    return _is_reader(report, address) or fold(address).startswith(_NOT_FAILED)


def _header(report: Report) -> list[str]:
    return [address for value in report.message.every("x-failed-recipients") for address in _ANY.findall(value)]


def _colon(report: Report) -> list[str]:
    """An alias that was written to counts, not the mailbox it stands for."""
    return [alias or address for address, alias in _COLON.findall(report.text)]


def _in_text(pattern: re.Pattern[str]) -> Callable[[Report], Iterable[str]]:
    return lambda report: pattern.findall(report.text)


def _after_announcements(report: Report) -> list[str]:
    """The block of lines after each announcement: up to the first empty line that follows some word."""
    lines = report.text.splitlines()
    heads = [number for number, line in enumerate(lines) if _announces(line)][:ANNOUNCEMENTS]
    return ["\n".join(_block(lines, number + 1)) for number in heads]


def _announces(line: str) -> bool:
    words = line[:300].strip().casefold()
    ends = words.endswith((":", "---", "--"))
    return ends and "reason" not in words and any(word in words for word in phrases.ANNOUNCING)


def _block(lines: list[str], start: int) -> Iterator[str]:
    said = False
    for line in lines[start : start + BLOCK_LINES]:
        if said and not line.strip():
            return
        said = said or bool(line.strip())
        yield line


def _announced(pattern: re.Pattern[str]) -> Callable[[Report], Iterable[str]]:
    return lambda report: [address for block in _after_announcements(report) for address in pattern.findall(block)]


def _announced_names(report: Report) -> list[str]:
    domain = domain_of(report.message.sender.address) if report.message.sender else ""
    names = [name for block in _after_announcements(report) for name in _NAME.findall(block)]
    return [f"{name}@{domain}" for name in names] if domain else []


FORMS: tuple[Form, ...] = (
    Form("X-Failed-Recipients (Exim)", _header, sure=True),
    Form("<address>: reason (qmail, Postfix, Yahoo)", _colon, sure=True),
    Form("(expanded from: address) (sendmail)", _in_text(_EXPANDED), sure=True),
    Form("address: reason (Exim, OpenSMTPD)", _in_text(_BARE_COLON), sure=True),
    Form("address on date (Exchange)", _in_text(_DATED), sure=True),
    Form("a line of its own, announced (sendmail, Domino, Gmail)", _announced(_LINE), sure=True),
    Form("label: address (SMTP32, USA.NET, HotPOP)", _in_text(_LABEL), sure=True),
    Form("somewhere in an announced line (Exchange)", _announced(_ANY)),
    Form("a line of its own", _in_text(_LINE)),
    Form("RCPT TO (session transcripts)", _in_text(_COMMAND)),
    Form("the start of a line (Zoho)", _in_text(_LINE_START)),
    Form("in a sentence", _in_text(_WORDS)),
    Form("a name without a domain (AOL)", _announced_names),
    Form("anywhere", _in_text(_ANY)),
    Form("the returned header", lambda report: _HEADER_TO.findall(report.returned)),
)
