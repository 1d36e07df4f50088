"""Templates become words: found by name and language, compiled as they are asked for, or all of them tried at once.

A language is a folder of `templates/` (`en`, `de`, …), a letter a pair of files in it: NAME.txt.j2, whose first line is
`Subject: …` and whose second is empty, and NAME.html.j2. A file is looked for in the reader's language, then in the
desk's, then in English; in each of them first in the operator's own folder, then among those shipped.
"""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any, Self
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, select_autoescape
from markupsafe import Markup, escape

from daemon.core.commands.arguments import Slot
from daemon.core.commands.permit import Why
from daemon.core.desk.alarm import SAMPLES as ALARMS
from daemon.core.desk.alarm import Alarm
from daemon.core.digest.samples import DAILY, WEEKLY
from daemon.core.digest.view import Daily, Weekly
from daemon.core.mail.clean import clip, lines, one_line
from daemon.core.mail.letter import Letter, Words
from store.model.changes import Said
from store.model.message import Attachment, Safety, Scan
from store.model.verdict import Clause, Evidence, Tag

SHIPPED = Path(__file__).parent.parent / "templates"
LAST_LANGUAGE = "en"
COLUMNS = 72  # of plain text that is set in columns
NAMES = (
    *("ack", "forward", "card", "follow-up", "notice"),
    *("result", "confirm", "reply", "ask", "outcome", "given", "taken-over", "joined", "split", "lines"),
    *("shadow", "filed", "task", "list", "awake", "reminder", "misuse", "added", "released", "unread"),
    *("turn", "swap"),
    "page",
)  # the letters that the desk writes
Spoken = Words | Daily | Weekly | Alarm  # what a letter may be written of
_FIELDS = {form: tuple(field.name for field in fields(form)) for form in (Words, Daily, Weekly, Alarm)}
_GAPS = re.compile(r"\n{3,}")  # where a template leaves a paragraph out
_TO_FILL = re.compile(r"\[[^\[\]]{0,40}\]|…|\b[A-Z]{1,12}\b| … p3")  # what stands in the help for words of the member
_LONG = frozenset({"excerpt", "reason", "text", "words"})  # fields that may have several lines


class BadTemplates(ValueError):  # noqa: N818 - it lists faults, and is none itself
    """Templates that cannot be used, with every fault in them."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Letters:
    """The letters of the desk, to be written in every language that has a folder."""

    def __init__(self, default: str = "en", own: Path | None = None) -> None:
        """Look which languages there are; `own` is the operator's folder."""
        folders = [folder for folder in (own, SHIPPED) if folder is not None]
        self._environment = _environment(folders)
        self._default = default
        self._pairs: dict[tuple[str, str], tuple[Template, Template]] = {}
        self.languages = tuple(dict.fromkeys([default, LAST_LANGUAGE, *_languages(folders)]))

    def tried(self) -> Self:
        """Compile and try all templates, as a desk does before it opens its door. Raises BadTemplates."""
        faults = tuple(fault for language in self.languages for name in TRIED for fault in self._try(language, name))
        if faults:
            raise BadTemplates(tuple(dict.fromkeys(faults)))
        return self

    def write(self, name: str, language: str, words: Spoken) -> Letter:
        """Return the letter of that name in that language, or in the desk's where there is none.

        Raises KeyError for a name that is no letter's, and jinja2.TemplateError for words that a template cannot take.
        """
        return _render(self._pairs.get((language, name)) or self._pair(language, name), words)

    def _pair(self, language: str, name: str) -> tuple[Template, Template]:
        if name not in TRIED:
            raise KeyError(name)
        language = language if language in self.languages else self._default
        if (language, name) not in self._pairs:
            self._pairs[language, name] = (
                self._find(language, f"{name}.txt.j2"),
                self._find(language, f"{name}.html.j2"),
            )
        return self._pairs[language, name]

    def _try(self, language: str, name: str) -> Iterator[str]:
        try:
            pair = self._pair(language, name)
            for sample in TRIED[name]:
                _render(pair, sample)
        except (TemplateError, ValueError, TypeError, LookupError, AttributeError) as error:
            yield f"letter {name!r} in {language!r}: {one_line(str(error))}"

    def _find(self, language: str, file: str) -> Template:
        folders = dict.fromkeys((language, self._default, LAST_LANGUAGE))
        return self._environment.select_template([f"{folder}/{file}" for folder in folders])


def _render(pair: tuple[Template, Template], words: Spoken) -> Letter:
    clean = _clean if type(words) is Words else _cleaned
    values = {name: clean(name, getattr(words, name)) for name in _FIELDS[type(words)]}
    first, empty, *text = pair[0].render(values).split("\n", 2)
    if not first.startswith("Subject: ") or empty.strip() or not text:
        raise ValueError("the first line is not `Subject: …`, or no empty line follows it")
    return Letter(one_line(first[9:]), _GAPS.sub("\n\n", text[0]).strip("\n") + "\n", pair[1].render(values))


def _clean(name: str, value: Any) -> Any:
    """Words of strangers cannot end the line they stand in, nor turn it around."""
    if type(value) is not str:
        return value
    return lines(value) if name in _LONG else one_line(value)


def _cleaned(name: str, value: Any) -> Any:
    """Clean also all that a value consists of: a digest is made of the words of many strangers."""
    if type(value) is tuple:
        return tuple(_cleaned(name, one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _cleaned(one.name, getattr(value, one.name)) for one in fields(value)})
    return _clean(name, value)


def _languages(folders: Iterable[Path]) -> list[str]:
    return sorted({file.parent.name for folder in folders for file in folder.glob("[a-z][a-z]/*.j2")})


class _Plain(Environment):
    """Templates whose globals are a dict: Jinja's own layers are looked through for every name of every letter."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what all templates know, with what one of them knows beside."""
        return {**self.globals, **(d or {})}


def _environment(folders: list[Path]) -> Environment:
    environment = _Plain(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=(), disabled_extensions=("txt.j2",), default=True),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= {"line": one_line, "quoted": _quoted, "breaks": _breaks, "octets": _octets}
    environment.filters |= {"clipped": clip, "wrapped": _wrapped, "mailto": _mailto, "plain": _plain}
    return environment


def _quoted(text: str) -> str:
    """Mark every line as somebody else's, so that none of them reads as a word of ours or of the answer."""
    return "\n".join(f"> {line}".rstrip() for line in lines(text).split("\n"))


def _breaks(text: str) -> Markup:
    """Escape a text and keep its lines, also where a mail reader knows no `white-space: pre-wrap`."""
    return Markup(str(escape(lines(text))).replace("\n", "<br>\n"))  # noqa: S704 - escaped in this line


def _mailto(answer: str, ticket: int | None, word: str) -> str:
    """Write a link that opens a mail with the word filled in (RFC 6068)."""
    subject = quote(f"Re: #{ticket or 0}")
    return f"mailto:{quote(answer, safe='@+!$*')}?subject={subject}&body={quote(word)}"


def _plain(form: str) -> str:
    """Return what is typed of a word as the help writes it: `give NAME` leaves the name to the member."""
    return _TO_FILL.sub("", form).rstrip() + (" " if _TO_FILL.search(form) else "")


def _wrapped(text: str, indent: int) -> str:
    """Break a text into lines of at most 72 columns, those after the first set in by so many blanks."""
    return f"\n{' ' * indent}".join(wrap(text, COLUMNS - indent, break_on_hyphens=False))


def _octets(size: int) -> str:
    """Write a size for people."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


_QUOTE = (Evidence("error 500", 0, 9, "failure", 3.0),)
TURNS = (  # sentences about turns
    *("turn-cover", "turn-covered", "turn-yours", "turn-away", "turn-stand-in", "turn-shadow", "turn-shadows"),
    *("turn-swap", "turn-swap-asked", "turn-swapped", "turn-swapped-by", "turn-swap-declined", "turn-swap-late"),
    *("turn-swap-declined-by", "turn-undone", "turn-back", "turn-taken-over", "turn-nothing-to-take-over"),
    *("turn-no-word", "turn-unknown", "turn-confirm", "turn-nothing-waits", "turn-yes-or-no", "turn-off-rota"),
    *("turn-too-far", "turn-own-swap", "turn-own-shadow", "turn-other-off-rota", "turn-anothers", "turn-none"),
    *(
        "turn-standup",
        "turn-begins",
        "turn-ends",
        "turn-remind",
        "turn-unclaimed",
        "turn-gap",
        "turn-graduated",
        "turn-invited",
        "turn-invited-beside",
        "turn-withdrawn",
    ),
    *("turn-agreed", "turn-no-days", "turn-nothing-to-undo", "turn-changed-since"),
)
SENTENCES = (  # by which a letter answers a member, or tells a reporter the outcome
    *("mine", "taken", "yes", "can-wait", "emergency", "emergency-nobody", "emergency-called", "tagged", "given"),
    *(
        "bug",
        "limitation",
        "config",
        "dup",
        "duplicate",
        "injected",
        "scheduled",
        "joined",
        "joined-already",
        "news",
        "disowned",
        "no-line",
        "unknown-line",
        "none-applied",
        "split",
        "nothing-to-split",
        "opened-it",
        "split-already",
        "split-elsewhere",
        "of-a-part",
        "split-on",
        "other-ended",
        "not-alike",
        "done",
        "fixed",
        "reopened",
        "replied",
    ),
    *("asked", "priority", "area", "snoozed", "noted", "kept", "unknown", "undone", "nothing-to-undo", "would-have"),
    *("changed-since", "why", "status", "who", "list", "help", "confirm", "nothing-waits", "no-note", "gated"),
    *(
        "admitted",
        "nobody-to-admit",
        "no-reporter",
        "no-such-ticket",
        "taken-over",
        *("up", "up-taken", "up-reason", "up-facts", "not-up", "with-support", "no-support", "down"),
        *("drafted", "draft-sent", "draft-over", "no-reader", "passed-on", "kept-behind-gate", "moved", "same-team"),
        *("no-command", "no-yes", "lapsed-since"),
        *TURNS,
        "refused",
        *(f"refused-{why}" for why in Why),
    ),
)
_SPANS = (
    ("mon 2026-11-23 09:30", "mon 2026-11-30 09:30", "Ann"),
    ("fri 2026-12-04 09:30", "mon 2026-12-07 09:30", "Bob"),
)
_COMPARED = (("#12", "Login", "mine", ""), ("#13", "Export", "bug p1", "bug p2"))
_ROWS = (
    ("status", (("kind", "report"), ("state", "paged"), ("verdict", "emergency"), ("class", "bug"), ("owner", "Ann"))),
    ("list", (("#12", "report", "paged", "Ann", "Export fails"), ("#13", "bug", "to-schedule", "", "Login"))),
    (
        "why",
        (
            ("judged", "emergency", "3.20", "asked"),
            ("judged", "problem", "0.10", ""),
            ("learned", "+0.40", "#3", "#4"),
            ("clause", "technical", "yes", "error 500"),
            ("clause", "stopping", "open"),
            ("unanswered", "triaged", " within 15 minutes"),
            ("unacknowledged", "triaged", "desk budget"),
            ("said", "Ann", "mine"),
            ("came", "ada@customer.example", "reply-address"),
        ),
    ),
)
_WRONG = tuple(
    (slot, word, *there)
    for slot in (*(slot.name.lower() for slot in Slot), "several")
    for word in ("", "zoe")
    for there in ((), ("Ann",), ("Ann", "Bob"))
)
TASKS = (  # of the letter `task`
    *("support", "investigate", "schedule", "returned", "moved"),
    *("draft-reply", "draft-ask", "draft-limitation", "draft-config", "draft-done"),
)
SAMPLES = (  # every branch of a template is walked by one of them
    Words(desk="Support", address="support@desk.example", ticket=1),
    Words(
        desk="Support",
        address="support@desk.example",
        ticket=12,
        subject="Export fails",
        reporter_name="Ada",
        reporter_address="ada@customer.example",
        resembles="support@desk.example",
        tag=Tag.EMERGENCY,
        area="export",
        clauses=(Clause("technical", True, _QUOTE), Clause("existing", False, ()), Clause("stopping", None, ())),
        questions=("Which version?", "Since when?"),
        next_look=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        answer_minutes=15,
        excerpt="Good morning,\nerror 500",
        attachments=(Attachment("log.txt", "text/plain", 2048, None, ""), Attachment(None, "image/png", 9, None, "")),
        recipient="ada@customer.example",
        reason="550 no such user",
        text="Please try again.",
        answer="support+c1abc@desk.example",
        copy_of="Bob",
        opened=13,
        said=(Said("mine", 12), Said("bug", 12, text="p1"), Said("injected", 0)),
    ),
    *(
        Words(desk="Support", address="support@desk.example", ticket=12, said=said)
        for said in (
            (Said("list", lines=("#12 Export fails, ada@customer.example", "#13 Login"), text="2"),),
            (Said("added", 12, rows=(("ada@customer.example", "Still\nbroken"), ("", ""))),),
            (Said("added", 12, rows=(("ada@customer.example", "Still broken"),)),),
            (Said("reminder", 12, text="2026-01-05"),),
            tuple(Said(what, 12, "Ann", "p1", 7, ("mine", "reply: …"), ("one", "two")) for what in SENTENCES),
            tuple(Said(what) for what in SENTENCES),
            *((Said(what, 12, rows=rows),) for what, rows in (*_ROWS, ("who", _SPANS))),
            *((Said(task, 12, who=who, lines=to),) for task in TASKS for who, to in (("", ()), ("Ann", ("a@b.test",)))),
            *((Said(what, None, "Ann", "stays", rows=_SPANS),) for what in TURNS),
            *((Said(what, None, "Ann", rows=_SPANS[:1]),) for what in TURNS),
            tuple(
                Said(what, 12, text="give zoe", lines=("give Bob",), rows=(row,))
                for what in ("unknown", "unknown-line", "turn-unknown")
                for row in _WRONG
            ),
            (Said("turn-compared", None, "Ann", rows=_COMPARED),),
            *((Said(what, 12),) for what in ("limitation", "config", "duplicate", "fixed")),
        )
    ),
    *(
        Words(desk="Support", address="support@desk.example", ticket=3, tag=tag, unsure=unsure, excerpt="Hello")
        for tag in Tag
        for unsure in (False, True)
    ),
    *(
        Words(desk="Support", address="a@desk.example", ticket=4, unsure=True, question_minutes=minutes, silence=tag)
        for tag, minutes in ((Tag.EMERGENCY, 0.5), (Tag.PROBLEM, 15))
    ),
    *(
        Words(desk="Support", address="a@desk.example", ticket=5, quarantine=Scan(safety, words))
        for safety in (Safety.INFECTED, Safety.UNSCANNED)
        for words in ("Eicar-Test-Signature", "")
    ),
)
TRIED: dict[str, tuple[Spoken, ...]] = dict.fromkeys(NAMES, SAMPLES) | {
    "digest-daily": DAILY,
    "digest-weekly": WEEKLY,
    "alarm": ALARMS,
}  # every letter, with what it is tried with
