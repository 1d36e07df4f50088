"""The shipped definition, read once, and a short way to judge by it."""

from functools import cache
from pathlib import Path

from daemon.core.triage.definition import Definition, Fault, read
from daemon.core.triage.judge import judge
from store.model.verdict import Verdict

SHIPPED = Path(__file__).parents[3] / "templates" / "definition.toml"


@cache
def _read() -> Definition | tuple[Fault, ...]:
    return read(SHIPPED.read_text("utf-8"))


def shipped() -> Definition:
    definition = _read()
    assert isinstance(definition, Definition), definition
    return definition


def verdict(subject: str, text: str = "") -> Verdict:
    return judge(shipped(), subject, text)


def outcome(subject: str, text: str = "") -> str:
    """Return page, ask, or the tag of what is filed."""
    made = verdict(subject, text)
    return "page" if made.tag == "emergency" else "ask" if made.unsure else str(made.tag)
