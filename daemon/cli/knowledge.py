"""What a desk knows besides its settings: its definition, what it learned, and its rota with what was said of it."""

from pathlib import Path

from daemon.cli.desk import first_line
from daemon.cli.paper import complain
from daemon.core.desk.teaching import learned_from
from daemon.core.fault import Fault, Faults
from daemon.core.roster.roster import Roster, build
from daemon.core.settings import Settings
from daemon.core.triage.covered import said_twice
from daemon.core.triage.definition import Definition, read
from daemon.core.triage.learn import NOTHING, Learned
from store.database import file_of
from store.reader import Reader


def definition_in(path: Path) -> Definition | Faults:
    """Read the team's definition of an emergency."""
    try:
        answer = read(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return Faults(str(path), (Fault("", f"cannot be read: {(error.strerror or 'unknown reason').lower()}"),))
    except UnicodeDecodeError as error:
        return Faults(str(path), (Fault("", "is not UTF-8 text", error.object.count(b"\n", 0, error.start) + 1),))
    if isinstance(answer, Definition):
        return answer
    return Faults(str(path), tuple(Fault(fault.key, fault.words, fault.line or None) for fault in answer))


def said_twice_in(path: Path) -> tuple[str, ...]:
    """Return a line for all that a faultless definition says twice, each with the place in its file."""
    notes = said_twice(path.read_bytes().decode("utf-8-sig"))
    return Faults(str(path), tuple(Fault(note.key, note.words, note.line) for note in notes)).lines()


def learned_by(settings: Settings, definition: Definition) -> Learned:
    """Return what the team's corrections taught; what cannot be read is said, and then the rules alone judge."""
    file = file_of(settings.store.url)
    if file is not None and not file.exists():
        return NOTHING
    try:
        with Reader(settings.store.url) as reader:
            return learned_from(reader.corrections(), definition)
    except Exception as error:  # whatever the database's driver says
        complain(f"what the desk has learned is left out: {first_line(error)}")
        return NOTHING


def roster_of(settings: Settings, now: float, until: float | None = None) -> Roster:
    """Return the roster with what was said of it; where that cannot be read it is told, and the plan alone shown."""
    file = file_of(settings.store.url)
    if file is not None and not file.exists():
        return build(settings, now, until=until)
    try:
        with Reader(settings.store.url) as reader:
            return build(settings, now, *reader.roster(), until)
    except Exception as error:  # whatever the database's driver says
        complain(f"what was said of the rota is left out: {first_line(error)}")
        return build(settings, now, until=until)
