"""Putting words on the terminal: set well for eyes, plain where it is piped, and safe against what mail may hold."""

import json
import sys
from dataclasses import dataclass
from typing import NoReturn

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli.jsonline import Record
from daemon.core.fault import Faults

PIPED_WIDTH = 120
UNCUT = 100_000  # columns of a table that goes to a pipe
GAP = 2  # between columns
NARROWEST = 8
DONE, FAULT, USAGE = 0, 1, 2  # exit statuses

_C1 = range(0x7F, 0xA0)
_TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # signs that turn the direction of writing
_HALVES = range(0xD800, 0xE000)  # surrogates, which no encoding can write
_Signs = dict[int, int | str | None]
_SAFE: _Signs = dict.fromkeys((*range(0x20), *_C1, *_TURNS, *_HALVES), 0xFFFD)
_SAFE |= {ord("\n"): "\n", ord("\t"): "\t", ord("\r"): " "}
_ONE_LINE: _Signs = {**_SAFE, ord("\n"): " ", ord("\t"): " ", 0x2028: " ", 0x2029: " "}
_ESCAPED: _Signs = {code: f"\\u{code:04x}" for code in (*_C1, 0x2028, 0x2029, *_TURNS, *_HALVES)}
_SECONDS = (("d", 86400), ("h", 3600), ("min", 60))


def screen(piped: int = PIPED_WIDTH) -> Console:
    """Return the console of this moment's standard output, so wide where it is piped."""
    return Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else piped)


def say(*lines: str | Text) -> None:
    """Print lines that are not broken by us."""
    for line in lines:
        screen().print(line, soft_wrap=True)


def say_json(record: Record) -> None:
    """Print a record as one line of JSON; no sign in it that a terminal or a reader of lines takes for an order."""
    typer.echo(json.dumps(record, ensure_ascii=False).translate(_ESCAPED))


def fail(*lines: str) -> NoReturn:
    """Say what is wrong on standard error, and end with status 1."""
    complain(*lines)
    raise typer.Exit(FAULT)


def complain(*lines: str) -> None:
    """Say what is wrong on standard error."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for text in lines:
        console.print(Text("triaged: ", "bold red").append(flat(text), "default not bold"))


def fail_for(*faults: Faults) -> NoReturn:
    """Say all that is wrong with files, and end with status 1."""
    fail(*(line for each in faults for line in each.lines()))


def clean(text: str) -> str:
    """Return a text of the same length in which nothing steers the terminal; lines stay."""
    return text.translate(_SAFE)


def flat(text: str) -> str:
    """Return a text as one line in which nothing steers the terminal."""
    return text.translate(_ONE_LINE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: as wide as its longest cell, unless it may give way on a narrow terminal."""

    name: str
    right: bool = False
    gives: bool = False  # it is cut, or folds, where the line is too long
    folds: bool = False
    spare: bool = False  # it is left out first


def show_table(columns: tuple[Column, ...], rows: list[tuple[Text, ...]]) -> None:
    """Print rows under their headings, each on one line as far as the terminal is wide; piped, nothing is cut."""
    console = screen(UNCUT)
    room = console.width
    widths = [max(cell_len(c.name), *(row[n].cell_len for row in rows)) for n, c in enumerate(columns)]
    kept = [n for n, c in enumerate(columns) if not c.spare or sum(widths) + GAP * len(widths) <= room]
    giving = [n for n in kept if columns[n].gives]
    rest = room - sum(widths[n] for n in kept if n not in giving) - GAP * len(kept)
    for place, n in enumerate(sorted(giving, key=lambda n: widths[n])):
        share = max(NARROWEST, rest // (len(giving) - place))  # a short one leaves its room to the longer ones
        widths[n] = min(widths[n], share)
        rest -= widths[n]
    table = Table(box=None, show_edge=False, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    for n in kept:
        c = columns[n]
        table.add_column(
            c.name,
            width=widths[n],
            justify="right" if c.right else "left",
            no_wrap=not c.folds,
            overflow="fold" if c.folds else "ellipsis",
        )
    for row in rows:
        table.add_row(*(row[n] for n in kept))
    console.print(table, width=max(room, 1), crop=False, soft_wrap=not sys.stdout.isatty())


def hanging(label: Text, words: str) -> None:
    """Print a labelled sentence; on a terminal its further lines hang below the first."""
    if not sys.stdout.isatty():
        say(label + Text(flat(words)))
        return
    page = Table.grid()
    page.add_column(no_wrap=True)
    page.add_column(overflow="fold")
    page.add_row(label, Text(flat(words)))
    screen().print(page)


def blank_grid() -> Table:
    """Return an empty grid of names and values."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(style="dim", no_wrap=True, width=11)
    made.add_column(overflow="fold")
    return made


def cell(text: object, style: str = "") -> Text:
    """Return a cell of a table; None is a dash."""
    return Text("-", "dim") if text is None or text == "" else Text(flat(str(text)), style)


def span(seconds: float | None) -> str:
    """Write a length of time for people: 850 ms, 12 s, 4 min, 3 h, 2 d."""
    if seconds is None:
        return "-"
    for unit, length in _SECONDS:
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def size(octets: int) -> str:
    """Write a number of octets for people."""
    return (
        f"{octets} B"
        if octets < 1024
        else f"{octets / 1024:.0f} KiB"
        if octets < 1 << 20
        else f"{octets / (1 << 20):.1f} MiB"
    )
