"""`triaged definition test`: what a changed definition would have decided on the mail that opened tickets."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from daemon.cli.desk import AsJson, Option, reader_of, settings_of
from daemon.cli.knowledge import definition_in
from daemon.cli.paper import Column, cell, fail_for, flat, say, say_json, show_table
from daemon.cli.portrait import COLOURS, HOLDS
from daemon.cli.records import Rejudged, rejudged_record, said_of
from daemon.core.fault import Faults
from daemon.core.mail.parse import parse
from daemon.core.triage.compare import Difference, Quote, as_said, difference
from daemon.core.triage.definition import Definition
from daemon.core.triage.judge import judge
from store.model.verdict import Tag, Verdict
from store.reader import Reader

definition = typer.Typer(no_args_is_help=True, help="The team's written definition of an emergency.")

SHOWN = 1000  # rows of the table; --json gives all
TEAM = "team says"  # a column that is shown where a member has said anything
CHANGES = (
    Column("#", right=True),
    Column("then"),
    Column("now"),
    Column(TEAM, spare=True),
    Column("what made the difference", gives=True, folds=True),
    Column("subject", gives=True),
)

File = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="a changed definition; else the desk's own", show_default=False),
]


@dataclass(slots=True)
class Tally:
    """The counts below the table."""

    tested: int = 0
    gone: int = 0  # tickets whose first message is no longer there
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: int = 0  # tested tickets of which a member said what they are
    right_then: int = 0
    right_now: int = 0

    def count(self, then: Verdict, now: Verdict, corrected: bool, said: Tag | None) -> None:
        """Count one ticket that was judged anew."""
        self.tested += 1
        if corrected:
            self.said += 1
            self.right_then += as_said(then, said)
            self.right_now += as_said(now, said)


@definition.callback()
def family() -> None:
    """Ask what the team's written definition makes of mail."""


@definition.command("test")
def judge_anew(file: File = None, as_json: AsJson = False, option: Option = None) -> None:
    """Show the stored requests that a definition judges otherwise than they were judged when they came in.

    The written rules alone decide, without what was learned; nothing is stored, sent or changed.
    """
    _, settings = settings_of(option)
    answer = definition_in(file or Path(settings.emergency.definition))
    if isinstance(answer, Faults):
        fail_for(answer)
    tally = Tally()
    rows: list[tuple[Text, ...]] = []
    with reader_of(settings) as reader, _progress(reader, hidden=as_json and sys.stdout.isatty()) as step:
        for one in _changed(reader, answer, tally, step):
            if as_json:
                say_json(rejudged_record(one))
            elif len(rows) < SHOWN:
                rows.append(_row(one))
    if not as_json:
        _show(rows, tally)


def _changed(reader: Reader, changed: Definition, tally: Tally, step: Callable[[], None]) -> Iterator[Rejudged]:
    """Judge every request anew, one at a time, and yield those that come out otherwise."""
    said: Mapping[int, Tag | None] = {one.ticket: one.said for one in reader.corrections()}
    for before in reader.judged():
        step()
        original = reader.original(before.ticket)
        if original is None:
            tally.gone += 1
            continue
        message = parse(original.raw)
        then, now = before.verdict, judge(changed, message.subject, message.new_text)
        tally.count(then, now, before.ticket in said, said.get(before.ticket))
        found = difference(then, now)
        if found:
            tally.moves[_tag(then), _tag(now)] += 1
            team = said_of(said[before.ticket]) if before.ticket in said else None
            yield Rejudged(before.ticket, before.subject, then, now, found, team)


@contextmanager
def _progress(reader: Reader, *, hidden: bool) -> Iterator[Callable[[], None]]:
    """Show on a terminal how far it has come; yield what is called for each ticket."""
    screen = Console(stderr=True)
    columns = (TextColumn("judging anew"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=hidden or not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=reader.count_tickets())
        yield lambda: bar.advance(task)


def _tag(verdict: Verdict) -> str:
    return f"{verdict.tag}, unsure" if verdict.unsure else str(verdict.tag)


def _row(one: Rejudged) -> tuple[Text, ...]:
    return (
        Text(str(one.ticket), "bold"),
        cell(_tag(one.then)),
        cell(_tag(one.now), "bold"),
        cell(one.said),
        _because(one),
        cell(one.subject),
    )


def _because(one: Rejudged) -> Text:
    """Return the clause that made the difference, with its words, in the clause's colour."""
    found = one.difference
    if found.clause is None:
        scores = [f"{score:.2f}" for score in dict.fromkeys((one.then.score, one.now.score))]
        return Text(f"score {' -> '.join(scores)}{', thresholds' if len(scores) == 1 else ''}")
    colour = COLOURS.get(found.clause, "")
    return Text(" ").join([Text(found.clause, colour), _answers(found), *(_quoted(q, colour) for q in found.quotes)])


def _quoted(quote: Quote, colour: str) -> Text:
    change = f" {quote.change:+.1f}" if quote.change else ""
    return Text.assemble((f'"{flat(quote.evidence.text)}"', colour), (change, "dim"))


def _answers(found: Difference) -> Text:
    if found.then is found.now:
        return Text(HOLDS[found.now][0], HOLDS[found.now][1])
    return Text(HOLDS[found.then][0], "dim") + Text(" -> ", "dim") + Text(*HOLDS[found.now])


def _show(rows: list[tuple[Text, ...]], tally: Tally) -> None:
    if rows:
        kept = [n for n, column in enumerate(CHANGES) if column.name != TEAM or tally.said]
        show_table(tuple(CHANGES[n] for n in kept), [tuple(row[n] for n in kept) for row in rows])
        say("")
    changed = sum(tally.moves.values())
    if changed > len(rows):
        say(f"... and {changed - len(rows)} more (--json gives all)")
    for (then, now), count in sorted(tally.moves.items(), key=lambda move: (-move[1], move[0])):
        say(f"{count:>6}  {then} -> {now}")
    say(f"{tally.tested} judged anew, {changed or 'none'} changed")
    if tally.said:
        say(f"{tally.said} of them the team has called by name: {tally.right_then} right then, {tally.right_now} now")
    if tally.gone:
        say(f"{tally.gone} left out: their first message is no longer there")
