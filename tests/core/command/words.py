"""What the specification of the grammar is written with: a desk, its people, and commands read in short form."""

from datetime import date

from daemon.core.commands.arguments import Known, Name
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.reading import Commands, read_command

TODAY = date(2026, 11, 21)  # a Saturday
NOBODY = Known(TODAY)
DESK = Known(
    TODAY,
    people=(Name("anna", ("Anna Berg", "Anna", "anna@acme.example")), Name("bo", ("Bo Kim", "Bo"))),
    teams=(Name("billing", ("Billing",)), Name("core", ("Core Team",))),
    areas=(Name("export"), Name("data import")),
)

Short = tuple[str, ...]


def said(text: str, known: Known = DESK) -> tuple[Short, ...] | str | None:
    """Return each command as (verb, *arguments), "?" and the line where it is not understood, None for text."""
    answer = read_command(text, known)
    if isinstance(answer, NotUnderstood):
        return f"? {answer.line}"
    return tuple((c.verb.value, *map(str, c.arguments)) for c in answer.commands) if answer else None


def understood(text: str, known: Known = DESK) -> Commands:
    """Return the commands of a text that has some."""
    answer = read_command(text, known)
    assert isinstance(answer, Commands), answer
    return answer


def refused(text: str, known: Known = DESK) -> NotUnderstood:
    """Return what is said of a text that is not understood."""
    answer = read_command(text, known)
    assert isinstance(answer, NotUnderstood), answer
    return answer
