"""A fault in something the operator wrote: which key, in which line, in plain words."""

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: the key in TOML form (`people[2].address`), or "" where it is the whole file."""

    key: str
    words: str
    line: int | None = None  # counted from 1; None where the file has no such line

    def __str__(self) -> str:
        """Return key and words as the operator reads them."""
        return f"{self.key}: {self.words}" if self.key else self.words


@dataclass(frozen=True, slots=True)
class Faults:
    """All that is wrong with a file, by place in it; never empty."""

    file: str
    faults: tuple[Fault, ...]

    def lines(self) -> tuple[str, ...]:
        """Return one line a fault, with file and line number in the form that editors jump to."""
        return tuple(f"{self.file}:{f.line}: {f}" if f.line else f"{self.file}: {f}" for f in self.faults)


def key_of(path: Path) -> str:
    """Write a path in TOML form: ("people", 2, "address") is `people[2].address`."""
    written = ""
    for step in path:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written
