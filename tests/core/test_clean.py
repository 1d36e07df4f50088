"""Words of strangers lose what breaks or turns lines, and nothing else."""

import sys

import pytest

from daemon.core.mail.clean import lines, one_line

REMOVED = "\0"  # a character after which no shortcut for ordinary text is taken


@pytest.mark.parametrize("plane", range(0, sys.maxunicode + 1, 0x10000))
def test_ordinary_text_is_cleaned_like_all_other(plane: int) -> None:
    for letter in map(chr, range(plane, plane + 0x10000)):
        assert lines(f"a{letter}b") == lines(f"a{letter}b{REMOVED}")
        assert one_line(f"a{letter}b") == one_line(f"a{letter}b{REMOVED}")
        assert one_line(f"{letter}b ") == one_line(f"{letter}b {REMOVED}")


def test_line_breaks_become_one_and_overrides_go() -> None:
    assert lines("a\r\nb\u2028c\x85d\u202ee\x1b") == "a\nb\nc\nde"
