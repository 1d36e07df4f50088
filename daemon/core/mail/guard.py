"""May this mail be answered by a machine? One ordered table of rules, and who would get the answer.

The rules are those of RFC 3834 section 2 and what other desks learned the hard way. A row is a name and a predicate; a
row with a kind also tells what sort of machine wrote the mail. Every row that speaks gives its name as a reason, and
one reason forbids the answer. The mail itself is kept and worked in any case.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from daemon.core.mail import machine_words as words
from daemon.core.mail.address import (
    Own,
    domain_of,
    fold,
    is_loop_value,
    is_own,
    mark_of_message_id,
    mark_of_reply_address,
)
from daemon.core.mail.mime.field import first_word, listed, parameter
from daemon.core.mail.sender import NOBODY, related, sender_path, usable, within
from daemon.core.settings import Acknowledge, Budget
from store.model.facts import Facts
from store.model.message import Address, Automatic, AutomaticKind, Bounce, Envelope, Message, Permission, Proof, Proven

LOOP_HEADER = "x-triaged-loop"  # bears address.loop_value on everything we send
NO_FACTS = Facts()
DEFAULTS = Acknowledge()
MAX_HOPS = 100  # RFC 5321 section 6.3
_JOINTS = {ord(mark): None for mark in "-_."}
STRONGEST = (
    AutomaticKind.OWN,
    AutomaticKind.BOUNCE,
    AutomaticKind.REPORT,
    AutomaticKind.AUTO_REPLY,
    AutomaticKind.LIST,
    AutomaticKind.BULK,
)


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at."""

    message: Message
    envelope: Envelope
    own: Own
    path: str  # envelope sender, folded
    author: str  # From, folded
    names: frozenset[str]  # of the message's headers
    content: str  # what its Content-Type says, without parameters
    types: frozenset[str]  # the same, and those of its parts
    sender_names: tuple[str, ...]  # local parts of both, tags taken off
    proof: Proof = NOBODY
    facts: Facts = NO_FACTS
    settings: Acknowledge = DEFAULTS
    bounce: Bounce | None = None


def by_presence(_: Case) -> bool:
    """Speak wherever one of the headers stands, whatever it says."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """A sign that forbids an automatic answer; with a kind, also a sign of a machine."""

    name: str
    speaks: Callable[[Case], bool] = by_presence
    kind: AutomaticKind = AutomaticKind.NONE
    headers: frozenset[str] = frozenset()  # where any are named, it speaks of no mail without one of them
    firm: bool = True  # a sign that is not firm gives the kind only where no other does


def automatic(message: Message, envelope: Envelope, own: Own, bounce: Bounce | None = None) -> Automatic:
    """Tell what kind of machine wrote a message, with all signs; kind NONE is a person's mail.

    `bounce` is what read_bounce found in the message; without it only the formal signs of a report are seen.
    """
    case = case_of(message, envelope, own, bounce=bounce)
    signs = _speaking(SIGNS, case)
    kinds = [rule.kind for rule in signs if rule.firm] or [rule.kind for rule in signs]
    kind = min(kinds, key=STRONGEST.index, default=AutomaticKind.NONE)
    return Automatic(kind, tuple(rule.name for rule in signs))


def permission(
    message: Message,
    envelope: Envelope,
    automatic: Automatic,
    *,
    proof: Proof,
    facts: Facts,
    settings: Acknowledge,
    own: Own,
) -> Permission:
    """Tell whether an acknowledgement may be sent, with every reason against it in the order of the rules."""
    case = case_of(message, envelope, own, proof, facts, settings)
    spoken = {*automatic.reasons, *(rule.name for rule in _speaking(OTHERS, case))}
    reasons = tuple(rule.name for rule in RULES if rule.name in spoken) if spoken else ()
    return Permission(not reasons and automatic.kind is AutomaticKind.NONE, reasons)


def _speaking(rules: tuple[Rule, ...], case: Case) -> list[Rule]:
    """Return the rules that speak; most of those on headers need not be asked."""
    names = case.names
    return [r for r in rules if (not r.headers or not r.headers.isdisjoint(names)) and r.speaks(case)]


def answer_to(message: Message, envelope: Envelope, proof: Proof, own: Own) -> Address | None:
    """Return the address that an acknowledgement goes to, or None where nobody surely asked for it.

    RFC 3834 section 4 answers the envelope sender. The person reads at the From address, so that one gets it where
    both belong together: equal, one domain within the other, or the From domain proven. Reply-To is followed only
    within a proven domain.
    """
    path, author = sender_path(message, envelope), message.sender
    if author is None:
        return Address("", path) if usable(path) and not is_own(own, path) else None
    domain = domain_of(author.address)
    if not usable(author.address) or not usable(path) or len(message.every("from")) > 1:
        return None
    if is_own(own, author.address) or is_own(own, path):
        return None
    proven = proof.level in {Proven.DKIM, Proven.DMARC} and within(domain, proof.domain)
    if proven:
        return _reply_to(message, domain, own) or author
    return author if related(domain_of(path), domain) else None


def _reply_to(message: Message, domain: str, own: Own) -> Address | None:
    if len(message.reply_to) != 1:
        return None
    wanted = message.reply_to[0]
    same = related(domain_of(wanted.address), domain)
    return wanted if same and usable(wanted.address) and not is_own(own, wanted.address) else None


def case_of(
    message: Message,
    envelope: Envelope,
    own: Own,
    proof: Proof = NOBODY,
    facts: Facts = NO_FACTS,
    settings: Acknowledge = DEFAULTS,
    bounce: Bounce | None = None,
) -> Case:
    """Gather what the rules look at."""
    path = sender_path(message, envelope)
    author = fold(message.sender.address) if message.sender else ""
    senders = dict.fromkeys(filter(None, (path, author)))
    names = frozenset([name for name, _ in message.headers])
    content = first_word(message.header("content-type") or "")
    types = frozenset([content, *[part.content_type for part in message.parts]])
    local = tuple([address.rpartition("@")[0].partition("+")[0] for address in senders])
    return Case(message, envelope, own, path, author, names, content, types, local, proof, facts, settings, bounce)


# --- signs of machines -----------------------------------------------------------------------------------------------


def _named_in(table: Iterable[tuple[str, frozenset[str]]]) -> frozenset[str]:
    return frozenset(name for name, _ in table)


def _values(case: Case, *names: str) -> Iterable[str]:
    return (value for key, value in case.message.headers if key in names)


def _says(case: Case, table: Iterable[tuple[str, frozenset[str]]]) -> bool:
    return any(
        name in case.names and any(values & set(listed(value)) for value in _values(case, name))
        for name, values in table
    )


def _named(case: Case, names: frozenset[str], before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> bool:
    if not names.isdisjoint(case.sender_names):
        return True
    return bool(before) and any(name.startswith(before) or name.endswith(after) for name in case.sender_names)


def _no_reply(case: Case) -> bool:
    squeezed = [name.translate(_JOINTS) for name in case.sender_names]
    return not words.NO_REPLY_NAMES.isdisjoint(squeezed) or _named(
        case, words.NO_REPLY_NAMES, words.NO_REPLY_PREFIXES, words.NO_REPLY_SUFFIXES
    )


def _own_id(case: Case) -> bool:
    return mark_of_message_id(case.own, case.message.message_id or "") is not None


def _own_host(case: Case) -> bool:
    """A Message-ID at the host of our Message-IDs, where that is not just the domain that people write from."""
    own, host = case.own, domain_of(case.message.message_id or "")
    return bool(host) and host == own.host.casefold() and host not in {domain_of(a) for a in own.addresses}


def _auto_submitted(case: Case) -> bool:
    """RFC 3834 section 5; a mail that a person's rule passed on (RFC 5436 section 2.7.1) is still a person's."""
    return any(first_word(value) not in {"", "no", "auto-forwarded"} for value in _values(case, "auto-submitted"))


def _precedence(case: Case, *wanted: str) -> bool:
    return _says(case, [(name, frozenset(wanted)) for name in words.PRECEDENCE])


def _report_type(case: Case) -> str:
    if case.content != "multipart/report":
        return ""
    return parameter(case.message.header("content-type") or "", "report-type") or "delivery-status"


def _has_part(case: Case, types: frozenset[str]) -> bool:
    return not types.isdisjoint(case.types)


def _complaint(case: Case) -> bool:
    """A complaint in a provider's own form instead of RFC 5965."""
    told = case.message.subject.strip().casefold().startswith(words.COMPLAINT_SUBJECTS)
    return told or words.COMPLAINT_NOTICE in words.notation(case.message.text)


def _calendar_reply(case: Case) -> bool:
    return "text/calendar" in case.types and any(
        p.content_type == "text/calendar" and "\nMETHOD:REPLY" in p.text[:4096].upper() for p in case.message.parts
    )


# --- what else forbids -----------------------------------------------------------------------------------------------


def _spam(case: Case) -> bool:
    return any(first_word(value) in {"yes", "true", "spam"} for value in _values(case, *words.SPAM_HEADERS))


def _automatic_subject(case: Case) -> bool:
    return case.message.subject.strip().casefold().startswith(words.AUTOMATIC_SUBJECTS)


def _not_addressed(case: Case) -> bool:
    """RFC 3834 section 2: our address is in none of the headers, as with Bcc and list deliveries."""
    if not case.own.addresses or case.facts.sender_known:
        return False
    shown = (*case.message.to, *case.message.cc)
    if any(is_own(case.own, entry.address) for entry in shown):
        return False
    if not shown and {"to", "cc"} & case.names:
        return False  # addresses that cannot be read say nothing
    resent = " ".join(_values(case, "resent-to", "resent-cc", "apparently-to")).casefold()
    return not any(address in resent for address in case.own.addresses)


def _vouched(case: Case) -> bool:
    return case.proof.level is not Proven.NO or case.facts.sender_proven


def _answers_us(case: Case) -> bool:
    """One acknowledgement a ticket: a mail that answers one of ours belongs to a ticket that had its own."""
    named = (case.message.in_reply_to, *case.message.references)
    return any(mark_of_message_id(case.own, identifier) for identifier in named if identifier) or any(
        mark_of_reply_address(case.own, address) for address in case.envelope.rcpt_to
    )


def _over(case: Case, sent: int, limits: Iterable[int]) -> bool:
    """Say whether one of several limits is reached; 0 is none, and a subject such as "Out of office" halves them."""
    if not sent:
        return False
    share = 2 if _automatic_subject(case) else 1
    return any(limit > 0 and sent >= max(1, limit // share) for limit in limits)


def _of_sender(case: Case) -> tuple[Budget, ...]:
    """Return the budgets that all hold: who is not proven never has more than who is."""
    settings = case.settings
    return (settings.per_sender,) if _vouched(case) else (settings.per_sender, settings.unproven_per_sender)


def _of_domain(case: Case) -> tuple[Budget, ...]:
    """A desk that is not limited over all its senders is not limited over those of one domain either."""
    settings = case.settings
    if settings.desk_per_hour == 0:
        return ()
    return (settings.per_domain,) if _vouched(case) else (settings.per_domain, settings.unproven_per_domain)


RULES: tuple[Rule, ...] = (
    # 1 envelope
    Rule("null-sender", lambda c: not c.path, AutomaticKind.AUTO_REPLY, firm=False),
    Rule("no-usable-sender", lambda c: not usable(c.author or c.path)),
    Rule("sender-mismatch", lambda c: bool(c.path) and answer_to(c.message, c.envelope, c.proof, c.own) is None),
    # 2 sender names
    Rule("mailer-sender", lambda c: _named(c, words.MAILER_NAMES), AutomaticKind.BOUNCE),
    Rule("role-sender", lambda c: _named(c, words.ROLE_NAMES)),
    Rule(
        "list-sender",
        lambda c: _named(c, words.LIST_NAMES, words.LIST_PREFIXES, words.LIST_SUFFIXES),
        AutomaticKind.LIST,
    ),
    Rule("no-reply-sender", _no_reply, AutomaticKind.BULK),
    # 3 our own mail
    Rule("own-sender", lambda c: is_own(c.own, c.path) or is_own(c.own, c.author), AutomaticKind.OWN),
    Rule(
        "own-loop-header",
        lambda c: any(is_loop_value(c.own, v) for v in _values(c, LOOP_HEADER)),
        AutomaticKind.OWN,
        frozenset({LOOP_HEADER}),
    ),
    Rule("own-message-id", _own_id, AutomaticKind.OWN),
    Rule("own-host", _own_host),
    # 4 Auto-Submitted
    Rule("auto-submitted", _auto_submitted, AutomaticKind.AUTO_REPLY, frozenset({"auto-submitted"})),
    # 5 Precedence
    Rule("precedence-list", lambda c: _precedence(c, "list"), AutomaticKind.LIST, words.PRECEDENCE),
    Rule("precedence-bulk", lambda c: _precedence(c, "bulk", "junk"), AutomaticKind.BULK, words.PRECEDENCE),
    # 6 lists
    Rule("list-header", kind=AutomaticKind.LIST, headers=words.LIST_HEADERS),
    Rule("unsubscribe-header", kind=AutomaticKind.BULK, headers=words.BULK_HEADERS),
    # 7 Exchange
    Rule(
        "response-suppressed",
        lambda c: _says(c, words.SUPPRESSING),
        AutomaticKind.AUTO_REPLY,
        _named_in(words.SUPPRESSING),
    ),
    # 8 headers of answering machines
    Rule("failed-recipients", kind=AutomaticKind.BOUNCE, headers=frozenset({"x-failed-recipients"})),
    Rule("answering-machine", kind=AutomaticKind.AUTO_REPLY, headers=words.AUTOMATIC_HEADERS),
    Rule(
        "answering-machine-value",
        lambda c: _says(c, words.AUTOMATIC_VALUES),
        AutomaticKind.AUTO_REPLY,
        _named_in(words.AUTOMATIC_VALUES),
    ),
    Rule(
        "machine-between",
        lambda c: bool(words.QUIET_HEADERS & c.names) or _says(c, words.QUIET_VALUES),
        headers=words.QUIET_HEADERS | _named_in(words.QUIET_VALUES),
    ),
    # 9 reports
    Rule(
        "delivery-report",
        lambda c: _report_type(c) == "delivery-status" or _has_part(c, words.STATUS_PARTS),
        AutomaticKind.BOUNCE,
    ),
    Rule("failure-told", lambda c: c.bounce is not None, AutomaticKind.BOUNCE),
    Rule(
        "other-report",
        lambda c: _report_type(c) not in {"", "delivery-status"} or _has_part(c, words.REPORT_PARTS),
        AutomaticKind.REPORT,
    ),
    Rule("complaint", _complaint, AutomaticKind.REPORT),
    Rule("calendar-reply", _calendar_reply, AutomaticKind.AUTO_REPLY),
    # 10 loops, spam, nothing said
    Rule("too-many-hops", lambda c: len(c.message.every("received")) > MAX_HOPS, AutomaticKind.OWN),
    Rule("spam", _spam, headers=words.SPAM_HEADERS),
    Rule("empty-and-automatic", lambda c: not c.message.text.strip() and _automatic_subject(c)),
    # 11 not addressed to us
    Rule("not-addressed", _not_addressed),
    # 12 nobody vouches for the sender
    Rule("disowned", lambda c: c.proof.disowned),
    Rule("unproven", lambda c: c.settings.unproven == "never" and not _vouched(c)),
    # 13 budgets
    Rule("answers-ours", _answers_us),
    Rule("sender-hour", lambda c: _over(c, c.facts.budget.sender_hour, (b.hour for b in _of_sender(c)))),
    Rule("sender-day", lambda c: _over(c, c.facts.budget.sender_day, (b.day for b in _of_sender(c)))),
    Rule("domain-hour", lambda c: _over(c, c.facts.budget.domain_hour, (b.hour for b in _of_domain(c)))),
    Rule("desk-hour", lambda c: _over(c, c.facts.budget.desk_hour, (c.settings.desk_per_hour,))),
    Rule("same-text", lambda c: c.facts.budget.same_text_week > 0),
)
SIGNS = tuple(rule for rule in RULES if rule.kind is not AutomaticKind.NONE)
OTHERS = tuple(rule for rule in RULES if rule.kind is AutomaticKind.NONE)
