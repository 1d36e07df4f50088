"""A message and what the daemon makes of it, set as a page for the terminal."""

from collections.abc import Iterator

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from daemon.cli.paper import blank_grid, clean, flat, screen, size
from daemon.cli.records import Explained
from daemon.core.commands.line import NotUnderstood
from store.model.message import Address, AutomaticKind
from store.model.verdict import Clause, Evidence, Part, Tag, Verdict

COLOURS = {"technical": "cyan", "existing": "blue", "stopping": "magenta"}  # by clause
TAGS = {Tag.EMERGENCY: "bold white on red", Tag.PROBLEM: "bold yellow", Tag.FEATURE: "bold green"}
HOLDS = {True: ("yes", "green"), False: ("no", "red"), None: ("open", "yellow")}
KINDS = {
    AutomaticKind.NONE: "a person's mail",
    AutomaticKind.AUTO_REPLY: "an automatic reply",
    AutomaticKind.BOUNCE: "a bounce",
    AutomaticKind.LIST: "mail of a list",
    AutomaticKind.BULK: "bulk mail",
    AutomaticKind.OWN: "mail of our own",
    AutomaticKind.REPORT: "a report by a machine",
}
UNJUDGED = {AutomaticKind.OWN, AutomaticKind.BOUNCE, AutomaticKind.REPORT}  # these never open a ticket
QUOTES = 6  # of each clause that are shown
LINES = 40  # of the new text that are shown
MARGIN = 2


def show_page(e: Explained, *, first: bool) -> None:
    """Print the page of one message."""
    console = screen()
    if not first:
        console.print()
    title = Text(flat(e.file), "bold")
    if title.cell_len + 2 < console.width:
        console.print(Rule(title, align="left", style="dim"))
    else:
        console.print(title, soft_wrap=True)  # a path that is cut could not be copied
    page = blank_grid()
    for name, value in (*_head(e), *_guarded(e), *_ordered(e), *_threading(e), *_bounced(e), *_parts(e)):
        page.add_row(name, value)
    console.print(page)
    if verdict := _shown(e):
        console.print(judged(verdict))
    _body(e)


def _head(e: Explained) -> Iterator[tuple[str, Text]]:
    m = e.message
    yield "Subject", _coloured(flat(m.subject), Part.SUBJECT, _shown(e)) if m.subject else Text("none", "dim")
    yield "From", _mailbox(m.sender) if m.sender else Text("nobody that can be read", "dim")
    for name, mailboxes in (("To", m.to), ("Cc", m.cc), ("Reply-To", m.reply_to)):
        if mailboxes:
            yield name, Text(", ").join(_mailbox(a) for a in mailboxes)
    if m.date:
        yield "Date", Text(f"{m.date:%a %Y-%m-%d %H:%M %z}".rstrip())
    if m.defects:
        yield "Defects", Text(", ".join(m.defects), "red")


def _mailbox(a: Address) -> Text:
    return Text(f"{flat(a.name)} <{flat(a.address)}>" if a.name else flat(a.address))


def _guarded(e: Explained) -> Iterator[tuple[str, Text]]:
    machine, answer = e.automatic, e.acknowledge
    kind = Text(KINDS[machine.kind])
    yield "What it is", kind + _because(machine.reasons)
    said = Text("may be acknowledged", "green") if answer.allowed else Text("is not acknowledged", "yellow")
    yield "Answer", said + _because(answer.reasons)


def _because(reasons: tuple[str, ...]) -> Text:
    return Text(f"  ({', '.join(flat(reason) for reason in reasons)})" if reasons else "", "dim")


def _ordered(e: Explained) -> Iterator[tuple[str, Text]]:
    """Tell the commands, which only a member's mail can give."""
    if isinstance(e.command, NotUnderstood):
        near = f"  (perhaps: {', '.join(flat(word) for word in e.command.nearest)})" if e.command.nearest else ""
        yield "Command", Text(flat(e.command.words), "yellow") + Text(near, "dim")
    elif e.command:
        said = (" ".join((c.verb, *(flat(str(a)) for a in c.arguments))) for c in e.command.commands)
        yield (
            "Command",
            Text(", then ").join(Text(one, "bold") for one in said) + Text("  (if a member says so)", "dim"),
        )


def _threading(e: Explained) -> Iterator[tuple[str, Text]]:
    m = e.message
    if m.message_id:
        yield "Message-ID", Text(f"<{flat(m.message_id)}>")
    if m.in_reply_to:
        yield "Replies to", Text(f"<{flat(m.in_reply_to)}>")
    older = [reference for reference in m.references if reference != m.in_reply_to]
    if older:
        more = f"  and {len(older) - 3} older" if len(older) > 3 else ""
        yield "References", Text(", ".join(f"<{flat(r)}>" for r in older[:3])) + Text(more, "dim")


def _bounced(e: Explained) -> Iterator[tuple[str, Text]]:
    if e.bounce:
        lasting = "for good" if e.bounce.permanent else "for now"
        status = f" ({flat(e.bounce.status)})" if e.bounce.status else ""
        whom = ", ".join(flat(r) for r in e.bounce.recipients) or "somebody"
        yield "Undelivered", Text(f"{lasting}{status}: {whom}", "yellow")


def _parts(e: Explained) -> Iterator[tuple[str, Text]]:
    m = e.message
    if m.attachments:
        listed = (f"{flat(a.filename or 'no name')} ({flat(a.content_type)}, {size(a.size)})" for a in m.attachments)
        yield "Attached", Text("\n").join(Text(one) for one in listed)
    if m.forwarded:
        sender = _mailbox(m.forwarded.sender) if m.forwarded.sender else Text("somebody")
        subject = f": {flat(m.forwarded.subject)}" if m.forwarded.subject else ""
        yield "Forwards", sender + Text(subject)


def judged(v: Verdict) -> Table:
    """Return the verdict clause by clause with the words that led to it, and what corrections added."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True, width=11)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    tag = Text(v.tag.value, TAGS.get(v.tag, "bold"))
    notes = [f"score {v.score:.2f}", *([f"area {flat(v.area)}"] if v.area else [])]
    notes += [f"lacks {', '.join(flat(m) for m in v.missing)}"] if v.missing else []
    table.add_row("Verdict", tag, Text("unsure", "yellow") if v.unsure else Text(), Text(", ".join(notes), "dim"))
    for clause in v.clauses:
        words, style = HOLDS[clause.holds]
        table.add_row("", Text(clause.name, COLOURS.get(clause.name, "")), Text(words, style), _evidence(clause))
    if v.learned:
        behind = ", ".join(f"#{number}" for number in v.learned.tickets)
        table.add_row("", Text("learned"), Text(f"{v.learned.offset:+.2f}"), Text(f"from {behind}", "dim"))
    return table


def _evidence(clause: Clause) -> Text:
    heaviest = sorted(clause.evidence, key=lambda e: -abs(e.weight))[:QUOTES]
    return Text("\n").join(_quote(e, COLOURS.get(clause.name, "")) for e in heaviest)


def _quote(e: Evidence, colour: str) -> Text:
    """Return the quoted words with their weight and the group of the rule that found them."""
    group = e.rule.partition(":")[0]
    return Text.assemble((f'"{flat(e.text)}"', colour), (f" {e.weight:+.1f} {flat(group)}", "dim"))


def _body(e: Explained) -> None:
    m = e.message
    console = screen()
    console.print()
    text, cut = _first_lines(_coloured(clean(m.new_text), Part.TEXT, _shown(e)))
    console.print(Padding(text if text.plain.strip() else Text("no text of its own", "dim"), (0, 0, 0, MARGIN)))
    quoted = m.quoted.count("\n") + 1 if m.quoted.strip() else 0
    rest = [f"{cut} more lines"] if cut else []
    rest += [f"{quoted} quoted line{'s'[: quoted > 1]}, signature included"] if quoted else []
    if rest:
        console.print(Padding(Text(f"... {' and '.join(rest)}", "dim"), (0, 0, 0, MARGIN)))


def _shown(e: Explained) -> Verdict | None:
    """Return the verdict, unless a message of this kind is never judged."""
    return e.verdict if e.automatic.kind not in UNJUDGED else None


def _coloured(words: str, part: Part, verdict: Verdict | None) -> Text:
    """Return one part of a message, its signs in their places, with each quoted span in the colour of its clause."""
    text = Text(words, "bold" if part is Part.SUBJECT else "")
    quoted = ((e, clause.name) for clause in (verdict.clauses if verdict else ()) for e in clause.evidence)
    for e, name in sorted(quoted, key=lambda one: abs(one[0].weight)):  # where spans meet, the heaviest shows
        if e.part is part:
            text.stylize(f"{'bold' if e.weight > 0 else 'dim'} {COLOURS.get(name, '')}".strip(), e.start, e.end)
    return text


def _first_lines(text: Text) -> tuple[Text, int]:
    lines = text.split("\n", allow_blank=True)
    while lines and not lines[-1].plain.strip():
        lines.pop()
    return Text("\n").join(lines[:LINES]), max(0, len(lines) - LINES)
