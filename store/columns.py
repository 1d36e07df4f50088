"""The kinds of columns, and the boundary at which hostile text becomes storable."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, String, Text, TypeDecorator

KEY_LETTERS = 320  # longest address (RFC 5321 section 4.5.3.1); keeps every index entry within PostgreSQL's page limit

Id = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite


def clean(text: str) -> str:
    """Return text that both databases take: PostgreSQL refuses NUL, and no encoding knows a lone surrogate."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _cut(text: str | None) -> str | None:
    return None if text is None else clean(text)[:KEY_LETTERS]


def _word(word: StrEnum | None) -> str | None:
    return None if word is None else str(word)


class CleanText(TypeDecorator[str]):
    """Text of any length that somebody out there may have written."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        """Clean what goes in."""
        return _cleaned


class Key(TypeDecorator[str]):
    """Text that is looked up: cleaned, and cut so that an index can hold it; lookups are cut alike."""

    impl = String(KEY_LETTERS)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        """Clean and cut what goes in."""
        return _cut


class Word(TypeDecorator[StrEnum]):
    """A word of a fixed vocabulary, stored as itself and read back as its member."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def bind_processor(self, dialect: Dialect) -> Callable[[StrEnum | None], str | None]:  # noqa: ARG002
        """Write the word."""
        return _word

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """Read the member; a word that is none is a fault of the data and raises ValueError."""
        return None if value is None else self.words(value)


class Json(TypeDecorator[Any]):
    """A nested value as JSON in plain ASCII text, so that even NUL and lone surrogates come back as they were."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write JSON."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read JSON; arrays come back as lists."""
        return None if value is None else json.loads(value)


class Several(Json):
    """A short list, read back as a tuple; nothing at all is an empty one."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write JSON, and nothing for an empty one."""
        return super().process_bind_param(value or None, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...]:
        """Read a tuple."""
        return tuple(super().process_result_value(value, dialect) or ())
