"""Putting words on the terminal: set well for eyes, plain where it is piped, and safe against what mail may hold."""

import json
import sys
import unicodedata
from typing import NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli.records import Record
from daemon.core.fault import Faults

PIPED_WIDTH = 120
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


def screen() -> Console:
    """Return the console of this moment's standard output."""
    return Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


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


def blank_table(*columns: str, numbers: tuple[str, ...] = (), last_folds: bool = False) -> Table:
    """Return an empty table of our style; columns that hold numbers stand to the right, long text is cut."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        wide = name == columns[-1]
        made.add_column(
            name,
            justify="right" if name in numbers else "left",
            no_wrap=not (wide and last_folds),
            overflow="fold" if wide and last_folds else "ellipsis",
            ratio=1 if wide else None,
        )
    return made


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


def width_of(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
