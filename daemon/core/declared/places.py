"""Where each key of a TOML file stands, so that a fault can name its line.

tomllib tells no positions. This scanner reads only what it needs from a text that tomllib has already accepted:
headers, keys, and where a value ends. It is linear in the length of the text.
"""

import re
from collections.abc import Mapping

from daemon.core.fault import Path

_STEP = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|[A-Za-z0-9_-]++)[ \t]*+(\.?)""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""(?:"{1,2}(?!"))?'
    r"|'''(?:[^']|'(?!''))*+'''(?:'{1,2}(?!'))?"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^\"'\[\]{}#\n]++")
_COMMENT = re.compile(r"#[^\n]*+")


def places(text: str) -> Mapping[Path, int]:
    """Return the line, counted from 1, of every table and key of a well-formed TOML text."""
    return _Scan(text.replace("\r\n", "\n")).run()


def line_of(found: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of a path, else of the nearest table around it, else None."""
    return next((found[path[:n]] for n in range(len(path), 0, -1) if path[:n] in found), None)


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.found: dict[Path, int] = {}
        self.table: Path = ()
        self.counts: dict[Path, int] = {}

    def run(self) -> Mapping[Path, int]:
        while self.at < len(self.text):
            start = self.text[self.at]
            if start == "[":
                self._header()
            elif start not in " \t\n#":
                self._note(self.table + self._steps())
                self._value()
            elif start == "#":
                self._value()
            else:
                self._advance(1)
        return self.found

    def _note(self, path: Path) -> None:
        for n in range(1, len(path) + 1):
            self.found.setdefault(path[:n], self.line)

    def _header(self) -> None:
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        path = self._inside(self._steps(), itself=not several)
        if several:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
        self.table = path
        self._note(path)
        self.at = self._line_end()

    def _inside(self, steps: Path, *, itself: bool) -> Path:
        """Turn the steps of a header into a path: a list of tables means its newest one."""
        path: Path = ()
        for n, step in enumerate(steps, 1):
            path = (*path, step)
            if path in self.counts and (itself or n < len(steps)):
                path = (*path, self.counts[path])
        return path

    def _steps(self) -> Path:
        steps: list[str] = []
        while match := _STEP.match(self.text, self.at):
            self.at = match.end()
            step = match[1]
            steps.append(step[1:-1] if step[0] in "\"'" else step)
            if not match[2]:
                break
        return tuple(steps)

    def _value(self) -> None:
        """Pass over a value, to the end of its line; lists and tables may hold line ends."""
        depth = 0
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "\n" and depth == 0:
                return
            depth += (sign in "[{") - (sign in "]}")
            match = _STRING.match(self.text, self.at) or _COMMENT.match(self.text, self.at)
            match = match or _PLAIN.match(self.text, self.at)
            self._advance(match.end() - self.at if match else 1)

    def _line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count
