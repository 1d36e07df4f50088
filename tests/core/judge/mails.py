"""Labelled mails to the desks of some four hundred products, written here, to tune on and to measure by.

The labels follow the written definition: an emergency needs all three clauses in the mail's own words, and no number
of people; a way around, a second line, a thing that is slow, wrong or ugly stops nobody; a request for access or a
password is the product working as designed, however urgent. `ambiguous` marks a text on which two readers may honestly
differ.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from store.model.verdict import Tag

FOLDER = Path(__file__).with_suffix("")
LANGUAGES = ("en", "de", "fr", "es", "nl", "pt")


class Share(StrEnum):
    """Which mails may be read while the definition is written, and which only measure it."""

    DEV = "dev"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with what a reader holds it to be; a clause is True, False, or None where the text leaves it open."""

    subject: str
    text: str
    language: str
    product: str
    kind: str  # of product: the name of the file
    tag: Tag
    technical: bool | None
    existing: bool | None
    stopping: bool | None
    ambiguous: bool
    why: str

    @property
    def share(self) -> Share:
        """Three fifths are open, by a hash of the words: a mail changes sides only if its words change."""
        number = int(sha256(f"{self.subject}\n{self.text}".encode()).hexdigest(), 16)
        return Share.DEV if number % 5 < 3 else Share.HELD

    @property
    def clauses(self) -> tuple[bool | None, bool | None, bool | None]:
        """Return the three answers in the order of the definition."""
        return self.technical, self.existing, self.stopping


@cache
def mails() -> tuple[Mail, ...]:
    """Return all mails, in the order of the files and of what stands in them."""
    return tuple(
        _mail(path.stem, entry)
        for path in sorted(FOLDER.glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["mail"]
    )


def part(share: Share) -> tuple[Mail, ...]:
    """Return the mails of one share."""
    return tuple(mail for mail in mails() if mail.share is share)


def _mail(kind: str, entry: dict[str, Any]) -> Mail:
    answers = {name: _answer(entry[name]) for name in ("technical", "existing", "stopping")}
    return Mail(**{**entry, **answers, "tag": Tag(entry["tag"]), "kind": kind})


def _answer(written: bool | str) -> bool | None:
    if isinstance(written, bool):
        return written
    assert written == "open", written
    return None
